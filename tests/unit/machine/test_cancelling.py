"""Nodes that somebody cancels or skips: what never starts then, what runs all the same, what is refused,
and that nobody is left waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from foretell.document.model import Change, Graph, PortSpec, TaskSpec
from foretell.graph.model import Edge, Hole, Json, Node, Output, Outside
from foretell.promises.language import Count, Vowed
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.cancelling import Loss, loss
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.trying import objection, tried
from foretell_runtime.restarting import radius

TASKS = {
    "t": TaskSpec("m:t", NOTHING, ports={"p": PortSpec()}),
    "again": TaskSpec("m:again", NOTHING, options={"retries": 3, "backoff": 60.0, "timeout": 5.0}),
    "map": TaskSpec("m:map", Many(Leaf("t", "s"), 0, None)),
    "must": TaskSpec("m:must", Many(Leaf("t", "s"), 1, None)),
}
ONE_T = Vowed(Count(TaskIs("t"), 1), "Count(t, at_least=1)")


class Run:
    """A run as its orchestrator sees it: orders are tried beforehand, and processes end when they
    are killed."""

    def __init__(
        self, nodes: str | Iterable[Node], *edges: Edge, vows: Iterable[Vowed] = (), jobs: int = 9,
        output: Output | None = None,
    ) -> None:  # fmt: skip
        made = (
            [Node(n, task or "t") for n, _, task in (word.partition(":") for word in nodes.split())]
            if isinstance(nodes, str)
            else nodes
        )
        graph = Graph("flow", 1, TASKS, tuple(made), edges, tuple(vows), output=output or Output())
        self.state, begun = register(graph, {}, "", jobs)
        self.facts = [*begun.facts]

    def take(self, happening: ev.Happening, now: float = 0.0) -> list[ev.Fact]:
        """What follows, once what is to be stopped is gone."""
        if isinstance(happening, ev.CancelNode):
            what = tried(replay(self.facts), happening)
            happening = replace(happening, objection=objection(what, happening))
        before = len(self.facts)
        decision = decide(self.state, happening, now)
        self.facts += decision.facts
        for told in decision.instructions:
            if isinstance(told, ev.Kill) and told.tell:
                self.take(ev.Lost(told.node, told.trial, told.why), now)
            elif isinstance(told, ev.Again):
                self.take(told.order, now)
        return self.facts[before:]

    def cancel(self, node: str, **more: Any) -> list[ev.Fact]:
        return self.take(ev.CancelNode(node, "ada", **more))

    def skip(self, node: str, value: Json = None, **more: Any) -> list[ev.Fact]:
        return self.cancel(node, skip=True, value=value, **more)

    def end(self, node: str, output: Json = None, change: Change | None = None) -> list[ev.Fact]:
        finish = msg.Finish(output, (), change)
        return self.take(ev.Heard(node, self.state.trials[node], finish))

    def grow(self, node: str, *names: str) -> None:
        change = Change(tuple(Node(f"{node}.{name}", "t") for name in names))
        self.take(ev.Heard(node, self.state.trials[node], msg.Propose(1, change)))

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def statuses(self) -> dict[str, str]:
        return {name: live.status.value for name, live in self.state.judge.graph.nodes.items()}

    def check(self) -> None:
        """The journal says the same, and nobody is left who waits for nothing."""
        again = replay(self.facts)
        assert horizon_of(again) == horizon_of(self.state)
        assert (again.stopping, again.cancelled) == (self.state.stopping, self.state.cancelled)
        if self.status != "running":
            left = {"waiting", "running"} & set(self.statuses.values())
            assert not left or self.status != "done"


def kinds(facts: Iterable[ev.Fact]) -> list[str]:
    return [fact.kind for fact in facts]


def started(facts: Iterable[ev.Fact]) -> list[str]:
    return [fact.node for fact in facts if isinstance(fact, ev.Started)]


def test_a_waiting_node_ends_and_its_cone_never_starts() -> None:
    run = Run("a b c d", Edge("a", "b"), Edge("b", "c"), Edge("a", "d"))
    assert kinds(run.cancel("b", why="no use")) == ["cancelled", "ruled_out"]
    run.end("a")
    run.end("d")
    assert run.status == "done"
    assert run.statuses == {"a": "done", "b": "cancelled", "c": "ruled_out", "d": "done"}
    run.check()


def test_a_running_node_is_stopped_and_ends_once_its_process_is_gone() -> None:
    run = Run("a b", Edge("a", "b"))
    decision = decide(run.state, ev.CancelNode("a", "ada"))
    assert kinds(decision.facts) == ["stopping"]
    assert decision.instructions == [ev.Kill("a", 1, "it was cancelled by ada", tell=True)]
    assert run.state.node("a").status.value == "running", "its place is not free yet"
    assert decide(run.state, ev.Heard("a", 1, msg.Finish(1))).facts == [], "nobody listens"
    gone = decide(run.state, ev.Lost("a", 1, "killed"))
    assert kinds(gone.facts) == ["interrupted"]
    assert [one.order.node for one in gone.instructions if isinstance(one, ev.Again)] == ["a"]
    last = decide(run.state, ev.CancelNode("a", "ada"))
    assert kinds(last.facts) == ["cancelled", "ruled_out", "ended"]
    assert run.status == "done"


def test_what_a_stopped_node_had_grown_goes_with_its_trial() -> None:
    run = Run("plan:map end", Edge("plan", "end"))
    run.grow("plan", "one", "two")
    run.cancel("plan")
    assert run.statuses == {"plan": "cancelled", "end": "ruled_out"}
    run.check()


def test_who_waits_for_any_end_starts_and_who_waits_for_a_failure_never_does() -> None:
    run = Run("a any fail", Edge("a", "any", on="any"), Edge("a", "fail", on="fail"))
    assert started(run.cancel("a")) == ["any"]
    run.end("any")
    assert run.status == "done" and run.statuses["fail"] == "ruled_out"
    run.check()


def test_a_skipped_node_ends_well_with_what_was_given() -> None:
    edges = [Edge("a", "b", "data", "", "/x")]
    run = Run("a b", *edges, output=Output(None, (Hole("", "b"),)))
    facts = run.skip("a", [1, 2])
    assert started(facts) == ["b"]
    launch = run.state.outputs["a"]
    assert launch.value == [1, 2]
    run.end("b", "done")
    assert (run.status, run.state.output) == ("done", "done")
    run.check()


def test_a_skipped_node_has_emitted_nothing() -> None:
    run = Run("a b", Edge("a", "b", "data", "", "/x", port="p"))
    run.take(ev.Heard("a", 1, msg.Chunk("p", 1)))
    run.skip("a", 7)
    assert run.state.outputs["a\np"].value == []
    run.check()


def test_a_question_is_withdrawn_with_its_node() -> None:
    ask = Node("ask", "t", outside=(Outside("question", "/yes", "Really?", within_s=9.0),))
    for end in (Run.cancel, Run.skip):
        run = Run([ask, Node("b", "t")], Edge("ask", "b"))
        assert run.state.timers.of("ask", "answer")
        end(run, "ask")
        assert not run.state.asks and not run.state.timers
        assert run.take(ev.Answer("ask", "/yes", True, 99)) == []
        if run.statuses["b"] == "running":
            run.end("b")
        assert run.status == "done"
        run.check()


def test_a_node_that_waits_for_its_next_trial_is_cancelled_at_once() -> None:
    run = Run("a:again")
    run.take(ev.Heard("a", 1, msg.Fail("no")))
    assert run.state.timers.of("a", "retry")
    run.cancel("a")
    assert run.status == "done" and not run.state.timers
    run.check()


def test_a_node_that_has_had_its_time_may_be_cancelled_before_it_is_gone() -> None:
    run = Run("a:again")
    decide(run.state, ev.Rang(), now=9.0)
    assert run.state.overdue == {"a"}
    decide(run.state, ev.CancelNode("a"))
    decide(run.state, ev.Lost("a", 1, "killed"))
    decide(run.state, ev.CancelNode("a"))
    assert run.statuses == {"a": "cancelled"}, "it is no failure"


def test_one_who_reads_early_is_cut_off_when_what_it_reads_is_cancelled() -> None:
    run = Run("a b", Edge("a", "b", "data", "", "/x", port="p", early=True))
    run.take(ev.Heard("a", 1, msg.Chunk("p", 1)))
    assert run.statuses["b"] == "running"
    run.cancel("a")
    assert run.statuses == {"a": "cancelled", "b": "ruled_out"}
    run.check()


def test_a_reader_that_has_said_its_last_word_may_still_be_cancelled() -> None:
    run = Run("a b", Edge("a", "b", "data", "", "/x", port="p", early=True))
    run.take(ev.Heard("a", 1, msg.Chunk("p", 1)))
    run.end("b", 5)
    assert "b" in run.state.streams.concluded
    run.cancel("b")
    assert run.statuses["b"] == "cancelled"
    run.end("a")
    assert run.status == "done"
    run.check()


def test_a_round_does_again_what_was_cancelled_in_the_one_before() -> None:
    run = Run(
        "a b c", Edge("a", "b"), Edge("b", "c"), Edge("a", "c", on="any"), Edge("a", "a", "loop")
    )
    run.cancel("b")
    run.take(ev.Heard("a", 1, msg.Finish(None, again="a")))
    assert run.statuses["b"] == "waiting"
    run.check()


def test_a_round_waits_for_what_is_being_stopped() -> None:
    run = Run("top low u", Edge("top", "low"), Edge("top", "u"), Edge("u", "top", "loop"))
    run.end("top")
    decide(run.state, ev.CancelNode("low"))
    decide(run.state, ev.Heard("u", 1, msg.Finish(None, again="top")))
    gone = decide(run.state, ev.Lost("low", 1, ""))
    assert kinds(gone.facts) == ["interrupted"], "else the order would end the next round's node"
    last = decide(run.state, ev.CancelNode("low"))
    assert kinds(last.facts) == ["cancelled", "re-armed", "started"]
    assert run.statuses == {"top": "running", "low": "waiting", "u": "waiting"}


def test_a_cancel_that_would_break_a_promise_changes_nothing_unless_by_force() -> None:
    run = Run("plan:map end", Edge("plan", "end"), vows=[Vowed(Count(TaskIs("t"), 2), "two")])
    facts = run.cancel("plan")
    assert kinds(facts) == ["cancel_refused"]
    assert (
        isinstance(facts[0], ev.CancelRefused) and "it would break the promise two" in facts[0].why
    )
    assert run.statuses == {"plan": "running", "end": "waiting"}

    run.cancel("plan", force=True)
    assert run.status == "failed"
    assert run.state.error == "node 'plan' was cancelled by force, against the promise two"
    run.check()
    run.take(ev.Restart(("plan",)))
    assert run.status == "running" and run.state.owed, "what was given up is asked for again"
    run.check()


def test_what_goes_on_after_force_is_all_that_did_not_wait_for_the_node() -> None:
    run = Run(
        "plan:map beside last", Edge("beside", "last"), vows=[Vowed(Count(TaskIs("t"), 3), "3")]
    )
    run.cancel("plan", force=True)
    assert run.status == "running"
    assert started(run.end("beside")) == ["last"]
    run.end("last")
    assert run.status == "failed"


def test_a_node_that_must_grow_cannot_be_skipped_even_by_force() -> None:
    run = Run("plan:must")
    facts = run.skip("plan", None, force=True)
    assert kinds(facts) == ["cancel_refused"]
    assert isinstance(facts[0], ev.CancelRefused) and "cannot end well with a value" in facts[0].why
    assert run.statuses["plan"] == "running"


def test_what_has_ended_is_not_cancelled_and_what_it_grew_is_named() -> None:
    run = Run("plan:map end", Edge("plan", "end"), jobs=1)
    run.end("plan", None, Change((Node("plan.x", "t"), Node("plan.y", "t"))))
    [refused] = run.cancel("plan")
    assert isinstance(refused, ev.CancelRefused)
    assert refused.why.endswith("it is done; what it grew has not, and may be: plan.x, plan.y")
    [unknown] = run.cancel("nobody")
    assert isinstance(unknown, ev.CancelRefused) and unknown.why == "there is no such node"


def test_what_a_running_node_has_grown_is_still_in_its_hands() -> None:
    run = Run("plan:map end", Edge("plan", "end"))
    run.grow("plan", "one")
    for order in (run.cancel, run.skip):
        [refused] = order("plan.one")
        assert isinstance(refused, ev.CancelRefused)
        assert (
            refused.why == "'plan', which has grown it, still runs; cancel that, or this one later"
        )


def test_what_comes_after_what_has_not_ended_is_not_skipped() -> None:
    run = Run("a b c", Edge("a", "b"), Edge("b", "c"))
    [refused] = run.skip("b", force=True)
    assert isinstance(refused, ev.CancelRefused)
    assert refused.why.startswith("it comes after what has not ended: a;")
    run = Run("a b", Edge("a", "b", "data", "", "/x", port="p", early=True))
    run.take(ev.Heard("a", 1, msg.Chunk("p", 1)))
    [refused] = run.skip("b")
    assert isinstance(refused, ev.CancelRefused), "it reads early what may not count"
    run.end("a")
    run.skip("b", 3)
    assert run.status == "done"


@pytest.mark.parametrize("upto", ["stopping", "interrupted"])
def test_an_order_survives_a_crash_between_stopping_and_the_end(upto: str) -> None:
    run = Run("a b", Edge("a", "b"))
    kept = [*run.facts, *decide(run.state, ev.CancelNode("a", "ada")).facts]
    if upto == "interrupted":
        kept += decide(run.state, ev.Lost("a", 1, "")).facts
    state = replay(kept)
    taken = decide(state, ev.TakenUp())
    orders = [one.order for one in taken.instructions if isinstance(one, ev.Again)]
    assert orders == [ev.CancelNode("a", "ada")]
    assert started_by(state, ev.Slots(2)) == [], "it does not start in between"
    decide(state, orders[0])
    assert state.node("a").status.value == "cancelled" and state.status == "done"


def started_by(state: State, happening: ev.Happening) -> list[str]:
    return started(decide(state, happening).facts)


def test_a_restart_calls_an_order_off() -> None:
    run = Run("a b", Edge("a", "b"))
    decide(run.state, ev.CancelNode("a"))
    decision = decide(run.state, ev.Restart(("a",)))
    assert "cancel_refused" in kinds(decision.facts)
    assert started(decision.facts) == ["a"]
    assert not any(isinstance(one, ev.Again) for one in decision.instructions)


def test_who_was_cancelled_is_not_done_again_with_others() -> None:
    run = Run("a b", Edge("a", "b", on="any"))
    run.cancel("a")
    run.end("b")
    run.take(ev.Restart(("b",)))
    assert run.statuses == {"a": "cancelled", "b": "running"}
    run.take(ev.Restart(("a",)))
    assert run.statuses == {"a": "running", "b": "waiting"}


def test_a_retry_does_what_was_cancelled_again_only_where_nothing_has_failed() -> None:
    run = Run("a b c", Edge("b", "c"))
    run.cancel("a")
    assert radius(run.state, ()).tops == ("a",)
    run.take(ev.Heard("b", 1, msg.Fail("no")))
    assert radius(run.state, ()).tops == ("b",)
    assert radius(run.state, ("b",)).tops == ("b",), "what was cancelled stays so"


def test_what_is_lost_is_told_before_it_is() -> None:
    needs = Output(None, (Hole("", "end"),))
    run = Run(
        "plan:map end any",
        Edge("plan", "end"),
        Edge("plan", "any", on="any"),
        vows=[ONE_T],
        output=needs,
    )
    run.grow("plan", "one")
    told = loss(run.facts, [ev.CancelNode("plan"), ev.CancelNode("end")])
    assert told == Loss(
        ended=("plan", "end"), running=("plan",), ruled_out=("end",), retired=("plan.one",),
        result="it needs what 'end' gives",
    )  # fmt: skip
