"""Every trial of a node, read from the journal."""

from __future__ import annotations

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Hole, Json, Node
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.history import TrialRecord, trials_of
from foretell_runtime.machine import decide, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.store.protocol import Event, LogLine

TASKS = {"t": TaskSpec("m:t", NOTHING), "free": TaskSpec("m:free", ANYTHING)}


class Recorded:
    """A run whose every decision takes a second."""

    def __init__(self, *nodes: Node, edges: tuple[Edge, ...] = (), **inputs: Json) -> None:
        self.now = 100.0
        graph = Graph("flow", 1, TASKS, nodes, edges)
        self.state, decision = register(graph, inputs, "", 1, self.now)
        self.events: list[Event] = []
        self._write(decision)

    def happen(self, happening: ev.Happening) -> None:
        self.now += 1
        self._write(decide(self.state, happening, self.now))

    def hear(self, node: str, message: msg.FromTask) -> None:
        self.happen(ev.Heard(node, self.state.running[node], message))

    def crash(self) -> None:
        self.state = replay(event.fact for event in self.events)
        self.happen(ev.TakenUp())
        self.happen(ev.Slots(1))

    def _write(self, decision: ev.Decision) -> None:
        for fact in decision.facts:
            self.events.append(Event(len(self.events) + 1, self.now, None, fact))

    def trials(self, node: str, log: list[LogLine] | None = None) -> list[TrialRecord]:
        return trials_of(node, self.events, log or [])


def test_each_trial_has_its_inputs_its_end_its_cause_and_its_duration() -> None:
    options: dict[str, Json] = {"retries": 2, "backoff": {"first": 10, "jitter": 0}, "timeout": 60}
    run = Recorded(Node("a", "t", inputs={"x": 7}, options=options))
    run.hear("a", msg.Fail("no", "Trace"))
    run.now = run.state.timers.next.at if run.state.timers.next else 0
    run.happen(ev.Rang())
    run.crash()
    run.hear("a", msg.Finish(5))
    first, second, third = run.trials("a")
    assert (first.cause, second.cause, third.cause) == (
        "all that it waited for was there", "trial 1 failed", "trial 2 was interrupted",
    )  # fmt: skip
    assert [trial.inputs for trial in (first, second, third)] == [{"x": 7}] * 3
    assert (first.outcome, first.error, first.trace) == ("failed", "no", "Trace")
    assert (first.started, first.seconds, first.until) == (100, 1, 160)
    assert first.again_at == 111
    assert (second.outcome, second.error, second.started) == (
        "interrupted", "the orchestrator stopped", 112,
    )  # fmt: skip
    assert (third.outcome, third.output, third.error) == ("done", 5, "")


def test_inputs_are_those_of_their_time() -> None:
    """A node may be given more between its trials."""
    run = Recorded(
        Node("wire", "free"), Node("a", "t", inputs={"x": 1}, options={"retries": 1, "backoff": 50})
    )
    run.happen(ev.Slots(2))
    run.hear("a", msg.Fail("no"))
    more = Change((), (Edge("wire", "a", "data", "", "/y"),))
    run.hear("wire", msg.Propose(1, more))
    run.hear("wire", msg.Finish("late"))
    run.now = 1_000
    run.happen(ev.Rang())
    assert [trial.inputs for trial in run.trials("a")] == [{"x": 1}, {"x": 1, "y": "late"}]
    assert run.trials("a")[-1].outcome == "running"
    assert run.trials("a")[-1].seconds is None


def test_what_a_trial_grew_and_wrote_is_its_own() -> None:
    run = Recorded(Node("m", "free", options={"retries": 1}))
    grown = Change((Node("m.x", "t"),))
    run.hear("m", msg.Propose(1, grown))
    run.hear("m", msg.Fail("no"))
    run.hear("m", msg.Finish([None], (Hole("/0", "m.x"),), grown))
    written = [LogLine(101, "m", 1, "output", "one"), LogLine(103, "m", 2, "output", "two")]
    first, second = run.trials("m", [*written, LogLine(103, "other", 2, "output", "else")])
    assert (first.grew, second.grew) == (["m.x"], ["m.x"])
    assert ([line.text for line in first.log], [line.text for line in second.log]) == (
        ["one"], ["two"],
    )  # fmt: skip
    assert [hole.node for hole in second.holes] == ["m.x"]
    (grandchild,) = run.trials("m.x")
    assert (grandchild.outcome, grandchild.cause) == ("running", "m grew it anew")


def test_what_somebody_had_done_again_says_who() -> None:
    run = Recorded(Node("a", "t"))
    run.hear("a", msg.Finish(1))
    run.happen(ev.Restart(("a",), "ada"))
    assert [trial.cause for trial in run.trials("a")][1:] == ["ada had it done again"]


def test_what_is_grown_anew_has_all_its_retries() -> None:
    run = Recorded(Node("m", "free", options={"retries": 1}))
    run.happen(ev.Slots(2))
    grown = Change((Node("m.x", "t", options={"retries": 1}),))
    run.hear("m", msg.Finish([None], (Hole("/0", "m.x"),), grown))
    run.hear("m.x", msg.Fail("no"))
    run.happen(ev.Restart(("m",), "ada"))
    run.hear("m", msg.Finish([None], (Hole("/0", "m.x"),), grown))
    run.hear("m.x", msg.Fail("no"))
    run.hear("m.x", msg.Finish("well"))
    told = [(trial.outcome, trial.cause) for trial in run.trials("m.x")]
    assert told[1:] == [
        ("interrupted", "trial 1 failed"), ("failed", "m grew it anew"), ("done", "trial 3 failed"),
    ]  # fmt: skip


def test_a_trial_that_was_stopped_with_the_run_says_why() -> None:
    run = Recorded(Node("a", "t"))
    run.state.apply(ev.Cancelled(("a",), "a promise was broken"))
    run.events.append(Event(9, 105, None, ev.Cancelled(("a",), "a promise was broken")))
    (only,) = run.trials("a")
    assert (only.outcome, only.error, only.seconds) == ("cancelled", "a promise was broken", 5)


def test_a_node_that_never_started_has_none() -> None:
    run = Recorded(Node("a", "t"), Node("b", "t"), edges=(Edge("a", "b"),))
    assert run.trials("b") == []
    run.hear("a", msg.Fail("no"))
    assert run.trials("b") == []
