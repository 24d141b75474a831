"""`foretell fuzz`, as a person or a gate calls it, and the same from Python."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from foretell.horizon.model import Horizon
from foretell.horizon.real import Real
from foretell_runtime.cli.app import answer
from foretell_runtime.cli.targets import load_module
from foretell_runtime.fuzzing import report as reporting
from foretell_runtime.fuzzing import watching
from foretell_runtime.machine import State, horizon_of, keeping
from tests.support import ROOT, Cli

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))

FLOW = """
from foretell import Grow, many, task, workflow

@task
def work(n: int) -> int:
    raise SystemExit("no task is run")

class Works(Grow):
    work = many(work, at_most=3)

@task(grows=Works)
def plan(grow: Works, size: int) -> list[int]:
    raise SystemExit("no task is run")

@workflow
def flow(size: int) -> list[int]:
    return plan(size)
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_drawings_of_every_example_are_true(example: Path, cli: Cli) -> None:
    said = cli("fuzz", example, "--runs", "10", "--json")
    assert said.code == 0, said.out + said.err
    assert said.json["finding"] is None
    assert said.json["runs"] == 10
    assert said.json["graphs"] >= 1


def test_it_says_what_was_played_and_what_came(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    said = cli("fuzz", "flow.py", "--runs", "40", "--seed", "3")
    assert said.code == 0
    first, *rest = said.out.splitlines()
    assert first == "flow: 40 runs (seeds 3 to 42), each inside every drawing before it"
    assert any(line.strip().startswith("came     plan/work ×0..3: ×0..3, in ") for line in rest)
    assert cli("fuzz", "flow.py", "--runs", "40", "--seed", "3").out == said.out
    assert cli("fuzz", "flow.py", "--runs", "40", "--seed", "4").out != said.out


def test_inputs_may_be_left_out_and_are_checked_where_given(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    assert cli("fuzz", "flow.py", "--runs", "2", "-i", "size=2").code == 0
    wrong = cli("fuzz", "flow.py", "-i", 'size="two"')
    assert wrong.code == 2
    assert "size" in wrong.err
    assert cli("fuzz", "flow.py", "-i", "sise=2").code == 2
    assert cli("fuzz", "nothing.py").code == 2
    assert cli("fuzz", "flow.py", "--runs", "0").code == 2


def test_a_workflow_that_cannot_keep_its_promises_is_not_played(cli: Cli) -> None:
    promise = "promise(Count(work, at_least=9))\n    return"
    flow = FLOW.replace("import Grow", "import Count, Grow, promise")
    cli.write("flow.py", flow.replace("    return", f"    {promise}"))
    said = cli("fuzz", "flow.py")
    assert said.code == 3
    assert "Count(work, at_least=9)" in said.err


def too_low(state: State, real: Real | None = None) -> Horizon:
    drawing = horizon_of(state, real)
    return replace(
        drawing, classes=tuple(replace(c, max=c.max - 1) if c.max else c for c in drawing.classes)
    )


@pytest.fixture
def broken(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workflow, and a horizon that draws one node too few of each class."""
    cli.write("flow.py", FLOW)
    monkeypatch.chdir(cli.folder)
    for home in (watching, keeping):
        monkeypatch.setattr(home, "horizon_of", too_low)
    return cli.folder


def test_a_fault_is_told_with_its_seed_two_pictures_and_how_to_see_it_again(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(["fuzz", "flow.py", "-o", "faults"]) == 70
    told = capsys.readouterr().err.splitlines()
    rows = dict(line.strip().split(None, 1) for line in told if line.startswith("  "))
    assert rows["because"].startswith("3 of plan/work, drawn as at most 2")
    assert rows["step"].startswith("0: registered flow")
    for row in ("drawn", "came"):
        text = Path(rows[row]).read_text()
        assert text.startswith(("<svg", "digraph"))
    words = shlex.split(rows["again"])
    assert words[:2] == ["foretell", "fuzz"]
    assert answer([*words[1:], "-o", "again"]) == 70
    again = capsys.readouterr()
    assert rows["because"] in again.err
    assert "1 run (seed" in again.out
    assert [path.name for path in Path("again").iterdir()] == [
        path.name for path in Path("faults").iterdir()
    ]


def test_a_fault_is_told_to_programs_too(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["fuzz", "flow.py", "--json"]) == 70
    said = json.loads(capsys.readouterr().out)
    assert said["finding"]["why"].startswith("3 of plan/work")
    assert all((broken / path).is_file() for path in said["pictures"])


def test_without_graphviz_the_pictures_are_dot(
    broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "image_of", lambda *_: [])
    assert answer(["fuzz", "flow.py", "--json"]) == 70
    pictures = json.loads(capsys.readouterr().out)["pictures"]
    assert [Path(path).suffix for path in pictures] == [".dot", ".dot"]
    assert all(Path(path).read_text().startswith("digraph") for path in pictures)


def test_the_same_from_python() -> None:
    from foretell_runtime import fuzz

    flow = load_module(ROOT / "examples" / "branch.py").branch
    report = fuzz(flow, runs=10)
    assert report.ok, str(report)
    assert report.runs == 10
