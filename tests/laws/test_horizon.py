"""No future lies outside a drawing made before it, over random histories without failures.

(Exhaustive enumeration of small universes is a work of its own; these are random ones.)
"""

from __future__ import annotations

from random import Random

import pytest

from foretell.admits import quarrel
from foretell.errors import PromiseBroken
from foretell.horizon.bounds import OPEN, left_of
from foretell.horizon.model import Horizon
from foretell_runtime.fuzzing.watching import finished
from foretell_runtime.machine import State, horizon_of, left_in, register
from tests.laws.universe import Walk, random_graph, with_loops

pytestmark = pytest.mark.proof


def played(seed: int, promises: int, loops: bool = False) -> tuple[list[Horizon], State] | None:
    """The drawings of a run that ended well, one after each event that changed them."""
    rng = Random(seed)
    graph = random_graph(rng, promises)
    graph = with_loops(rng, graph) if loops else graph
    try:
        state, decision = register(graph, {}, "", rng.choice([1, 2, 3]))
    except PromiseBroken:
        return None
    walk = Walk(rng, state, decision)
    drawings = [horizon_of(state)]
    for step in range(200):
        if state.status != "running":
            break
        happening = walk.random_happening(failures=False) if step < 30 else walk.next_end()
        if walk.happen(happening).facts:
            drawings.append(horizon_of(state))
    return (drawings, state) if state.status == "done" else None


@pytest.mark.parametrize("promises", [0, 2])
def test_the_bounds_for_a_display_are_those_of_the_drawing(promises: int) -> None:
    seen = 0
    for seed in range(20):
        rng = Random(seed)
        try:
            state, decision = register(random_graph(rng, promises), {}, "", 2)
        except PromiseBroken:
            continue
        walk = Walk(rng, state, decision)
        for _ in range(10):
            assert left_in(state) == left_of(horizon_of(state))
            seen += 1
            if state.status != "running":
                break
            walk.happen(walk.random_happening(failures=True))
    assert seen > 80


@pytest.mark.parametrize("promises", [0, 1, 3])
@pytest.mark.parametrize("start", [0, 100])
def test_no_future_lies_outside_an_earlier_drawing(start: int, promises: int) -> None:
    check_futures(range(start, start + 100), promises, least=30)


@pytest.mark.long
@pytest.mark.parametrize("promises", [0, 1, 3])
@pytest.mark.parametrize("start", range(1000, 20_000, 1000))
def test_no_future_lies_outside_an_earlier_drawing_in_many_walks(start: int, promises: int) -> None:
    check_futures(range(start, start + 1000), promises, least=300)


@pytest.mark.parametrize("promises", [0, 1, 3])
def test_no_future_with_loops_lies_outside_an_earlier_drawing(promises: int) -> None:
    check_futures(range(24), promises, least=8, loops=True)


@pytest.mark.long
@pytest.mark.parametrize("promises", [0, 1, 3])
@pytest.mark.parametrize("start", range(1000, 10_000, 1000))
def test_no_future_with_loops_lies_outside_a_drawing_in_many_walks(
    start: int, promises: int
) -> None:
    check_futures(range(start, start + 1000), promises, least=200, loops=True)


def check_futures(seeds: range, promises: int, least: int, loops: bool = False) -> None:
    done = 0
    for seed in seeds:
        outcome = played(seed, promises, loops)
        if outcome is None:
            continue
        drawings, state = outcome
        nodes, edges = finished(state)
        for drawing in drawings:
            why = quarrel(drawing, nodes, edges)
            assert not why, f"seed {seed}, after event {drawing.event}: {why}"
            ended = {node.id for node in drawing.nodes if node.status not in OPEN}
            left, came = left_of(drawing), sum(node.id not in ended for node in nodes)
            assert left.low <= came, f"seed {seed}, after event {drawing.event}"
            assert left.high is None or came <= left.high, f"seed {seed}, event {drawing.event}"
        done += 1
    assert done > least


def test_the_last_drawing_is_the_graph() -> None:
    done = 0
    for seed in range(100):
        outcome = played(seed, 1)
        if outcome is None:
            continue
        last = horizon_of(outcome[1])
        assert not last.classes
        assert not last.groups
        assert all(edge.existence == "exists" for edge in last.edges)
        assert not any(node.status in OPEN for node in last.nodes)
        done += 1
    assert done > 20
