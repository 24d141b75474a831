"""Defects that engines of this kind have had, one test each: none of them is here.

Each stands for a rule that is held in depth elsewhere; here it can be found by the name of the defect.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.horizon.bounds import left_of
from foretell.promises import shapes as sh
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import NEW, TaskIs
from foretell.protocol import messages as msg
from foretell_runtime.cli.tally import Tally
from foretell_runtime.machine import decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.orchestrator import Orchestrator
from foretell_runtime.queueing import fingerprint
from tests.unit.orchestrator.theatre import Theatre, play

TASKS = {
    "t": TaskSpec("m:t", sh.NOTHING),
    "grow": TaskSpec("m:grow", sh.Many(sh.Leaf("t", "t"), 0, 9)),
}


class Run:
    def __init__(self, *nodes: Node, jobs: int = 9, **graph: Any) -> None:
        self.now = 100.0
        self.state, decision = register(
            Graph("flow", 1, TASKS, nodes, **graph), {}, "", jobs, self.now
        )
        self.facts = list(decision.facts)

    def take(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        return decision

    def says(self, node: str, message: msg.FromTask) -> list[ev.Fact]:
        return self.take(ev.Heard(node, self.state.running[node], message)).facts

    def grows(self, maker: str, *names: str, promises: tuple[Vowed, ...] = ()) -> ev.Decision:
        change = Change(tuple(Node(f"{maker}.{name}", "t") for name in names), promises=promises)
        return self.take(ev.Heard(maker, self.state.running[maker], msg.Propose(1, change, True)))

    @property
    def moment(self) -> float:
        timer = self.state.timers.next
        assert timer is not None
        return timer.at


def test_run_after_is_neither_overwritten_nor_ignored_on_a_retry() -> None:
    run = Run(Node("a", "t", options={"retries": 3, "backoff": 5}), Node("b", "t"))
    run.says("a", msg.Fail("busy", after=77.0))
    assert run.moment == 177.0
    run.now = 150.0
    run.says("b", msg.Finish())
    run.take(ev.TakenUp())
    assert run.moment == 177.0
    assert "a" not in run.state.running
    run.now = 177.0
    run.take(ev.Rang())
    assert "a" in run.state.running


def test_who_waits_for_a_pending_run_is_told_when_it_is_cancelled(tmp_path: Path) -> None:
    nodes = (Node("a", "t", options={"retries": 9, "backoff": 1e6}),)

    def cancel(orchestrator: Orchestrator) -> None:
        asyncio.get_running_loop().call_soon(orchestrator.post, ev.Cancel("ada"))

    theatre = Theatre(lambda start, _: [msg.Fail("not yet")])
    state, _ = play(tmp_path, Graph("flow", tasks=TASKS, nodes=nodes), theatre, during=cancel)
    assert state.status == "cancelled"


def test_successes_are_not_counted_as_attempts_that_failed() -> None:
    again = Edge("a", "a", kind="loop")
    run = Run(Node("a", "t", options={"retries": 1}), edges=(again,))
    for _ in range(3):
        run.says("a", msg.Finish(again="a"))
    (failed, *_) = run.says("a", msg.Fail("no"))
    assert isinstance(failed, ev.Failed)
    assert not failed.final
    (failed, *_) = run.says("a", msg.Fail("no"))
    assert isinstance(failed, ev.Failed)
    assert failed.final


def test_a_limit_is_checked_and_recorded_at_once() -> None:
    run = Run(*(Node(n, "t") for n in "abc"), limits=(Limit(TaskIs("t"), 1),))
    assert list(run.state.running) == ["a"]
    run.take(ev.TakenUp())
    run.take(ev.Slots(9))
    assert len(run.state.running) == 1
    assert len(replay(run.facts).running) == 1


@pytest.mark.parametrize("options", [{"retires": 1}, {"retries": "3"}, {"timeout": 0}])
def test_no_option_is_silently_dropped(options: dict[str, Any]) -> None:
    with pytest.raises(LawBroken):
        Run(Node("a", "t", options=options))
    run = Run(Node("a", "grow"))
    change = Change((Node("a.x", "t", options=options),))
    facts = run.says("a", msg.Propose(1, change))
    assert [fact.kind for fact in facts] == ["refused"]


def test_a_key_looks_at_all_that_matters_and_at_no_order() -> None:
    graph = Graph("flow", 1, TASKS, (Node("a", "t"),))
    first = fingerprint(graph, {"x": {"a": 1, "b": [{"c": 2, "d": 3}]}}, "/")
    assert fingerprint(graph, {"x": {"b": [{"d": 3, "c": 2}], "a": 1}}, "/") == first
    assert fingerprint(graph, {"x": {"a": 1, "b": [{"c": 3, "d": 2}]}}, "/") != first
    slower = Graph("flow", 1, TASKS, (Node("a", "t", options={"timeout": 3}),))
    assert fingerprint(slower, {"x": {"a": 1, "b": [{"c": 2, "d": 3}]}}, "/") != first


@pytest.mark.parametrize("way", ["says", "lost"])
def test_what_failed_is_not_recorded_as_a_success(way: str) -> None:
    run = Run(Node("a", "t"), Node("b", "t"), Node("c", "t"), edges=(Edge("a", "c"),))
    trial = run.state.running["a"]
    run.take(ev.Lost("a", trial, "gone") if way == "lost" else ev.Heard("a", trial, msg.Fail("no")))
    run.take(ev.Heard("a", trial, msg.Finish("well after all")))
    run.says("b", msg.Finish())
    statuses = {name: live.status.value for name, live in run.state.judge.graph.nodes.items()}
    assert statuses == {"a": "failed", "b": "done", "c": "ruled_out"}
    assert run.state.status == "failed"


def test_changes_are_applied_while_the_process_that_made_them_runs() -> None:
    run = Run(Node("a", "grow"), Node("b", "t"), edges=(Edge("a", "b"),))
    run.grows("a", "x")
    assert "a" in run.state.running
    assert [node.id for node in horizon_of(run.state).nodes] == ["a", "b", "a.x"]
    run.take(ev.Lost("a", run.state.running["a"], "gone"))
    assert "a.x" not in run.state.judge.graph.nodes


def test_no_promise_can_be_loosened() -> None:
    run = Run(Node("a", "grow"), promises=(Vowed(Count(NEW, 0, 2)),))
    run.grows("a", "x", promises=(Vowed(Count(NEW, 0, 9)),))
    (refused,) = run.grows("a", "y", "z").facts
    assert isinstance(refused, ev.Refused)
    wider = TaskSpec("m:t", sh.ANYTHING)
    facts = run.says("a", msg.Propose(2, Change((Node("a.w", "t"),), tasks={"t": wider})))
    assert [fact.kind for fact in facts] == ["refused"]


def test_a_restart_forgets_nothing_that_others_have_created() -> None:
    run = Run(Node("a", "grow"), Node("b", "t"), edges=(Edge("a", "b"),))
    run.grows("a", "x", "y")
    for node in ("a", "a.x", "a.y"):
        run.says(node, msg.Finish(node))
    run.says("b", msg.Fail("no"))
    run.take(ev.Restart(("b", "a.x")))
    nodes = run.state.judge.graph.nodes
    assert set(nodes) == {"a", "b", "a.x", "a.y"}
    assert (nodes["a"].status.value, nodes["a.y"].status.value) == ("done", "done")
    assert list(run.state.running) == ["a.x"]
    assert run.state.trials["a.x"] == 2


def test_no_progress_is_above_all_there_is() -> None:
    """What is done again is not counted twice, and what is left is never less than nothing."""
    run = Run(
        Node("a", "grow"), Node("b", "t"), edges=(Edge("a", "b"), Edge("b", "a", kind="loop"))
    )
    for again in (True, True, False):
        run.grows("a", "x")
        run.says("a", msg.Finish())
        run.says("a.x", msg.Finish())
        run.says("b", msg.Finish(again="a" if again else None))
        tally = Tally()
        for fact in run.facts:
            tally(fact)
        left = left_of(horizon_of(run.state))
        statuses = [live.status.value for live in run.state.judge.graph.nodes.values()]
        assert tally.words(left).startswith(f"{statuses.count('done')} done")
        assert 0 <= left.low <= (left.low if left.high is None else left.high)
    assert tally.words(None) == "3 done"
