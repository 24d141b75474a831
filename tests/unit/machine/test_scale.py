"""What one event costs does not depend on how much there is: counted in steps, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import LiveNode
from foretell.graph.model import Edge, Node, grown_id
from foretell.promises.language import AnyKept, Count, Each, Promise, Vowed
from foretell.promises.selectors import IdIs, InScope, TaskIs, Under
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev


def lines_of(act: Callable[[], Any]) -> int:
    """How many lines of Python run in `act`."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def recursion(depth: int, promise: Promise) -> tuple[State, str]:
    """A run in which `depth` nodes grew each other, and the deepest one, which runs."""
    tasks = {
        "again": TaskSpec("m:a", Many(Leaf("again", "s"), 0, 1)),
        "end": TaskSpec("m:e", NOTHING),
    }
    nodes = (Node("n", "again"), Node("end", "end"))
    graph = Graph("g", 1, tasks, nodes, (Edge("n", "end"),), (Vowed(promise),))
    state = register(graph, {}, "", 1)[0]
    node = "n"
    for _ in range(depth):
        node = deeper(state, node)
    return state, node


def deeper(state: State, node: str) -> str:
    below = grown_id(node, "n")
    decide(state, ev.Heard(node, 1, msg.Finish(None, (), Change((Node(below, "again"),)))))
    return below


@pytest.mark.parametrize(
    "promise",
    [
        Count(InScope("n")),
        Count(Under("n")),
        Each(TaskIs("again"), out=IdIs("end"), min=1, max=1),
        Each(TaskIs("end"), into=TaskIs("again"), min=1),
        AnyKept((Count(Under("n"), max=9), Each(TaskIs("again"), out=TaskIs("again"), max=2))),
    ],
    ids=["scope", "under", "each out", "each into", "any"],
)
def test_a_step_of_a_long_recursion_costs_as_much_as_one_of_a_short(promise: Promise) -> None:
    costs = []
    for depth in (50, 2_000):
        state, node = recursion(depth, promise)
        costs.append(lines_of(lambda state=state, node=node: deeper(state, node)))  # type: ignore[misc]
    assert costs[1] < 1.5 * costs[0]


def test_who_stands_under_whom_is_what_climbing_says() -> None:
    nodes = [LiveNode(Node("n0", "t"), None, 0)]
    for i in range(1, 200):
        nodes.append(LiveNode(Node(f"n{i}", "t"), nodes[(i * 7) // 8], i))
    for node in nodes:
        above = set()
        maker = node.maker
        while maker is not None:
            above.add(maker)
            maker = maker.maker
        assert {other for other in nodes if node.is_under(other)} == above


class Unread(dict[str, LiveNode]):
    """Nodes of which one may be looked up, and that nobody may go through: a copy of them is one
    step of Python however many there are."""

    def _refuse(self, *_: Any) -> Any:
        raise AssertionError("somebody reads all nodes")

    __iter__ = __len__ = values = items = keys = _refuse


@pytest.mark.parametrize("promise", [None, Count(TaskIs("step"), max=9), Count(IdIs("plan.*"))])
@pytest.mark.parametrize(
    ("node", "change"),
    [
        ("plan", Change((Node("plan.a", "step"),))),
        ("wild", Change((Node("wild.a", "step"), Node("wild.b", "step")), (Edge("wild.a", "wild.b"),))),
        ("wild", Change(edges=(Edge("plan", "later"),))),
    ],
    ids=["growth", "free growth", "an edge"],
)  # fmt: skip
def test_no_change_is_judged_by_going_through_all_nodes(
    node: str, change: Change, promise: Promise | None
) -> None:
    tasks = {
        "plan": TaskSpec("m:p", Many(Leaf("step", "step"))),
        "wild": TaskSpec("m:w", ANYTHING),
        "step": TaskSpec("m:s", NOTHING),
    }
    nodes = (Node("plan", "plan"), Node("wild", "wild"), Node("later", "step"))
    vows = (Vowed(promise),) if promise is not None else ()
    edges = (Edge("plan", "later"), Edge("wild", "later"))
    state = register(Graph("g", 1, tasks, nodes, edges, vows), {}, "", 2)[0]
    graph = state.judge.graph
    graph.nodes = Unread(graph.nodes)
    told = decide(state, ev.Heard(node, 1, msg.Would(1, change))).instructions
    assert told == [ev.Tell(node, 1, msg.Reply(1, ok=True))]
    decision = decide(state, ev.Heard(node, 1, msg.Propose(2, change)))
    assert [fact.kind for fact in decision.facts] == ["changed"]
