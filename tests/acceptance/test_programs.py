"""Workflows of programs, really run: they end with whoever runs them, and are said to have changed."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import Cli, Gate, wait_gone

SLEEP = """
import os, sys
here = os.open("gate.ready", os.O_WRONLY)
os.write(here, b"%d\\n" % os.getpid())
{then}
os.read(os.open("gate.go", os.O_RDONLY), 1)
print(7)
"""

FLOW = """
import sys
from foretell import command, program, shell, task, workflow

@task(runs=command(sys.executable, "sleeper.py"){options})
def nap() -> int:
    raise NotImplementedError

@task(runs=shell('echo "$n" >> trace.txt; echo "$n"'))
def note(n: int) -> int:
    raise NotImplementedError

@workflow
def flow() -> int:
    return note(nap())
"""

FORK = "if os.fork() == 0: os.write(here, b'%d\\n' % os.getpid())"
ELSEWHERE = f"{FORK}; os.setsid()"
DAEMON = f"{ELSEWHERE}; os.closerange(4, 100)"

Processes = list[subprocess.Popen[str]]


def begin(cli: Cli, started: Processes, *, then: str = "", options: str = "") -> None:
    cli.write("sleeper.py", SLEEP.format(then=then))
    cli.write("flow.py", FLOW.format(options=options))
    started.append(cli.start("run", "flow.py"))


@pytest.mark.parametrize("then", ["", FORK])
def test_a_program_and_what_it_started_end_with_a_killed_orchestrator(
    then: str, cli: Cli, started: Processes, gate: Gate
) -> None:
    begin(cli, started, then=then)
    pids = [gate.arrived() for _ in range(2 if then else 1)]
    os.kill(started[0].pid, signal.SIGKILL)
    for pid in pids:
        wait_gone(pid)
    done = _resumed(cli, started, gate)
    assert done.stdout is not None
    assert done.stdout.read() == "7\n"
    assert Path(cli.folder, "trace.txt").read_text() == "7\n"


@pytest.mark.parametrize("then", [ELSEWHERE, DAEMON])
def test_what_slipped_away_from_a_killed_orchestrator_is_ended_by_a_resume(
    then: str, cli: Cli, started: Processes, gate: Gate
) -> None:
    begin(cli, started, then=then)
    pids = [gate.arrived(), gate.arrived()]
    os.kill(started[0].pid, signal.SIGKILL)
    started[0].wait()
    cli.write("sleeper.py", "print(8)")
    said = cli("resume", "last")
    assert said.out == "8\n"
    assert "Changed since the run began: nap." in said.err
    assert "What is run for nap is in the journal, word by word" in said.err
    for pid in pids:
        wait_gone(pid)


def test_a_program_that_takes_too_long_is_ended_with_what_it_started(
    cli: Cli, started: Processes, gate: Gate
) -> None:
    begin(cli, started, then=FORK, options=", timeout=0.3")
    for _ in range(2):
        wait_gone(gate.arrived())
    assert started[0].wait(60) == 1
    assert started[0].stderr is not None
    assert "timed out after 0.3 s" in started[0].stderr.read()


def test_a_program_of_a_cancelled_run_is_ended(cli: Cli, started: Processes, gate: Gate) -> None:
    begin(cli, started, then=FORK)
    pids = [gate.arrived(), gate.arrived()]
    assert cli("cancel", "last").code == 0
    for pid in pids:
        wait_gone(pid)
    assert started[0].wait(60) not in (0, 1)


def test_a_failing_program_is_tried_again_unless_it_says_that_is_no_use(cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import shell, task, workflow\n"
        '@task(runs=shell(\'echo x >> "$file"; test "$(wc -l < "$file")" = 3 || exit "$code"\',\n'
        "    permanent=4, stdout='log'), retries=5)\n"
        "def flaky(file: str, code: int) -> None:\n    raise NotImplementedError\n\n"
        "@workflow\ndef flow(code: int) -> None:\n    flaky('tries', code)\n",
    )
    assert cli("run", "flow.py", "-i", "code=1").code == 0
    assert Path(cli.folder, "tries").read_text() == "x\n" * 3
    Path(cli.folder, "tries").unlink()
    said = cli("run", "flow.py", "-i", "code=4")
    assert said.code == 1
    assert "exited with code 4" in said.err
    assert Path(cli.folder, "tries").read_text() == "x\n"


@pytest.mark.parametrize("start", ["fresh", "forked"])
def test_a_python_task_grows_programs_also_such_as_it_brings(start: str, cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import Anything, Grow, command, many, shell, task, workflow\n"
        "@task(runs=shell('echo \"$n$n\"'))\n"
        "def twice(n: int) -> int:\n    raise NotImplementedError\n\n"
        "@task(runs=command('printf', '%s', '[{n},{m}]'))\n"
        "def pair(n: int, m: int = 2) -> list[int]:\n    raise NotImplementedError\n\n"
        "class Twice(Grow):\n    twice = many(twice)\n\n"
        "@task(grows=Twice)\n"
        "def known(grow: Twice) -> list[int]:\n"
        "    return [grow.twice(n) for n in (1, 2)]\n\n"
        "@task(grows=Anything)\n"
        "def brings(grow: Anything, n: int) -> list[int]:\n"
        "    return grow.create(pair, n).out\n\n"
        "@workflow\ndef flow() -> tuple[list[int], list[int]]:\n    return known(), brings(7)\n",
    )
    assert cli("run", "flow.py", "--start", start).out == "[[11, 22], [7, 2]]\n"


def test_bytes_are_piped_from_program_to_program_and_python(cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import command, task, workflow\n"
        "@task(runs=command('gzip', '-n', stdin='{text}'))\n"
        "def packed(text: str) -> bytes:\n    raise NotImplementedError\n\n"
        "@task(runs=command('gunzip', stdin='{data}'))\n"
        "def unpacked(data: bytes) -> str:\n    raise NotImplementedError\n\n"
        "@task\ndef begin(data: bytes) -> list[int]:\n    return list(data[:2])\n\n"
        "@workflow\ndef flow(text: str) -> tuple[str, list[int]]:\n"
        "    data = packed(text)\n    return unpacked(data), begin(data)\n",
    )
    text = "é" * 1000
    assert cli("run", "flow.py", "-i", f"text={text}", "--json").last_json["output"] == [
        text, [31, 139],
    ]  # fmt: skip


@pytest.mark.parametrize("length", [10, 200_000])
def test_a_secret_is_kept_in_no_result_however_large(length: int, cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import Secret, secret, shell, task, workflow\n"
        '@task(runs=shell(\'head -c "$n" /dev/zero | tr "\\\\0" x; printf %s "$key"\'))\n'
        "def leak(key: Secret, n: int) -> str:\n    raise NotImplementedError\n\n"
        "@workflow\ndef flow(n: int) -> str:\n    return leak(secret('KEY'), n)\n",
    )
    said = cli("run", "flow.py", "-i", f"n={length}", env={"KEY": "sesame-open"})
    assert said.code == 1
    assert "holds the value of" in said.err
    kept = [path.read_bytes() for path in cli.folder.rglob(".foretell/**/*") if path.is_file()]
    assert kept and not any(b"sesame-open" in text for text in kept)


def test_what_is_said_is_utf_8_whatever_the_locale(cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import shell, task, workflow\n"
        "@task(runs=shell('printf %s \"$1$text\"', '{text}'))\n"
        "def twice(text: str) -> str:\n    raise NotImplementedError\n\n"
        "@workflow\ndef flow(text: str = '\u2713\\U0001d518') -> str:\n    return twice(text)\n",
    )
    latin = {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}
    assert cli("run", "flow.py", "--json", env=latin).last_json["output"] == "\u2713\U0001d518" * 2


def test_a_graph_document_needs_no_python_file(cli: Cli) -> None:
    cli.write(
        "graph.json",
        '{"name": "greet", "version": 1, "inputs": {"who": {"schema": {"type": "string"}}},'
        ' "tasks": {"greet": {"inputs": {"type": "object", "properties": {"who": {"type": "string"}}},'
        ' "output": {"type": "string"},'
        ' "program": {"words": ["printf", "hello, %s", "{who}"], "stdout": "text"}}},'
        ' "nodes": [{"id": "greet", "task": "greet", "feeds": [{"name": "who", "input": "/who"}]}],'
        ' "output": {"holes": [{"at": "", "node": "greet"}]}}',
    )
    assert cli("run", "graph.json", "-i", "who=$(id)").out == "hello, $(id)\n"
    assert "greet runs printf hello, %s {who}" in cli("check", "graph.json").out


def _resumed(cli: Cli, started: Processes, gate: Gate) -> subprocess.Popen[str]:
    started.append(cli.start("resume", "last"))
    gate.arrived()
    gate.open()
    assert started[-1].wait(60) == 0
    return started[-1]


def test_a_check_warns_of_a_program_that_is_not_here(cli: Cli) -> None:
    cli.write(
        "flow.py",
        "from foretell import command, task, workflow\n"
        "@task(runs=command('nosuchprogram'))\n"
        "def lost() -> None:\n    raise NotImplementedError\n\n"
        "@workflow\ndef flow() -> None:\n    lost()\n",
    )
    why = (
        "task 'lost' runs 'nosuchprogram', and there is no such program on the PATH of this machine"
    )
    assert f"warning  {why}" in cli("check", "flow.py").out
    said = cli("run", "flow.py")
    assert (said.code, said.err) == (2, f"Error: {why}\n")
