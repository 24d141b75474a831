"""`born_after`: what is born once a node has finished for the first time."""

from __future__ import annotations

from foretell.graph.model import Edge, Node
from foretell.promises.language import Count, Each
from foretell.promises.selectors import ANY, AllOf, BornAfter, TaskIs
from foretell.promises.shapes import Leaf, Many
from foretell_runtime.machine import horizon_of, replay
from tests.unit.machine.test_each import Run, broken, stands

GROW = Many(Leaf("a", "a"))
AFTER_G = BornAfter("g")


def both(low: int = 0, high: int | None = None) -> Run:
    """Two growers side by side; `low` to `high` nodes are to be born after the first ended."""
    return Run(GROW, Count(AFTER_G, low, high), beside=[Node("h", "g")], edges=[Edge("g", "z")])


def test_what_was_born_before_does_not_count() -> None:
    run = both(high=0)
    assert stands(run.change("a1", by="h"))
    assert stands(run.end("g"))
    assert run.state.judge.ledger.entries[-1].have == 0
    assert "1 such node exists; it allows at most 0" in broken(run.change("a2", by="h"))


def test_the_drawing_narrows_at_that_finish() -> None:
    run = both(high=0)
    assert {future.maker for future in horizon_of(run.state).classes} == {"g", "h"}
    assert not horizon_of(run.state).exact
    run.end("g")
    assert not horizon_of(run.state).classes
    assert horizon_of(run.state).exact


def test_it_may_be_owed() -> None:
    run = both(low=1)
    assert stands(run.change("a1", by="h"))
    assert stands(run.end("g"))
    assert run.standing == ["owed"]
    assert "it asks for at least 1" in broken(run.end("h"))


def test_it_counts_the_same_after_a_replay_and_a_failed_trial() -> None:
    run = Run(
        GROW, Count(AFTER_G, max=1), beside=[Node("h", "g")], edges=[Edge("g", "z")], retries=1
    )
    run.end("g")
    assert stands(run.change("a1", by="h"))
    run.fail("h")
    assert stands(run.change("a2", by="h"))
    assert replay(run.facts).judge.ledger.entries[-1].have == 1
    assert "2 such nodes exist" in broken(run.change("a3", by="h"))


def test_each_may_speak_of_it() -> None:
    late = AllOf((TaskIs("a"), AFTER_G))
    run = Run(GROW, Each(late, into=ANY, max=0), beside=[Node("h", "g")], edges=[Edge("g", "z")])
    assert stands(run.change("a1", by="h"))
    run.end("g")
    assert "h.a2 has 1 such predecessors" in broken(run.change("a2", by="h"))
