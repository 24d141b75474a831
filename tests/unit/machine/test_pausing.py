"""A paused run starts nothing: what runs may end, what is said is kept, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node, Outside
from foretell.promises.language import Edges, Vowed
from foretell.promises.selectors import IdIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "t": TaskSpec("m:t", NOTHING, options={"retries": 1, "backoff": 5.0}),
    "free": TaskSpec("m:free", ANYTHING),
}


class Run:
    def __init__(self, nodes: Iterable[Node], *edges: Edge, vows: Iterable[Vowed] = ()) -> None:
        graph = Graph("flow", 1, TASKS, tuple(nodes), edges, tuple(vows))
        self.state, begun = register(graph, {}, "", 2)
        self.facts = [*begun.facts]

    def take(self, happening: ev.Happening, now: float = 0.0) -> ev.Decision:
        decision = decide(self.state, happening, now)
        self.facts += decision.facts
        return decision

    @property
    def status(self) -> str:
        return self.state.status

    def end(self, node: str, trial: int = 1) -> ev.Decision:
        return self.take(ev.Heard(node, trial, msg.Finish()))

    def pause(self) -> ev.Decision:
        return self.take(ev.Pause("ada", "the disk is full"))


def two() -> Run:
    return Run([Node("a", "t"), Node("b", "t")], Edge("a", "b"))


def started(decision: ev.Decision) -> list[str]:
    return [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]


def test_what_runs_ends_and_nothing_starts_until_somebody_lets_it() -> None:
    run = two()
    assert run.pause().facts == [ev.Paused("ada", "the disk is full")]
    assert started(run.end("a")) == []
    assert run.state.waits_outside and run.status == "running"
    assert started(run.take(ev.Slots(9))) == [], "more room is no leave"
    assert started(run.take(ev.Unpause("bob"))) == ["b"]
    run.end("b")
    assert run.status == "done"


def test_a_pause_is_a_fact_that_the_next_orchestrator_finds() -> None:
    run = two()
    run.pause()
    state = replay(run.facts)
    decide(state, ev.TakenUp())
    assert started(decide(state, ev.Slots(2))) == []
    assert state.paused == ev.Paused("ada", "the disk is full")
    assert horizon_of(state).status == "paused"
    assert started(decide(state, ev.Unpause())) == ["a"]


def test_pausing_twice_and_going_on_unpaused_change_nothing() -> None:
    run = two()
    assert run.take(ev.Unpause()).facts == []
    run.pause()
    assert run.pause().facts == []


def test_a_paused_run_whose_last_node_ends_is_over() -> None:
    run = Run([Node("a", "t")])
    run.pause()
    run.end("a")
    assert run.status == "done" and run.state.paused is None


def test_a_wait_that_ends_during_a_pause_is_over_after_it() -> None:
    run = two()
    run.take(ev.Heard("a", 1, msg.Fail("no")), now=10.0)
    run.pause()
    assert run.state.waits_outside, "nobody stays for a moment at which nothing may start"
    rung = run.take(ev.Rang(), now=15.0)
    assert [fact.kind for fact in rung.facts] == ["due"]
    assert started(run.take(ev.Unpause(), now=100.0)) == ["a"]


def test_answers_are_taken_during_a_pause() -> None:
    asks = Node("ask", "t", outside=(Outside("question", "/yes", "Really?"),))
    run = Run([asks])
    run.pause()
    told = run.take(ev.Answer("ask", "/yes", True, 9))
    assert [fact.kind for fact in told.facts] == ["answered"]
    assert started(run.take(ev.Unpause())) == ["ask"]


def test_what_a_promise_holds_back_does_not_break_it_while_the_run_is_paused() -> None:
    owed = Vowed(Edges(IdIs("b"), IdIs("a"), min=1), "b -> a")
    nodes = [Node("free", "free"), Node("a", "t"), Node("b", "t")]
    run = Run(nodes, Edge("b", "free"), vows=[owed])
    run.pause()
    run.end("b")
    assert run.status == "running"


def test_a_paused_run_can_be_cancelled() -> None:
    run = two()
    run.pause()
    assert [fact.kind for fact in run.take(ev.Cancel()).facts] == ["cancelled", "ended"]
    assert run.status == "cancelled"


def test_a_pause_takes_nothing_from_what_may_happen() -> None:
    run = Run([Node("free", "free"), Node("b", "t")], Edge("free", "b"))
    before = horizon_of(run.state)
    run.pause()
    after = horizon_of(run.state)
    assert (after.nodes, after.edges, after.classes) == (before.nodes, before.edges, before.classes)


def test_the_state_folded_from_the_journal_is_the_state_that_was_decided() -> None:
    run = two()
    run.pause()
    run.end("a")
    again: State = replay(run.facts)
    assert horizon_of(again) == horizon_of(run.state)
    assert again.waits_outside == run.state.waits_outside
