"""Every example as the documents show it: kept, broken where it can be, and drawn as it still is."""

from __future__ import annotations

import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest

from foretell.admits import quarrel
from foretell_runtime.fuzzing.watching import births_of, finished
from foretell_runtime.machine import horizon_of, replay
from tests.support import ROOT


def _example_pictures() -> Any:
    """The script that draws the examples, as a module."""
    path = ROOT / "docs" / "example_pictures.py"
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


shows = _example_pictures()
BREAKING = [name for name, shown in shows.EXAMPLES.items() if shown.breaks is not None]


def skip_without_what_it_needs(name: str) -> None:
    needs = shows.EXAMPLES[name].needs
    if needs is not None and shutil.which(needs) is None:
        pytest.skip(f"needs {needs}, which is not installed")


@pytest.mark.parametrize("name", shows.EXAMPLES)
def test_an_example_comes_out_as_it_was_foreseen_at_every_event_and_as_it_is_shown(
    name: str,
) -> None:
    skip_without_what_it_needs(name)
    outcome, facts = shows.ran(name, shows.EXAMPLES[name].inputs)
    assert outcome.status == "done", outcome
    end = replay(facts)
    for event in range(1, len(facts) + 1):
        then = replay(facts[:event])
        nodes, edges = finished(end, births_of(then))
        assert quarrel(horizon_of(then), nodes, edges) == "", f"event {event}"
    drawn = shows.moments(name, facts)
    for path, text in shows.golden(name, drawn["before"]).items():
        assert path.read_text() == text, "if meant: run docs/example_pictures.py, and look"
    stale = [
        moment
        for moment, horizon in drawn.items()
        if shows.drawn_from(shows.picture(name, moment)) != shows.digest(horizon)
    ]
    assert not stale, f"no longer as drawn: {stale}; run docs/example_pictures.py and look"


@pytest.mark.parametrize("name", BREAKING)
def test_an_examples_promise_is_broken_by_the_inputs_it_names(name: str) -> None:
    skip_without_what_it_needs(name)
    shown = shows.EXAMPLES[name]
    outcome, _ = shows.ran(name, shown.breaks)
    assert outcome.status == "broken"
    assert outcome.broken.says.startswith(shown.vow)


def test_every_example_is_shown_and_no_picture_is_left_over() -> None:
    files = {
        str(path.relative_to(ROOT / "examples").with_suffix(""))
        for path in (ROOT / "examples").rglob("*.py")
    }
    assert files - {"stdlib_census"} == set(shows.EXAMPLES)  # too many nodes for a page
    wanted = {shows.picture(name, m) for name, x in shows.EXAMPLES.items() for m in x.moments}
    assert set(shows.PICTURES.iterdir()) == wanted
    kept = [name for name, shown in shows.EXAMPLES.items() if shown.moments == shows.MOMENTS]
    stems = {name.rpartition("/")[2] for name in kept}
    assert {path.stem for path in shows.GOLDEN.iterdir()} == stems


def test_every_pattern_is_short_and_on_its_page() -> None:
    page = (ROOT / "docs" / "patterns.md").read_text()
    files = sorted((ROOT / "examples" / "patterns").glob("*.py"))
    assert len(files) >= 25
    for file in files:
        lines = [line for line in file.read_text().splitlines() if line.strip()]
        assert len(lines) <= 25, file.name
        assert f"](../examples/patterns/{file.name})" in page
        assert f"](pictures/examples/{file.stem}-before.svg)" in page
