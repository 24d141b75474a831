"""What follows when somebody wants nodes to be done again: in a run that goes on, or is over."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import CannotRestart
from foretell.graph.model import Edge, Node
from foretell.promises import shapes as sh
from foretell.promises.language import Count, Each, Promise, Vowed
from foretell.promises.selectors import TaskIs
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.restarting import Radius, radius

TASKS = {
    "t": TaskSpec("m:t", sh.NOTHING),
    "grow": TaskSpec("m:grow", sh.Many(sh.Leaf("t", "t"), 0, 3)),
}


class Run:
    """plan -> work -> end, and beside -> end."""

    def __init__(self, *promises: Promise, jobs: int = 2) -> None:
        nodes = [Node("plan", "grow"), *(Node(n, "t") for n in ("work", "beside", "end"))]
        edges = [Edge("plan", "work"), Edge("work", "end"), Edge("beside", "end")]
        vows = tuple(Vowed(promise) for promise in promises)
        graph = Graph("flow", 1, TASKS, tuple(nodes), tuple(edges), vows)
        self.state, decision = register(graph, {}, "", jobs)
        self.facts = [*decision.facts]

    def take(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening)
        self.facts += decision.facts
        return decision

    def end(self, node: str) -> ev.Decision:
        return self.take(ev.Heard(node, self.state.trials[node], msg.Finish(node)))

    def fail(self, node: str) -> ev.Decision:
        return self.take(ev.Heard(node, self.state.trials[node], msg.Fail("no")))

    def grow(self, name: str, *promises: Promise) -> None:
        change = Change((Node(f"plan.{name}", "t"),), promises=tuple(map(Vowed, promises)))
        self.take(ev.Heard("plan", self.state.trials["plan"], msg.Propose(1, change)))

    def restart(self, *nodes: str) -> ev.Decision:
        return self.take(ev.Restart(nodes, "ada"))

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def statuses(self) -> dict[str, str]:
        return {name: live.status.value for name, live in self.state.judge.graph.nodes.items()}

    def all_end(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            self.end(node)


def replayed(run: Run) -> State:
    state = replay(run.facts)
    assert horizon_of(state) == horizon_of(run.state)
    return state


def test_a_failed_run_goes_on_with_what_failed() -> None:
    run = Run()
    run.end("beside")
    run.end("plan")
    run.fail("work")
    assert run.status == "failed"
    assert run.statuses["end"] == "ruled_out"
    again = run.restart("work")
    assert again.facts == [
        ev.Restarted(("work",), ("work", "end"), (), "ada"), ev.Started("work", 2, 2),
    ]  # fmt: skip
    assert (run.state.status, run.state.error, run.state.failed) == ("running", "", False)
    replayed(run)
    run.all_end(["work", "end"])
    assert run.status == "done"


def test_what_failed_elsewhere_still_has() -> None:
    run = Run()
    run.fail("beside")
    run.end("plan")
    run.fail("work")
    run.restart("work")
    assert run.state.failed
    assert run.statuses["end"] == "ruled_out"
    run.end("work")
    assert run.status == "failed"
    run.restart("beside")
    run.all_end(["beside", "end"])
    assert run.status == "done"


def test_promises_ask_for_their_least_again() -> None:
    run = Run(Count(TaskIs("t"), min=4), Each(TaskIs("t"), out=TaskIs("t"), max=2))
    run.fail("beside")
    assert not run.state.owed
    run.all_end(["plan", "work"])
    assert run.status == "failed"
    run.restart("plan", "beside")
    assert run.state.owed
    replayed(run)
    broken = run.end("plan").facts
    assert isinstance(broken[1], ev.Broken)


def test_what_a_node_had_grown_and_promised_goes() -> None:
    run = Run()
    run.grow("a", Count(TaskIs("t"), max=4))
    run.end("plan")
    run.end("beside")
    run.all_end(["plan.a"])
    again = run.restart("plan")
    assert again.facts[:2] == [
        ev.Interrupted("work", 1, "it is done again"),
        ev.Restarted(("plan",), ("plan", "work"), ("plan.a",), "ada"),
    ]
    assert again.instructions[0] == ev.Kill("work", 1, "it is done again")
    assert run.state.judge.promises == []
    replayed(run)
    run.grow("a")
    run.grow("b")
    run.all_end(["plan", "plan.a", "plan.b", "work", "end"])
    assert run.status == "done"


def test_a_run_whose_promise_was_broken_goes_on_with_what_was_stopped() -> None:
    run = Run(Count(TaskIs("t"), max=4))
    run.grow("a")
    run.grow("b")
    assert run.status == "broken"
    assert run.statuses["beside"] == "cancelled"
    run.restart("plan")
    assert run.statuses["beside"] == run.statuses["plan"] == "running"
    replayed(run)
    run.grow("a")
    run.all_end(["plan", "beside", "plan.a", "work", "end"])
    assert run.status == "done"


def test_what_is_gone_or_has_not_begun_is_not_done_again() -> None:
    run = Run()
    assert run.restart("nobody", "end").facts == []


def test_a_restart_is_told_before_with_all_that_it_takes_along() -> None:
    run = Run()
    run.grow("a")
    run.end("plan")
    run.end("plan.a")
    assert radius(run.state, ["plan"]) == Radius(("plan",), ("work",), ("work",), ("plan.a",))
    with pytest.raises(CannotRestart, match="'end' has not begun"):
        radius(run.state, ["end"])
    with pytest.raises(CannotRestart, match="nodes of that task: work, beside, end"):
        radius(run.state, ["t"])
    with pytest.raises(CannotRestart, match="nothing to retry"):
        radius(run.state, [])
    run.fail("beside")
    assert radius(run.state, []).tops == ("beside",)
    with pytest.raises(CannotRestart, match=r"'end' never ran.*work, beside"):
        radius(run.state, ["end"])
