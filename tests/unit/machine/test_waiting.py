"""Trials that come later, and trials that have only so much time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import Status
from foretell.graph.model import Edge, Json, Node
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev

TASKS = {"t": TaskSpec("m:t", NOTHING), "free": TaskSpec("m:free", ANYTHING)}
START = 1_000.0
STEADY: Json = {"first": 10, "jitter": 0}


class Run:
    """A run whose time goes on when it is told to."""

    def __init__(self, *nodes: Node, edges: Iterable[Edge] = (), jobs: int = 1) -> None:
        self.now = START
        graph = Graph("flow", 1, TASKS, nodes, tuple(edges))
        self.state, decision = register(graph, {}, "", jobs, self.now)
        self.facts = list(decision.facts)

    def happen(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        return decision

    def fail(self, node: str = "a", **said: bool | float) -> ev.Decision:
        message = msg.Fail("no", **said)  # type: ignore[arg-type]
        return self.happen(ev.Heard(node, self.state.running[node], message))

    def finish(self, node: str = "a") -> ev.Decision:
        return self.happen(ev.Heard(node, self.state.running[node], msg.Finish()))

    def ring(self, now: float) -> ev.Decision:
        self.now = now
        return self.happen(ev.Rang())

    def crash(self) -> ev.Decision:
        """The orchestrator is killed, and somebody takes the run up."""
        jobs = self.state.jobs
        self.state = replay(self.facts)
        taken = self.happen(ev.TakenUp())
        more = self.happen(ev.Slots(jobs))
        return ev.Decision(taken.facts + more.facts, taken.instructions + more.instructions)

    @property
    def next(self) -> float | None:
        timer = self.state.timers.next
        return timer.at if timer else None


def node(name: str = "a", task: str = "t", **options: Json) -> Node:
    return Node(name, task, options=options)


def kinds(decision: ev.Decision) -> list[str]:
    return [fact.kind for fact in decision.facts]


def failed(decision: ev.Decision) -> ev.Failed:
    return next(fact for fact in decision.facts if isinstance(fact, ev.Failed))


# --- trials that come later ---------------------------------------------------------------------


def test_a_node_waits_between_its_trials_and_twice_as_long_each_time() -> None:
    run = Run(node(retries=4, backoff={"first": 10, "at_most": 60, "jitter": 0}))
    for trial, wait in ((1, 10), (2, 20), (3, 40), (4, 60)):
        again = run.fail()
        assert again.facts == [
            ev.Failed("a", trial, "no", final=False, again_at=run.now + wait, wait=wait)
        ]
        assert (run.state.status, run.next) == ("running", run.now + wait)
        assert run.ring(run.now + wait - 0.001).facts == [], "nothing is due yet"
        rung = run.ring(run.now + 0.001)
        assert rung.facts == [ev.Due("a", trial + 1, "retry"), ev.Started("a", trial + 1)]
    assert kinds(run.fail()) == ["failed", "ended"]
    assert run.next is None


def test_a_number_is_the_first_wait() -> None:
    run = Run(node(retries=2, backoff=10))
    assert 9 <= failed(run.fail()).wait <= 10
    run.ring(run.now + 10)
    assert 18 <= failed(run.fail()).wait <= 20


def test_waits_are_spread_by_chance_but_deciding_again_gives_the_same() -> None:
    def waits() -> list[float]:
        run = Run(*(node(f"n{i}", retries=1, backoff={"first": 10, "jitter": 0.5})
                    for i in range(50)), jobs=50)  # fmt: skip
        return [failed(run.fail(f"n{i}")).wait for i in range(50)]

    found = waits()
    assert found == waits()
    assert all(5 <= wait <= 10 for wait in found)
    assert len(set(found)) == 50
    assert min(found) < 6
    assert max(found) > 9


def test_the_longest_of_waits_is_no_number_too_large() -> None:
    run = Run(node(retries=10**6, backoff=STEADY))
    run.state.retries_used["a"] = 10**5
    assert failed(run.fail()).wait == 3600


def test_who_says_when_to_come_back_is_taken_at_his_word() -> None:
    run = Run(node(retries=2, backoff=STEADY))
    assert failed(run.fail(after=77.0)).again_at == START + 77
    run.ring(START + 77)
    now_then = run.fail(after=0.0)
    assert (failed(now_then).again_at, kinds(now_then)) == (None, ["failed", "started"])
    assert kinds(run.fail(after=5.0)) == ["failed", "ended"], "it uses up a retry as any failure"


def test_a_permanent_failure_is_the_last() -> None:
    run = Run(node(retries=5, backoff=STEADY))
    assert kinds(run.fail(permanent=True)) == ["failed", "ended"]


@pytest.mark.parametrize(
    ("retry_on", "tried_again"),
    [(["ValueError"], False), (["ChildProcessError"], True), (["OSError"], True), (None, True)],
)
def test_a_process_that_dies_is_a_child_process_error(retry_on: Json, tried_again: bool) -> None:
    options: Mapping[str, Json] = {"retries": 1, **({"retry_on": retry_on} if retry_on else {})}
    run = Run(node(**options))
    lost = run.happen(ev.Lost("a", 1, "was killed by SIGKILL"))
    assert failed(lost).final is not tried_again


def test_a_node_that_waits_holds_no_place() -> None:
    run = Run(node("a", retries=1, backoff=STEADY), node("b"), node("c"))
    assert kinds(run.fail("a")) == ["failed", "started"]
    assert list(run.state.running) == ["b"]
    assert run.ring(START + 10).facts == [ev.Due("a", 2, "retry")], "b has the only place"
    assert run.finish("b").facts[1:] == [ev.Started("a", 2)], "the oldest comes first"


def test_the_run_is_not_over_while_a_node_waits_and_nobody_holds_up_the_others() -> None:
    run = Run(node("a", retries=1, backoff=STEADY), node("b"), node("c"), edges=[Edge("b", "c")])
    run.fail("a")
    run.finish("b")
    assert kinds(run.finish("c")) == ["finished"]
    assert run.state.status == "running"
    run.ring(START + 10)
    assert run.finish("a").facts[-1] == ev.Ended("done")


def test_what_ends_before_it_does_not_start_a_node_that_waits_for_its_next_trial() -> None:
    run = Run(node("wire", "free"), node("b"), node("a", retries=1, backoff=STEADY), jobs=3)
    run.fail("a")
    wired = Change(edges=(Edge("b", "a"),))
    run.happen(ev.Heard("wire", 1, msg.Propose(1, wired)))
    assert kinds(run.finish("b")) == ["finished"], "it waits for nobody, and for its time still"
    assert kinds(run.ring(START + 10)) == ["due", "started"]


def test_a_node_that_got_a_new_edge_meanwhile_waits_for_that_too() -> None:
    run = Run(node("wire", "free"), node("b"), node("a", retries=1, backoff=STEADY), jobs=3)
    run.fail("a")
    run.happen(ev.Heard("wire", 1, msg.Propose(1, Change(edges=(Edge("b", "a"),)))))
    assert kinds(run.ring(START + 10)) == ["due"]
    assert kinds(run.finish("b")) == ["finished", "started"]


def test_what_is_retired_is_waited_for_no_more() -> None:
    run = Run(node("m", "free", retries=1), jobs=2)
    loose = Change((Node("m.x", "t", options={"retries": 3, "backoff": STEADY}),))
    run.happen(ev.Heard("m", 1, msg.Propose(1, loose)))
    run.finish("m")
    run.fail("m.x")
    assert run.next == START + 10
    run.state.apply(ev.Retired(("m.x",), "m"))
    assert run.next is None


def test_a_run_that_has_ended_waits_for_nothing() -> None:
    run = Run(node("a", retries=1, backoff=STEADY), node("b", timeout=5), jobs=2)
    run.fail("a")
    run.state.apply(ev.Ended("broken"))
    assert run.next is None
    assert run.state.ready.next(99.0) is run.state.node("a"), "should somebody go on with it"


# --- trials that have only so much time ---------------------------------------------------------


def test_a_trial_that_has_had_its_time_is_stopped_and_has_failed_once_it_is_gone() -> None:
    run = Run(node(timeout=5, retries=1))
    assert run.facts[-1] == ev.Started("a", 1, until=START + 5)
    rung = run.ring(START + 5)
    assert rung.facts == [ev.Due("a", 1, "timeout")]
    assert rung.instructions == [ev.Kill("a", 1, "timed out after 5 s", tell=True)]
    assert list(run.state.running) == ["a"], "its place is taken until its process is gone"
    assert run.finish().facts == [], "it is too late to say anything"
    gone = run.happen(ev.Lost("a", 1, "was stopped"))
    assert gone.facts == [
        ev.Failed("a", 1, "timed out after 5 s", final=False), ev.Started("a", 2, until=START + 10),
    ]  # fmt: skip
    assert kinds(run.ring(START + 10)) == ["due"]
    assert kinds(run.happen(ev.Lost("a", 2, "was stopped"))) == ["failed", "ended"]
    assert run.state.error == "node 'a' failed: timed out after 5 s"


def test_a_trial_that_ends_in_time_leaves_no_timer_behind() -> None:
    run = Run(node("a", timeout=5), node("b", timeout=5, retries=1), jobs=2)
    run.finish("a")
    assert [timer.node for timer in run.state.timers] == ["b"]
    run.fail("b")
    assert [(timer.node, timer.at) for timer in run.state.timers] == [("b", START + 5)]
    run.finish("b")
    assert run.next is None


@pytest.mark.parametrize(
    ("retry_on", "tried_again"), [(["ValueError"], False), (["TimeoutError"], True)]
)
def test_too_long_is_a_timeout_error(retry_on: Json, tried_again: bool) -> None:
    run = Run(node(timeout=5, retries=1, retry_on=retry_on))
    run.ring(START + 5)
    assert failed(run.happen(ev.Lost("a", 1, "was stopped"))).final is not tried_again


def test_each_trial_has_its_time_anew() -> None:
    run = Run(node(timeout=5, retries=1, backoff=STEADY))
    run.now = START + 3
    run.fail()
    assert run.next == START + 13
    run.ring(START + 13)
    assert run.next == START + 18


# --- crashes and clocks -------------------------------------------------------------------------


def test_a_crash_forgets_neither_who_waits_nor_until_when() -> None:
    run = Run(node(retries=1, backoff=STEADY))
    run.fail()
    run.now = START + 4
    assert kinds(run.crash()) == ["resumed"]
    assert run.next == START + 10
    assert run.ring(START + 10).facts[-1] == ev.Started("a", 2)


def test_what_came_due_while_nobody_ran_the_run_is_due_at_once() -> None:
    run = Run(node(retries=1, backoff=STEADY))
    run.fail()
    run.now = START + 1e6
    run.crash()
    assert kinds(run.ring(run.now)) == ["due", "started"]


def test_a_resume_by_a_clock_that_was_set_back_waits_no_longer_than_was_meant() -> None:
    run = Run(node(retries=1, backoff=STEADY))
    run.fail()
    run.now = START - 1e6
    run.crash()
    assert run.next == START - 1e6 + 10
    state = replay(run.facts)
    assert state.timers.next == run.state.timers.next, "the journal says it too"
    assert kinds(run.ring(START - 1e6 + 10)) == ["due", "started"]


def test_a_trial_that_was_interrupted_has_its_whole_time_again() -> None:
    run = Run(node(timeout=5))
    run.now = START + 4
    assert kinds(run.crash()) == ["resumed", "interrupted", "started"]
    assert run.next == START + 9


def test_a_crash_does_not_save_a_trial_that_has_had_its_time() -> None:
    run = Run(node(timeout=5, retries=1))
    run.ring(START + 5)
    assert kinds(run.crash()) == ["resumed", "failed", "started"]
    assert run.state.retries_used == {"a": 1}


def test_being_stopped_twice_does_not_save_it_either() -> None:
    run = Run(node(timeout=5))
    run.ring(START + 5)
    assert kinds(run.happen(ev.Cut("a", 1, "Ctrl-C"))) == ["failed", "ended"]


def test_a_replayed_state_waits_for_the_same() -> None:
    run = Run(node("a", retries=2, backoff=STEADY), node("b", timeout=7), node("c"), jobs=3)
    run.fail("a")
    run.finish("c")
    replayed: State = replay(run.facts)
    assert list(replayed.timers) == list(run.state.timers) != []
    assert replayed.node("a").status is Status.WAITING
    assert replayed.why_waits(replayed.node("a")) == "to be tried again"


def test_options_that_cannot_be_meant_are_refused_whoever_brings_them() -> None:
    run = Run(node("m", "free"))
    spec = TaskSpec("m:x", NOTHING, options={"backoff": -1})
    change = Change(tasks={"x": spec}, nodes=(Node("m.x", "x"),))
    told = run.happen(ev.Heard("m", 1, msg.Would(1, change))).instructions[0]
    assert isinstance(told, ev.Tell)
    assert "backoff must be from 0 to" in told.reply.why
