"""Where there are more futures than can be followed, the drawing is wider, says so, and is made."""

from __future__ import annotations

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Node
from foretell.horizon import foresee
from foretell.horizon.coming import Future
from foretell.horizon.model import Horizon, RunStatus
from foretell.horizon.sums import Axis, Space, TooMuch, Work
from foretell.promises import form
from foretell.promises.judge import Judge
from foretell.promises.language import AnyKept, Count, Edges, NotKept, OneKept, Promise, Vowed
from foretell.promises.selectors import IdIs, TaskIs
from foretell.promises.shapes import Anything, Empty, Leaf, Many, Shape
from foretell_runtime.machine import horizon_of, register

ONES = frozenset({(1,)})


def drawn(shape: Shape, *promises: Promise, tasks: str = "pm") -> Horizon:
    """Of two nodes of these tasks."""
    specs = {"p": TaskSpec("m:p", shape), "m": TaskSpec("m:m", Empty())}
    vowed = tuple(Vowed(promise, f"p{i}") for i, promise in enumerate(promises))
    nodes = tuple(Node(name, task) for name, task in zip("ab", tasks, strict=True))
    state, _ = register(Graph("g", 1, specs, nodes, (), vowed), {}, "", 1)
    return horizon_of(state)


def test_many_times_one_costs_as_much_as_it_brings() -> None:
    work = Work(150_000)
    assert len(Space([Axis(50_000, open=True)], work).times(ONES, 0, None)) == 50_001
    assert work.left >= 0


def test_of_a_cheap_quantity_only_the_least_is_kept() -> None:
    space = Space([Axis(9, open=True), Axis(9, cheap=True)], Work(1000))
    assert space.times(frozenset({(1, 2), (0, 1)}), 2, 3) == {(0, 2), (1, 3), (2, 4), (3, 6)}
    assert space.product([range(2), range(3)]) == {(0, 0), (1, 0)}


def test_where_nothing_is_counted_there_is_one_sum() -> None:
    space = Space([], Work(1000))
    assert space.times(space.zero, 0, None) == space.zero


def test_what_may_be_counted_in_too_many_ways_is_not_counted() -> None:
    space = Space([Axis(2)] * 50, Work(1000))
    with pytest.raises(TooMuch):
        space.product([range(2)] * 50)


def test_long_sums_cost_more() -> None:
    space = Space([Axis(2)] * 3000, Work(100))
    one = frozenset({(1, *[0] * 2999)})
    with pytest.raises(TooMuch):
        space.plus(one, one)


def test_bounds_without_measure_are_drawn() -> None:
    low, high = Count(TaskIs("m"), 0, 2**52), Count(TaskIs("m"), 2**53, 2**53)
    horizon = drawn(Many(Leaf("m", "s")), OneKept((low, high)))
    assert not horizon.exact
    assert horizon.classes[0].max is None


def test_fifty_alternatives_that_may_or_may_not_count_are_drawn() -> None:
    ways = tuple(Edges(IdIs("a*"), IdIs(f"*{i}"), max=i) for i in range(50))
    assert not drawn(Many(Leaf("m", "s")), AnyKept(ways)).exact


@pytest.mark.parametrize("left", [0, 10])
def test_wires_are_drawn_when_nothing_is_left_to_follow_them_with(
    left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    future_of = foresee._future

    def spent(judge: Judge, status: RunStatus) -> Future:
        future = future_of(judge, status)
        futures = future._sketch._futures
        assert futures is not None
        futures._work.left = left
        return future

    monkeypatch.setattr(foresee, "_future", spent)
    horizon = drawn(Anything(), NotKept(Count(TaskIs("m"), 1, 4)), tasks="pp")
    assert "which of what comes may be wired is too much to follow" in horizon.why
    assert {at for c in horizon.classes for at in c.in_open} >= {c.id for c in horizon.classes}


def test_a_large_section_is_ordered_by_its_edges() -> None:
    n = 300
    every = tuple((a, b) for b in range(n) for a in range(b))
    closure = form._closure(n, every)
    assert closure.pairs == frozenset(every)
    assert closure.steps == tuple((a, a + 1) for a in range(n - 1))
    assert form._closure(4, ((2, 3), (0, 2), (0, 3), (0, 2))).steps == ((0, 2), (2, 3))
