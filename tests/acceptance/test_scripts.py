"""A run that is started by a plain Python script."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import Cli, Said

TASKS = """
import os
from foretell import task, workflow
from foretell_runtime import Runtime, run

@task
def twice(n: int) -> int:
    return 2 * n

@workflow
def double(n: int) -> int:
    return twice(n)
"""

EAGER = (
    TASKS
    + """
depth = int(os.environ.get("DEPTH", "0"))
if depth < 3:  # an end, should nothing else set one
    os.environ["DEPTH"] = str(depth + 1)
    print("result", run(double, n=1))
"""
)

GUARDED = (
    TASKS
    + """
if __name__ == "__main__":
    print("result", run(double, n=4), Runtime(start="forked").run(double, n=5))
"""
)


def python(cli: Cli, *args: str) -> Said:
    done = subprocess.run(
        [sys.executable, *args],
        cwd=cli.folder,
        env=cli.env(None),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_script_with_the_usual_guard_runs_its_own_tasks(cli: Cli) -> None:
    cli.write("script.py", GUARDED)
    said = python(cli, "script.py")
    assert (said.code, said.out) == (0, "result 8 10\n"), said


def test_a_script_without_the_guard_does_not_start_runs_without_end(cli: Cli) -> None:
    cli.write("script.py", EAGER)
    said = python(cli, "script.py")
    assert said.code == 1
    assert "script.py starts a run while it is imported" in said.err
    assert "if __name__ == '__main__':" in said.err
    assert [run["workflow"] for run in cli("runs", "--json").json] == ["double"]


@pytest.mark.parametrize("command", ["run", "check"])
def test_the_command_line_does_not_start_what_a_file_starts_on_import(
    cli: Cli, command: str
) -> None:
    cli.write("script.py", EAGER)
    said = cli(command, "script.py")
    assert said.code == 2, said
    assert "starts a run while it is imported" in said.err
    assert cli("runs", "--json").json == []


def test_a_notebook_cell_is_told_to_put_its_tasks_into_a_module(cli: Cli) -> None:
    cli.write("script.py", GUARDED)
    said = python(cli, "-c", "exec(compile(open('script.py').read(), '<cell 1>', 'exec'))")
    assert said.code == 1
    assert "put it into a module" in said.err
    assert cli("runs", "--json").json == []


def test_no_other_error_is_shown_around_what_went_wrong(cli: Cli) -> None:
    cli.write("script.py", GUARDED.replace("n=4", "n='four'"))
    said = python(cli, "script.py")
    assert "input 'n': expected int, got str 'four'" in said.err
    assert "During handling" not in said.err


@pytest.mark.parametrize("what", ["print", "twice", "'double'"])
def test_what_is_no_workflow_is_not_run(cli: Cli, what: str) -> None:
    cli.write("script.py", GUARDED.replace("run(double, n=4)", f"run({what}, n=4)"))
    said = python(cli, "script.py")
    assert "UserError: what is run must be a workflow (a function with @workflow), not" in said.err
