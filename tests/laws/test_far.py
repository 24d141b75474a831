"""Growth that unfolds too far to be followed is drawn wider, never narrower, and breaks no run.

The limits are set so low here that the small random universes reach them.
"""

from __future__ import annotations

from random import Random

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import PromiseBroken
from foretell.graph.model import Node
from foretell.horizon import sketch, wide
from foretell.horizon.model import COMING, REAL, Horizon
from foretell.promises import prospects
from foretell.promises.language import Count, Edges, Vowed
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import NOTHING, Leaf, Many, Par, Seq, Shape
from foretell_runtime.machine import State, horizon_of, register
from tests.laws.test_horizon import check_futures, played

pytestmark = pytest.mark.proof


@pytest.mark.parametrize(("classes", "deep"), [(1, 60), (2, 60), (1_000, 1), (1_000, 2), (3, 3)])
@pytest.mark.parametrize("promises", [0, 3])
def test_no_future_lies_outside_a_drawing_that_was_cut_short(
    classes: int, deep: int, promises: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketch, "MOST_CLASSES", classes)
    monkeypatch.setattr(sketch, "DEEPEST", deep)
    monkeypatch.setattr(prospects, "MOST_STEPS", 2)
    check_futures(range(60), promises, least=20)
    outcomes = [outcome for seed in range(20) if (outcome := played(seed, promises))]
    assert any(not drawing.exact for drawings, _ in outcomes for drawing in drawings)


def span_of(tasks: dict[str, Shape], counted: str) -> tuple[float, float]:
    state = of_tasks(tasks, Vowed(Count(TaskIs(counted), 0, 10**6)))
    entry = state.judge.ledger.entries[-1]
    return entry.low, entry.most


def of_tasks(tasks: dict[str, Shape], *promises: Vowed) -> State:
    """A run whose only node is of the first task."""
    specs = {name: TaskSpec("m:t", grows) for name, grows in tasks.items()}
    nodes = (Node("n", next(iter(tasks))),)
    return register(Graph("g", 1, specs, nodes, promises=promises), {}, "", 1)[0]


def random_tasks(rng: Random) -> dict[str, Shape]:
    """Each grows some of the later ones."""
    tasks: dict[str, Shape] = {}
    for i in range(4):
        low = rng.choice([0, 1, 2])
        parts = [Many(Leaf(f"t{j}", f"s{j}"), low, low + rng.randrange(3)) for j in range(i + 1, 4)]
        tasks[f"t{i}"] = Par(tuple(parts)) if parts else NOTHING
    return tasks


def test_bounds_that_are_not_followed_are_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    wider = 0
    for seed in range(100):
        tasks, counted = random_tasks(Random(seed)), f"t{seed % 3 + 1}"
        exact = span_of(tasks, counted)
        with monkeypatch.context() as cut_short:
            cut_short.setattr(prospects, "MOST_STEPS", seed % 9 + 1)
            cut = span_of(tasks, counted)
        assert cut[0] <= exact[0]
        assert cut[1] >= exact[1]
        wider += cut != exact
    assert wider > 20


def chain(length: int) -> dict[str, Shape]:
    tasks: dict[str, Shape] = {f"t{i}": Leaf(f"t{i + 1}", "s") for i in range(length)}
    return tasks | {f"t{length}": NOTHING}


def doubling(levels: int) -> dict[str, Shape]:
    """Every task grows two of the next: 2 ** levels places in all."""
    tasks: dict[str, Shape] = {
        f"t{i}": Par((Leaf(f"t{i + 1}", "a"), Leaf(f"t{i + 1}", "b"))) for i in range(levels)
    }
    return tasks | {f"t{levels}": NOTHING}


def everybody(tasks: int) -> dict[str, Shape]:
    """Every task may grow every task: so many ways among them as there are orders of them."""
    names = [f"t{i}" for i in range(tasks)]
    return {name: Par(tuple(Many(Leaf(n, n)) for n in names)) for name in names}


@pytest.mark.parametrize("tasks", [chain(5_000), doubling(60), everybody(12)])
def test_growth_that_unfolds_without_measure_is_judged_and_drawn(tasks: dict[str, Shape]) -> None:
    vows = Vowed(Count(TaskIs("t3"), 0, 10**6)), Vowed(Edges(TaskIs("t1"), TaskIs("t2"), min=1))
    horizon = horizon_of(of_tasks(tasks, *vows))
    assert len(horizon.classes) <= 2 * sketch.MOST_CLASSES
    assert any("unfolds far" in why for why in horizon.why)


def test_a_broken_promise_is_found_where_growth_unfolds_without_measure() -> None:
    with pytest.raises(PromiseBroken):
        of_tasks(chain(5_000), Vowed(Count(TaskIs("t3"), 0, 0)))


def test_growth_that_can_be_drawn_is_drawn_exactly() -> None:
    assert horizon_of(of_tasks(chain(50))).exact
    assert horizon_of(of_tasks(doubling(7))).exact
    assert horizon_of(of_tasks(everybody(4))).exact


@pytest.mark.parametrize("promises", [0, 3])
def test_what_is_open_on_a_close_look_is_open_on_a_wide_one(
    promises: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    closer = 0
    for seed in range(40):
        outcome = played(seed, promises)
        with monkeypatch.context() as everywhere:
            everywhere.setattr(wide, "MOST_QUESTIONS", -1)
            again = played(seed, promises)
        if outcome is None or again is None:
            assert outcome is again
            continue
        for close, far in zip(outcome[0], again[0], strict=True):
            assert not far.exact
            assert far.edges == close.edges
            for looked, glanced in zip(opened(close), opened(far), strict=True):
                assert glanced == (REAL, COMING) or (not looked and not glanced)
                closer += bool(glanced) and not looked
    assert closer


def opened(horizon: Horizon) -> list[tuple[str, ...]]:
    return [node.in_open for node in horizon.nodes] + [cls.in_open for cls in horizon.classes]


def test_a_thousand_nodes_that_promise_nothing_are_drawn() -> None:
    nodes = tuple(Node(f"n{i}", "t") for i in range(1_000))
    graph = Graph("g", 1, {"t": TaskSpec("m:t")}, nodes)
    horizon = horizon_of(register(graph, {}, "", 1)[0])
    assert len(horizon.classes) == 1_000
    assert any("open everywhere" in why for why in horizon.why)
    assert set(opened(horizon)[1:]) == {(REAL, COMING)}


def test_many_nodes_that_may_wire_only_what_they_grow_are_drawn_exactly() -> None:
    nodes = tuple(Node(f"n{i}", "t") for i in range(3_000))
    grows = Seq((Leaf("u", "a"), Many(Leaf("u", "b"))))
    tasks = {"t": TaskSpec("m:t", grows), "u": TaskSpec("m:u", NOTHING)}
    assert horizon_of(register(Graph("g", 1, tasks, nodes), {}, "", 1)[0]).exact
