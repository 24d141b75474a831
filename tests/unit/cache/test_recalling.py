"""What the machine does with what is found: as if the node had run, and never otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Hole, Node, Output
from foretell.horizon.model import Horizon
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import EveryNode as Anything
from foretell.promises.shapes import NOTHING
from foretell.protocol.messages import Fail, Finish
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.keeping import KeptHorizon

PLAIN = TaskSpec("f.py:t", NOTHING, digest="d")
CACHED = TaskSpec("f.py:c", NOTHING, options={"cache": {}}, digest="d")
GRAPH = Graph(
    "g",
    tasks={"c": CACHED, "t": PLAIN},
    nodes=(Node("a", "c", inputs={"n": 1}), Node("b", "c"), Node("z", "t")),
    edges=(Edge("a", "b", "data", "", "/n"), Edge("b", "z", "data", "", "/n")),
    output=Output(None, (Hole("", "z"),)),
)


class Run:
    """A run whose cache holds `known`, by node: what each would come to."""

    def __init__(self, known: dict[str, Any], graph: Graph = GRAPH, jobs: int = 1) -> None:
        self.known = known
        self.facts: list[ev.Fact] = []
        self.remembered: list[ev.Remember] = []
        self.launched: list[str] = []
        self.horizons: list[Horizon] = []
        self.state, decision = register(graph, {}, "/", jobs, cached=True)
        self.kept = KeptHorizon(self.state)
        self._take(decision)

    def _take(self, decision: ev.Decision) -> None:
        self.facts += decision.facts
        self.horizons.append(horizon_of(self.state))
        self.kept.note(self.state, decision.facts)
        assert self.kept.now() == self.horizons[-1]
        for order in decision.instructions:
            match order:
                case ev.Recall(node, key):
                    found = node in self.known
                    self.tell(ev.Looked(node, key, found, self.known.get(node)))
                case ev.Remember():
                    self.remembered.append(order)
                case ev.Launch(node, trial):
                    self.launched.append(node)
                    self.tell(ev.Heard(node, trial, Finish(f"ran {node}")))
                case _:
                    pass

    def tell(self, happening: ev.Happening) -> None:
        self._take(decide(self.state, happening))

    @property
    def kinds(self) -> list[str]:
        return [f"{fact.kind} {getattr(fact, 'node', '')}".strip() for fact in self.facts]


def test_what_is_found_does_not_run_and_the_rest_does() -> None:
    run = Run({"a": 5})
    assert run.kinds == [
        "registered", "recalled a", "started b", "finished b", "started z", "finished z", "ended",
    ]  # fmt: skip
    assert [(one.node, one.output) for one in run.remembered] == [("b", "ran b")]
    assert run.state.trials == {"b": 1, "z": 1}
    assert run.facts[-1] == ev.Ended("done", "ran z")


def test_the_journal_alone_gives_the_same_state() -> None:
    run = Run({"a": 5, "b": 6})
    again = replay(run.facts)
    values = {node: output.value for node, output in run.state.outputs.items()}
    assert {node: output.value for node, output in again.outputs.items()} == values
    assert horizon_of(again) == horizon_of(run.state)


def _seen(horizon: Horizon) -> Any:
    """A horizon, but for how it came about: which event it is, and which trial."""
    nodes = tuple((n.id, n.status, n.in_open, n.may_go, n.iteration) for n in horizon.nodes)
    return nodes, horizon.edges, horizon.classes, horizon.groups, horizon.bundles, horizon.why


@pytest.mark.parametrize("known", [{"a": "ran a"}, {"b": "ran b"}, {"a": "ran a", "b": "ran b"}])
def test_what_may_still_happen_is_the_same_with_a_cache_as_without(known: dict[str, Any]) -> None:
    with_, without = Run(known), Run({})
    ended = [_seen(horizon) for horizon in without.horizons]
    assert all(_seen(horizon) in ended for horizon in with_.horizons)
    assert _seen(with_.horizons[-1]) == ended[-1]


def test_no_limit_and_no_place_is_asked() -> None:
    """One other node runs, and there is room for one; and a limit is full."""
    graph = Graph(
        "g",
        tasks={"c": CACHED, "t": PLAIN},
        nodes=(Node("slow", "t"), Node("a", "c"), Node("b", "c")),
        limits=(Limit(Anything(), 1),),
    )
    state, decision = register(graph, {}, "/", 1, cached=True)
    started = [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]
    assert started == ["slow"]
    for order in decision.instructions:
        if isinstance(order, ev.Recall):
            after = decide(state, ev.Looked(order.node, order.key, True, 1))
            assert [fact.kind for fact in after.facts] == ["recalled"]
    assert state.running == {"slow": 1}


def test_failures_are_not_remembered_and_what_follows_them_is() -> None:
    state, decision = register(GRAPH, {}, "/", 1, cached=True)
    (order,) = [x for x in decision.instructions if isinstance(x, ev.Recall)]
    decide(state, ev.Looked("a", order.key, False))
    failed = decide(state, ev.Heard("a", 1, Fail("no")))
    assert not any(isinstance(x, ev.Remember) for x in failed.instructions)


def test_who_takes_a_run_up_looks_again() -> None:
    state, decision = register(GRAPH, {}, "/", 1, cached=True)
    assert any(isinstance(x, ev.Recall) for x in decision.instructions)
    again = replay(decision.facts)
    again.use_cache()
    decide(again, ev.TakenUp())
    more = decide(again, ev.Slots(1))
    assert [x.node for x in more.instructions if isinstance(x, ev.Recall)] == ["a"]
    assert state.running == {}


def test_without_a_cache_nothing_is_looked_for() -> None:
    state, decision = register(GRAPH, {}, "/", 1)
    assert [type(order) for order in decision.instructions] == [ev.Launch]
    assert decide(state, ev.Looked("a", "x", True, 9)).facts == []


def test_what_is_looked_for_ends_no_run_and_holds_nobody_back() -> None:
    graph = Graph("g", tasks={"c": CACHED, "t": PLAIN}, nodes=(Node("a", "c"), Node("t", "t")))
    state, decision = register(graph, {}, "/", 1, cached=True)
    assert [x.node for x in decision.instructions if isinstance(x, ev.Launch)] == ["t"]
    ended = decide(state, ev.Heard("t", 1, Finish(1)))
    assert [fact.kind for fact in ended.facts] == ["finished"]
    assert not state.waits_for_somebody


def test_an_answer_to_another_question_counts_for_nothing() -> None:
    state, _ = register(GRAPH, {}, "/", 1, cached=True)
    assert decide(state, ev.Looked("a", "another key", True, 9)).facts == []
    assert decide(state, ev.Looked("b", "a key", True, 9)).facts == []
    assert state.judge.graph.nodes["a"].startable


def test_a_promise_breaks_by_what_is_found_as_by_what_runs() -> None:
    """The end of `a` leaves nobody who could still add what is owed."""
    owed = Vowed(Count(Anything(), 4), "four nodes")
    open_ = TaskSpec("f.py:o", None)
    graph = Graph(
        "g", tasks={"c": CACHED, "o": open_}, nodes=(Node("o", "o"), Node("a", "c")), promises=(owed,),
        edges=(Edge("o", "a"),),
    )  # fmt: skip

    def end(state: State, launch: ev.Decision) -> list[str]:
        after = decide(state, ev.Heard("o", 1, Finish(1)))
        return [fact.kind for fact in (*launch.facts, *after.facts)]

    with_, without = (register(graph, {}, "/", 1, cached=cached) for cached in (True, False))
    assert end(*with_) == end(*without)
