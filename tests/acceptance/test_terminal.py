"""The display on a terminal: what a person sees while a run goes on, and what is left after it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = (
    "from foretell import Grow, many, task, workflow\n"
    + GATE_IN_TASK
    + """
@task
def leaf(n: int) -> int:
    print(f"leaf {n} speaks")
    return n

class Leaves(Grow):
    leaf = many(leaf, at_most=7)

@task(grows=Leaves)
def plan(grow: Leaves) -> list[int]:
    grown = [grow.leaf(n) for n in (1, 2, 3)]
    pass_the_gate()
    return grown

@workflow
def gated() -> list[int]:
    return plan()
"""
)


class Terminal:
    """A command whose stderr is a terminal, as in `foretell run flow.py > result.txt`."""

    def __init__(self, cli: Cli, *args: str) -> None:
        self._ours, theirs = os.openpty()
        env = {**cli.env(None), "TERM": "xterm", "COLUMNS": "100"}
        self.process = subprocess.Popen(
            cli.command(*args), cwd=cli.folder, env=env, stdout=subprocess.PIPE, stderr=theirs
        )
        os.close(theirs)
        self.shown = ""

    def read_until(self, words: str) -> None:
        while words not in self.shown:
            assert self._more(), f"never showed {words!r}: {self.shown}"

    def read_rest(self) -> None:
        while self._more():
            pass

    def _more(self) -> bool:
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux says so when the other side has been closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

    def close(self) -> bytes:
        out, _ = self.process.communicate(timeout=60)
        os.close(self._ours)
        return bytes(out)


@pytest.fixture
def terminal(cli: Cli, gate: Gate) -> Iterator[Terminal]:
    cli.write("gated.py", FLOW)
    opened = Terminal(cli, "run", "gated.py")
    yield opened
    opened.process.kill()
    opened.process.wait()


def test_a_terminal_shows_honest_bounds_while_it_runs_and_the_result_stays_clean(
    terminal: Terminal, gate: Gate
) -> None:
    gate.arrived()
    terminal.read_until("0 done, 1 running, 4 to 8 left")
    terminal.read_until("▶ plan")
    assert "─" in terminal.shown
    assert "┄" in terminal.shown
    gate.open()
    terminal.read_rest()
    assert terminal.close() == b"[1, 2, 3]\n"
    assert terminal.process.returncode == 0
    assert "plan.leaf_2 | leaf 2 speaks" in re.sub(r"\x1b\[\d*m", "", terminal.shown)
    after = terminal.shown.rpartition("\x1b[2K")[2]  # the last time that a line was erased
    assert "running" not in after
    assert ": done" in after
    assert "picture: " in after
