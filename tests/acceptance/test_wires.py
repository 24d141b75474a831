"""Wires of graph documents at the command line."""

from __future__ import annotations

import json

from tests.support import Cli

FLOWS = """
from typing import Any
from foretell import task, workflow

@task
def measure(name: str) -> float:
    return float(len(name))

@task
def loose(name: str) -> Any:
    return name

@task
def scale(size: float, name: str = "") -> float:
    return size * 2

@workflow
def flow(name: str) -> float:
    return scale(measure(name), name)

@workflow
def loosely(name: str) -> float:
    return scale(loose(name))
"""


def test_a_document_with_a_wire_that_never_fits_is_neither_checked_nor_run(cli: Cli) -> None:
    cli.write("flows.py", FLOWS)
    assert cli("compile", "flows.py:flow", "-o", "graph.json").code == 0
    assert cli("run", "graph.json", "-i", "name=abc").out == "6.0\n"
    data = json.loads((cli.folder / "graph.json").read_text())
    data["edges"][0]["input"] = "/name"
    cli.write("graph.json", json.dumps(data))
    for command in (["check", "graph.json"], ["run", "graph.json", "-i", "name=abc"]):
        said = cli(*command)
        assert said.code == 2
        assert "measure gives number, and scale.name takes string" in said.err


def test_check_says_what_is_left_to_the_run(cli: Cli) -> None:
    cli.write("flows.py", FLOWS)
    said = cli("check", "flows.py:loosely")
    assert "wires    checked when it runs: loose gives any JSON value, and scale.size" in said.out
    assert cli("check", "--json", "flows.py:loosely").json[0]["wires"][1] == {
        "from": "input name", "to": "loose.name", "fits": "compatible",
    }  # fmt: skip
    failed = cli("run", "flows.py:loosely", "-i", "name=abc")
    assert "task 'scale': input 'size': expected float, got str 'abc'" in failed.err


def test_check_is_silent_of_wires_into_what_has_no_types(cli: Cli) -> None:
    cli.write(
        "flow.py",
        """
from foretell import task, workflow
from foretell.control import when

@task
def good(n: int) -> bool:
    return n > 0

@task
def keep(n: int) -> int:
    return n

@workflow
def flow(n: int) -> int | None:
    return when(good(n), lambda: keep(n))
""",
    )
    assert "checked when it runs" not in cli("check", "flow.py").out
