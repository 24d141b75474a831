"""`draw RUN --follow`: a picture that goes along with a run."""

from __future__ import annotations

import json
import select
from pathlib import Path
from typing import IO

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = (
    "from foretell import Grow, many, task, workflow\n"
    + GATE_IN_TASK
    + """
@task
def leaf(n: int) -> int:
    return n

class Leaves(Grow):
    leaf = many(leaf, at_most=7)

@task(grows=Leaves)
def plan(grow: Leaves) -> list[int]:
    grown = [grow.leaf(1)]
    pass_the_gate()
    return [*grown, grow.leaf(2)]

@workflow
def gated() -> list[int]:
    return plan()
"""
)


def line(stream: IO[str]) -> str:
    assert select.select([stream], [], [], 60)[0], "nothing was printed"
    return stream.readline()


def test_json_is_a_line_for_each_moment_until_the_run_has_ended(cli: Cli, gate: Gate) -> None:
    cli.write("gated.py", FLOW)
    run = cli.start("run", "gated.py")
    gate.arrived()
    follower = cli.start("draw", "last", "--follow", "--json")
    assert follower.stdout is not None
    first = json.loads(line(follower.stdout))
    assert (first["status"], [c["max"] for c in first["classes"]]) == ("running", [6])
    gate.open()
    out, err = follower.communicate(timeout=60)
    run.communicate(timeout=60)
    assert (run.returncode, follower.returncode, err) == (0, 0, "")
    drawn = [first, *map(json.loads, out.splitlines())]
    events = [horizon["event"] for horizon in drawn]
    assert events == sorted(set(events))
    assert drawn[-1] == cli("draw", "last", "--json").json
    assert (drawn[-1]["status"], drawn[-1].get("classes", [])) == ("done", [])


def test_a_page_that_follows_shows_itself_anew_until_the_end(cli: Cli, gate: Gate) -> None:
    cli.write("gated.py", FLOW)
    run = cli.start("run", "gated.py")
    gate.arrived()
    follower = cli.start("draw", "last", "--follow", "-o", "page.html")
    assert follower.stdout is not None
    assert "it follows the run" in line(follower.stdout)
    assert 'data-live="yes"' in page(cli.folder)
    gate.open()
    out, err = follower.communicate(timeout=60)
    run.communicate(timeout=60)
    assert (run.returncode, follower.returncode, err, out) == (0, 0, "", "wrote page.html\n")
    assert 'data-live="no"' in page(cli.folder)
    assert "gated · done" in page(cli.folder)


def page(folder: Path) -> str:
    return (folder / "page.html").read_text()


@pytest.mark.parametrize("args", [["gated.py", "--follow"], ["last", "--follow", "--at", "1"]])
def test_only_a_run_as_it_goes_on_is_followed(cli: Cli, args: list[str]) -> None:
    cli.write("gated.py", FLOW)
    said = cli("draw", *args)
    assert said.code == 2
    assert "--follow is for a run, as it goes on from now" in said.err
