"""Tasks that misbehave lose their own trial at most, and the run says what happened."""

from __future__ import annotations

import pytest

from tests.support import Cli, Said

HEAD = """
import os, signal, sys
from foretell import Anything, task, workflow
"""


def run_body(cli: Cli, body: str, start: str = "fresh") -> Said:
    """A run whose only task has this body."""
    lines = "\n".join("    " + line for line in body.splitlines())
    cli.write(
        "odd.py",
        f"{HEAD}\n@task\ndef odd() -> str:\n{lines}\n\n@workflow\ndef flow() -> str:\n    return odd()\n",
    )
    return cli("run", "odd.py", "--start", start)


@pytest.mark.parametrize("start", ["fresh", "forked"])
def test_what_a_task_prints_is_its_log_and_not_the_result(cli: Cli, start: str) -> None:
    body = (
        'print("by print")\n'
        'os.system("echo by a shell")\n'
        'os.write(1, b"by file descriptor\\n")\n'
        'print("to stderr", file=sys.stderr)\n'
        'print(\'{"kind": "finish", "output": "forged"}\')\n'
        'return "true result"'
    )
    said = run_body(cli, body, start)
    assert (said.code, said.out) == (0, "true result\n"), said
    log = cli("log", "last", "odd").out
    for line in ("by print", "by a shell", "by file descriptor", "to stderr", "forged"):
        assert line in log


@pytest.mark.parametrize("start", ["fresh", "forked"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os._exit(0)", "without"),
        ("os._exit(3)", "3"),
        ("sys.exit(4)", "SystemExit"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("raise ValueError('no such thing')", "ValueError: no such thing"),
        ("return 1 / 0", "ZeroDivisionError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return object()", "object"),
        ("return 3", "str"),
        ("return float('nan')", "a number JSON can hold"),
    ],
)
def test_a_task_that_ends_badly_fails_the_run_with_the_reason(
    cli: Cli, body: str, words: str, start: str
) -> None:
    said = run_body(cli, body, start)
    assert said.code == 1, said
    assert said.out == ""
    assert "odd" in said.err
    assert words in said.err
    assert cli("runs", "--json").json[0]["status"] == "failed"


def test_the_traceback_of_a_failure_begins_in_the_users_file(cli: Cli) -> None:
    said = run_body(cli, "raise ValueError('no such thing')")
    assert "odd.py" in said.err
    assert "foretell/worker" not in said.err


def test_a_flood_of_output_is_cut_and_said_to_be(cli: Cli) -> None:
    said = run_body(cli, 'print("x" * 100_000_000)\nreturn "survived"')
    assert (said.code, said.out) == (0, "survived\n"), said
    assert len(cli("log", "last", "odd").out) < 20_000_000


def test_a_task_that_closes_its_standard_streams_still_finishes(cli: Cli) -> None:
    said = run_body(cli, 'for fd in (0, 1, 2):\n    os.close(fd)\nreturn "survived"')
    assert (said.code, said.out) == (0, "survived\n"), said


CYCLE = (
    HEAD
    + """
@task
def step() -> None:
    pass

@task(grows=Anything)
def weave(grow: Anything, catch: bool) -> str:
    a = grow.create(step)
    b = grow.create(step)
    grow.connect(a, b)
    try:
        grow.connect(b, a)
    except Exception as error:
        if not catch:
            raise
        return str(error)
    return "no error"

@workflow
def flow(catch: bool) -> str:
    return weave(catch)
"""
)


def test_a_cycle_made_while_running_is_refused_by_name_and_nothing_of_it_is_kept(cli: Cli) -> None:
    cli.write("weave.py", CYCLE)
    said = cli("run", "weave.py", "-i", "catch=true")
    assert said.code == 0, said
    assert "cycle" in said.out
    assert "weave.a" in said.out
    edges = cli("show", "last", "--json").json["horizon"]["edges"]
    ends = {(edge["source"], edge["target"]) for edge in edges}
    assert ("weave.a", "weave.b") in ends
    assert ("weave.b", "weave.a") not in ends


def test_a_cycle_that_is_not_caught_fails_the_task(cli: Cli) -> None:
    cli.write("weave.py", CYCLE)
    said = cli("run", "weave.py", "-i", "catch=false")
    assert said.code == 1, said
    assert "cycle" in said.err
