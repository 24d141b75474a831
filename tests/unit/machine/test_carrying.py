"""What edges on `any` and on `fail` bring: a result if there is one, what failed, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Hole, Node
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev

TASKS = {"t": TaskSpec("m:t", NOTHING), "map": TaskSpec("m:map", Many(Leaf("t", "s"), 0, None))}


def value(source: str, target: str, output: str = "", at: str = "/x") -> Edge:
    return Edge(source, target, "data", output, at, "any")


def failures(source: str, target: str, output: str = "", on: Any = "fail", at: str = "/x") -> Edge:
    return Edge(source, target, "data", output, at, on, "failures")


class Run:
    """A run of a graph. `got` are the inputs that each node was started with."""

    def __init__(self, edges: Iterable[Edge], *nodes: Node) -> None:
        graph = Graph("flow", tasks=TASKS, nodes=nodes, edges=tuple(edges))
        self.state, decision = register(graph, {}, "", 9)
        self.facts = list(decision.facts)
        self.got: dict[str, Any] = {}
        self._note(decision)

    def _note(self, decision: ev.Decision) -> None:
        launched = [one for one in decision.instructions if isinstance(one, ev.Launch)]
        self.got.update((one.node, one.inputs) for one in launched)

    def hear(self, node: str, message: msg.FromTask) -> None:
        trial = self.state.running[node]
        decision = decide(self.state, ev.Heard(node, trial, message))
        self.facts += decision.facts
        self._note(decision)

    def fail(self, node: str, why: str = "no") -> None:
        self.hear(node, msg.Fail(why))

    def finish(self, node: str, output: Any = None, *grown: str) -> None:
        change = Change(tuple(Node(f"{node}.{n}", "t", slot="s") for n in grown)) if grown else None
        self.hear(node, msg.Finish(output, (), change))


def test_a_result_comes_along_if_there_is_one() -> None:
    run = Run([value("a", "end", "/n")], Node("a", "t"), Node("end", "t", inputs={"x": 7}))
    run.finish("a", {"n": None})
    assert run.got["end"] == {"x": None}


def test_else_the_constant_stays() -> None:
    run = Run([value("a", "end")], Node("a", "t"), Node("end", "t", inputs={"x": 7}))
    run.fail("a")
    assert run.got["end"] == {"x": 7}
    assert run.state.status == "running"


def test_or_there_is_nothing_where_no_constant_is() -> None:
    run = Run([value("a", "end")], Node("a", "t"), Node("end", "t"))
    run.fail("a")
    assert run.got["end"] == {}


def test_what_was_ruled_out_brings_nothing() -> None:
    edges = [Edge("a", "b"), value("b", "end")]
    run = Run(edges, Node("a", "t"), Node("b", "t"), Node("end", "t", inputs={"x": 7}))
    run.fail("a")
    assert run.got["end"] == {"x": 7}


def test_a_result_is_none_where_something_that_was_grown_has_failed() -> None:
    run = Run([value("a", "end")], Node("a", "map"), Node("end", "t", inputs={"x": 7}))
    run.finish("a", "well", "one", "two")
    run.fail("a.two")
    run.finish("a.one")
    assert run.got["end"] == {"x": 7}


def test_a_result_with_holes_comes_complete() -> None:
    run = Run([value("a", "end")], Node("a", "map"), Node("end", "t"))
    grown = Change((Node("a.one", "t", slot="s"),))
    run.hear("a", msg.Finish([None], (Hole("/0", "a.one"),), grown))
    run.finish("a.one", 3)
    assert run.got["end"] == {"x": [3]}


def test_a_later_edge_on_any_takes_the_place_of_what_an_earlier_one_brought() -> None:
    edges = [Edge("a", "end", "data", "", "/x"), value("b", "end")]
    nodes = (Node("a", "t"), Node("b", "t"), Node("end", "t"))
    well, badly = Run(edges, *nodes), Run(edges, *nodes)
    for run in (well, badly):
        run.finish("a", 1)
    well.finish("b", 2)
    badly.fail("b")
    assert well.got["end"] == {"x": 2}
    assert badly.got["end"] == {"x": 1}


FIRST = {"node": "a", "task": "t", "error": "no"}


def test_what_failed_comes_to_whom_it_lets_run() -> None:
    run = Run([failures("a", "end")], Node("a", "t"), Node("end", "t"))
    run.fail("a")
    assert run.got["end"] == {"x": [FIRST]}


def test_or_a_part_of_it() -> None:
    run = Run([failures("a", "end", "/0/error")], Node("a", "t"), Node("end", "t"))
    run.fail("a", "it rains")
    assert run.got["end"] == {"x": "it rains"}


def test_on_any_too_where_something_has_failed() -> None:
    edges = [failures("a", "end", "/0/node", "any", "/who"), value("a", "end")]
    nodes = (Node("a", "t"), Node("end", "t", inputs={"who": "", "x": 0}))
    well, badly = Run(edges, *nodes), Run(edges, *nodes)
    well.finish("a", 5)
    badly.fail("a")
    assert well.got["end"] == {"who": "", "x": 5}
    assert badly.got["end"] == {"who": "a", "x": 0}


def test_failures_of_what_was_grown_come_in_the_order_in_which_they_happened() -> None:
    run = Run([failures("a", "end", at="/x")], Node("a", "map"), Node("end", "t"))
    run.finish("a", None, "one", "two", "three")
    run.fail("a.three", "first")
    run.finish("a.two")
    run.fail("a.one", "second")
    assert [(f["node"], f["error"]) for f in run.got["end"]["x"]] == [
        ("a.three", "first"),
        ("a.one", "second"),
    ]


def test_what_a_failed_trial_had_grown_is_none_of_them() -> None:
    edges = [failures("a", "end")]
    run = Run(edges, Node("a", "map", options={"retries": 1}), Node("end", "t"))
    run.hear("a", msg.Propose(1, Change((Node("a.one", "t", slot="s"),))))
    run.fail("a", "first trial")
    run.fail("a", "second trial")
    assert [(f["node"], f["error"]) for f in run.got["end"]["x"]] == [("a", "second trial")]


def test_a_failure_that_is_not_there_fails_who_asked_for_it() -> None:
    run = Run([failures("a", "end", "/1")], Node("a", "t"), Node("end", "t"))
    run.fail("a")
    (failed,) = [f for f in run.facts if isinstance(f, ev.Failed) and f.node == "end"]
    assert "there is no place '/1'" in failed.error


def test_the_journal_alone_says_what_failed() -> None:
    edges = [failures("a", "b"), Edge("b", "end"), failures("a", "end")]
    run = Run(edges, Node("a", "t"), Node("b", "t"), Node("end", "t"))
    run.fail("a")
    state: State = replay(run.facts)
    decide(state, ev.Slots(9))
    decision = decide(state, ev.Heard("b", 1, msg.Finish(None)))
    (launch,) = [one for one in decision.instructions if isinstance(one, ev.Launch)]
    assert launch.inputs == {"x": [FIRST]}


@pytest.mark.parametrize(
    ("edge", "why"),
    [
        (Edge("a", "b", "data", "", "/x", "fail"), "what fails has no output"),
        (failures("a", "b", on="ok"), "failures come on data edges, on 'fail' or 'any'"),
        (Edge("a", "b", on="fail", carries="failures"), "failures come on data edges"),
    ],
)
def test_an_edge_brings_nothing_that_its_end_does_not_leave(edge: Edge, why: str) -> None:
    with pytest.raises(LawBroken, match=why):
        Run([edge], Node("a", "t"), Node("b", "t"))


def test_a_running_node_adds_no_edges_on_any_with_a_value_either() -> None:
    run = Run([], Node("a", "map"), Node("b", "t"))
    change = Change((Node("a.one", "t", slot="s"),), (value("a.one", "b"),))
    run.hear("a", msg.Propose(1, change))
    assert isinstance(run.facts[-1], ev.Refused)
