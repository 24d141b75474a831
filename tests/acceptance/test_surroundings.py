"""Odd places to be called from: closed standard streams, a folder that is gone, no home."""

from __future__ import annotations

import subprocess

import pytest

from tests.support import Cli, Said

FLOW = """
from foretell import task, workflow

@task
def greet(name: str) -> str:
    print("greeting")
    return f"hello {name}"

@workflow
def greeting(name: str = "you") -> str:
    return greet(name)
"""


@pytest.fixture
def flow(cli: Cli) -> Cli:
    cli.write("flow.py", FLOW)
    return cli


def shell(cli: Cli, script: str, **env: str) -> Said:
    """`script` in a shell, where `foretell` is the command."""
    command = " ".join(cli.command())
    done = subprocess.run(
        ["sh", "-c", f'foretell() {{ {command} "$@"; }}\n{script}'],
        cwd=cli.folder, env=cli.env(env), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("start", ["fresh", "forked"])
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_cost_a_run_nothing(flow: Cli, closed: str, start: str) -> None:
    said = shell(flow, f"foretell run flow.py --start {start} {closed}")
    assert (said.code, "Traceback" in said.err) == (0, False)
    assert flow("runs", "--json").json[0]["output"] == "hello you"


def test_a_reader_that_closes_early_is_no_error(flow: Cli) -> None:
    flow("run", "flow.py")
    assert "Traceback" not in shell(flow, "foretell log last --json | head -c 1").err


def test_a_folder_that_is_gone_is_told(flow: Cli) -> None:
    said = shell(flow, 'mkdir gone && cd gone && rmdir ../gone && foretell run "$OLDPWD/flow.py"')
    assert said.code == 2
    assert "the current folder does not exist any more" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_no_locale_and_no_home_are_needed(flow: Cli, locale: str) -> None:
    said = shell(flow, "unset HOME; foretell run flow.py -i name=ß", LANG=locale, LC_ALL=locale)
    assert (said.code, "Traceback" in said.err) == (0, False)
    assert flow("runs", "--json").json[0]["output"] == "hello ß"


SPOOF = """
from foretell import task, workflow

@task
def spoof() -> str:
    print("\\x1b]0;title\\x07\\x1b[31mred\\x1b[0m \\u202e\\ttab")
    raise ValueError("\\x1b[2Jgone\\r")

@workflow
def spoofing() -> str:
    return spoof()
"""


def test_a_terminal_obeys_nothing_that_a_task_writes(cli: Cli) -> None:
    cli.write("flow.py", SPOOF)
    said = cli("run", "flow.py")
    told = said.err + "".join(
        cli(*args).out for args in (["log", "last"], ["show", "last"], ["runs"])
    )
    assert "red" in told
    assert "gone" in told
    assert not set("\x1b\x07\u202e") & set(told)
    assert "\ttab" in told
