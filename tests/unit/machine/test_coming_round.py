"""What follows from a task that asks for another round: what is done again, and what goes."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph.back import cone
from foretell.graph.model import Edge, Hole, Node
from foretell.horizon.foresee import foresee
from foretell.horizon.model import Horizon
from foretell.promises import shapes as sh
from foretell.promises.afresh import afresh
from foretell.promises.judge import Judge
from foretell.promises.language import AllKept, Count, Promise, Rearm, Vowed
from foretell.promises.selectors import TaskIs
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "t": TaskSpec("m:t", sh.NOTHING),
    "grow": TaskSpec("m:grow", sh.Many(sh.Leaf("t", "t"), 0, 3)),
    "free": TaskSpec("m:free", sh.ANYTHING),
}


class Run:
    def __init__(
        self,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        *promises: Promise,
        jobs: int = 1,
    ) -> None:
        vows = tuple(Vowed(promise) for promise in promises)
        graph = Graph("flow", 1, TASKS, tuple(nodes), tuple(edges), vows)
        self.state, decision = register(graph, {}, "", jobs)
        self.facts = [*decision.facts]
        self.launched: list[ev.Launch] = []
        self._take(decision)

    def _take(self, decision: ev.Decision) -> ev.Decision:
        self.facts += decision.facts if decision.facts != self.facts else []
        self.launched += [one for one in decision.instructions if isinstance(one, ev.Launch)]
        return decision

    def hear(self, node: str, message: msg.FromTask) -> ev.Decision:
        return self._take(decide(self.state, ev.Heard(node, self.state.trials[node], message)))

    def end(self, node: str, value: object = None, again: str | None = None) -> ev.Decision:
        return self.hear(node, msg.Finish(value, again=again))

    def grow(self, node: str, name: str) -> ev.Decision:
        return self.hear(node, msg.Propose(1, Change((Node(f"{node}.{name}", "t"),))))

    @property
    def ids(self) -> list[str]:
        return list(self.state.judge.graph.nodes)

    @property
    def statuses(self) -> dict[str, str]:
        return {name: live.status.value for name, live in self.state.judge.graph.nodes.items()}


def draft(*promises: Promise, first: str = "t", jobs: int = 1) -> Run:
    """before -> write -> review, and back from review to write; beside, and end behind both."""
    nodes = [Node("before", "t"), Node("write", first, inputs={"text": "start"})]
    nodes += [Node("review", "t"), Node("end", "t")]
    edges = [Edge("before", "write"), Edge("write", "review"), Edge("review", "end")]
    edges.append(Edge("review", "write", "loop", "", "/text"))
    return Run(nodes, edges, *promises, jobs=jobs)


def test_a_round_does_again_what_comes_after_its_target_with_what_came_along() -> None:
    run = draft()
    run.end("before")
    assert run.launched[-1].inputs == {"text": "start"}
    run.end("write")
    came = run.end("review", "better", again="write")
    assert came.facts == [
        ev.Finished("review", 1, "better", again="write"),
        ev.Rearmed("write", "review", ("write", "review")),
        ev.Started("write", 2, 2),
    ]
    assert run.launched[-1].inputs == {"text": "better"}
    assert run.statuses == {
        "before": "done", "write": "running", "review": "waiting", "end": "waiting",
    }  # fmt: skip
    run.end("write")
    run.end("review", "good")
    over = run.end("end")
    assert over.facts[-1] == ev.Ended("done", None)
    assert replay(run.facts).status == "done"


def test_what_a_round_had_grown_goes_with_it() -> None:
    run = draft(first="grow")
    run.end("before")
    run.grow("write", "a")
    run.end("write")
    run.end("write.a")
    came = run.end("review", "more", again="write")
    assert came.facts[1] == ev.Rearmed("write", "review", ("write", "review"), ("write.a",))
    assert run.ids == ["before", "write", "review", "end"]
    run.grow("write", "a")
    assert run.ids[-1] == "write.a"
    again = replay(run.facts)
    assert again.judge.graph.nodes.keys() == run.state.judge.graph.nodes.keys()


def test_what_runs_beside_is_waited_for_and_nothing_of_the_round_starts_meanwhile() -> None:
    nodes = [Node("v", "t"), Node("u", "t"), Node("beside", "t"), Node("w", "t")]
    edges = [Edge("v", "u"), Edge("v", "beside"), Edge("u", "w"), Edge("u", "v", "loop")]
    run = Run(nodes, edges, jobs=3)
    run.end("v")
    asked = run.end("u", again="v")
    assert [fact.kind for fact in asked.facts] == ["finished"]
    assert run.statuses["w"] == "waiting"
    came = run.end("beside")
    assert came.facts[1] == ev.Rearmed("v", "u", ("v", "u", "beside"))
    assert run.statuses == {"v": "running", "u": "waiting", "beside": "waiting", "w": "waiting"}


def test_a_node_may_go_round_to_itself() -> None:
    run = Run([Node("v", "t")], [Edge("v", "v", "loop", "/n", "/n")])
    run.end("v", {"n": 7}, again="v")
    assert run.launched[-1].inputs == {"n": 7}
    assert run.end("v").facts[-1] == ev.Ended("done", None)


def test_a_round_too_many_breaks_the_promise() -> None:
    run = draft(Rearm("write", 1))
    run.end("before")
    for _ in range(2):
        run.end("write")
        run.end("review", "more", again="write")
    (broken,) = [fact for fact in run.facts if isinstance(fact, ev.Broken)]
    assert broken.why == "a loop may come round to 'write' once at most"
    assert broken.node == "review"


def test_a_loop_within_another_counts_its_rounds_anew() -> None:
    nodes = [Node("a", "t"), Node("b", "t"), Node("c", "t")]
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("b", "b", "loop"), Edge("c", "a", "loop")]
    run = Run(nodes, edges, AllKept((Rearm("b", 1), Rearm("a", 1))))
    for again in ("a", None):
        run.end("a")
        run.end("b", again="b")
        run.end("b")
        run.end("c", again=again)
    assert run.facts[-1] == ev.Ended("done", None)


def test_each_round_must_keep_what_is_promised() -> None:
    run = draft(Count(TaskIs("t"), min=4), first="grow")
    run.end("before")
    over = run.end("write")
    assert isinstance(over.facts[1], ev.Broken)


def test_a_run_that_has_failed_begins_no_round() -> None:
    nodes = [Node("v", "t"), Node("u", "t"), Node("beside", "t"), Node("w", "t")]
    edges = [Edge("v", "u"), Edge("u", "w"), Edge("u", "v", "loop")]
    run = Run(nodes, edges, jobs=2)
    run.hear("beside", msg.Fail("no"))
    run.end("v")
    over = run.end("u", again="v")
    assert over.facts[-1].kind == "ended"
    assert run.state.status == "failed"
    assert run.statuses["w"] == "waiting"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (msg.Finish(again="end"), "there is one to 'write'"),
        (msg.Finish({}, (Hole("", "x"),), again="write"), "which it did not grow"),
    ],
)
def test_a_round_that_cannot_be_fails_the_trial(message: msg.Finish, why: str) -> None:
    run = draft()
    run.end("before")
    run.end("write")
    (failed,) = [f for f in run.hear("review", message).facts if isinstance(f, ev.Failed)]
    assert why in failed.error


def test_what_goes_along_must_be_there() -> None:
    run = Run([Node("v", "t")], [Edge("v", "v", "loop", "/n", "/n")])
    (failed, *_) = run.end("v", {}, again="v").facts
    assert isinstance(failed, ev.Failed)
    assert "lacks '/n'" in failed.error


def test_a_loop_leads_back_and_is_registered() -> None:
    with pytest.raises(LawBroken, match="does not lead back"):
        Run([Node("a", "t"), Node("b", "t")], [Edge("a", "b"), Edge("a", "b", "loop")])
    run = Run([Node("a", "free"), Node("b", "t")], [Edge("a", "b")])
    change = Change((Node("a.c", "t"),), (Edge("a.c", "a.c", "loop"),))
    (told,) = run.hear("a", msg.Propose(1, change)).instructions
    assert isinstance(told, ev.Tell)
    assert "loop edges are registered" in told.reply.why


def test_a_bound_on_no_loop_is_refused() -> None:
    with pytest.raises(LawBroken, match="no loop leads back to 'before'"):
        draft(Rearm("before", 1))


def test_promises_made_in_a_round_go_with_it() -> None:
    run = draft(first="grow")
    run.end("before")
    vow = Vowed(Count(TaskIs("t"), max=3))
    run.hear("write", msg.Propose(1, Change(promises=(vow,))))
    run.end("write")
    run.end("review", again="write")
    assert run.state.judge.promises == []
    run.grow("write", "a")
    assert run.state.status == "running"


def test_what_ends_the_run_before_is_a_promise_that_no_round_can_keep() -> None:
    with pytest.raises(PromiseBroken):
        draft(Count(TaskIs("t"), max=2))


def test_what_a_round_would_do_is_foreseen_and_then_so() -> None:
    run = draft(Rearm("write", 1), first="grow")
    run.end("before")
    run.grow("write", "a")
    seen = horizon_of(run.state)
    assert [node.id for node in seen.nodes if node.may_go] == ["write.a"]
    assert [(c.id, c.min, c.max) for c in seen.classes] == [("write/t", 0, 3)]
    assert seen.exact
    run.end("write")
    run.end("write.a")
    (class_,) = horizon_of(run.state).classes  # of the next round only
    assert (class_.min, class_.max, class_.beside) == (0, 3, 1)
    run.end("review", again="write")
    now = horizon_of(run.state)
    assert [(c.id, c.min, c.max) for c in now.classes] == [("write/t", 0, 3)]
    assert [edge.rounds for edge in now.edges if edge.kind == "loop"] == [0]
    run.end("write")
    run.end("review")
    assert horizon_of(run.state).classes == ()


@pytest.mark.parametrize("grown", [0, 2])
def test_the_copy_that_is_foreseen_is_the_state_that_comes(grown: int) -> None:
    run = draft(Count(TaskIs("t"), max=6), first="grow")
    run.end("before")
    for i in range(grown):
        run.grow("write", f"x{i}")
    run.end("write")
    for i in range(grown):
        run.end(f"write.x{i}")
    judge = run.state.judge
    copy = afresh(judge, cone(judge.graph.nodes["write"]))
    run.end("review", again="write")
    judge.graph.nodes["write"].status = judge.graph.nodes["end"].status  # it has started again
    assert [e.numbers() for e in copy.ledger.entries] == [e.numbers() for e in judge.ledger.entries]
    assert _drawn(copy) == _drawn(judge)


def _drawn(judge: Judge) -> Horizon:
    seen = foresee(judge, name="")
    edges = tuple(replace(e, rounds=0) for e in seen.edges)
    return replace(seen, edges=tuple(sorted(edges, key=str)))


def test_a_bound_that_a_round_takes_back_binds_that_round_only() -> None:
    run = draft(Rearm("write", 5))
    run.end("before")
    vow = Vowed(Rearm("write", 1))
    run.hear("write", msg.Propose(1, Change(promises=(vow,))))
    (loop,) = [edge for edge in horizon_of(run.state).edges if edge.kind == "loop"]
    assert loop.rounds == 5
    for _ in range(5):
        run.end("write")
        run.end("review", again="write")
    assert [fact for fact in run.facts if isinstance(fact, ev.Broken)] == []
    run.hear("write", msg.Propose(2, Change(promises=(vow,))))
    (broken,) = [fact for fact in run.facts if isinstance(fact, ev.Broken)]
    assert broken.why == "a loop may come round to 'write' once at most"


def test_what_never_starts_because_of_others_does_not_start_in_another_round_either() -> None:
    nodes = [Node(name, "t") for name in ("f", "v", "x", "handler", "u")]
    edges = [Edge("v", "u"), Edge("v", "x"), Edge("f", "x"), Edge("f", "handler", on="fail")]
    run = Run(nodes, [*edges, Edge("u", "v", "loop")], jobs=2)
    run.hear("f", msg.Fail("no"))
    assert run.statuses["x"] == "ruled_out"
    run.end("handler")
    run.end("v")
    came = run.end("u", again="v")
    assert came.facts[1:3] == [ev.Rearmed("v", "u", ("v", "x", "u")), ev.RuledOut(("x",), "f")]
    judge = run.state.judge
    assert "x" not in [live.id for live in judge.graph.nodes.values() if live.live]
    run.end("v")
    assert run.end("u").facts[-1] == ev.Ended("done", None)


def test_a_run_does_not_grow_by_going_round() -> None:
    run = draft()
    run.end("before")
    sizes = []
    for _ in range(600):
        run.end("write")
        run.end("review", again="write")
        sizes.append(len(pickle.dumps(run.state)))
    assert max(sizes[500:]) <= max(sizes[:300]) + 100


def test_what_was_cut_off_while_a_round_waited_is_in_its_next_iteration() -> None:
    nodes = [Node("v", "t"), Node("u", "t"), Node("beside", "t"), Node("later", "t")]
    edges = [Edge("v", "u"), Edge("v", "beside"), Edge("beside", "later"), Edge("u", "v", "loop")]
    run = Run(nodes, edges, jobs=3)
    run.end("v")
    run.end("u", again="v")
    came = run._take(decide(run.state, ev.Cut("beside", 1, "stopped")))
    assert came.facts[1:] == [
        ev.Rearmed("v", "u", ("v", "u", "beside")),
        ev.Started("v", 2, 2),
    ]
    run.end("v")
    assert run.facts[-1] == ev.Started("beside", 2, 2)


def test_what_is_grown_anew_under_an_old_name_is_another_node() -> None:
    run = draft(first="grow")
    run.end("before")
    run.grow("write", "a")
    run.end("write")
    run.end("write.a")
    run.end("review", again="write")
    run.grow("write", "a")
    run.end("write")
    assert run.facts[-1] == ev.Started("write.a", 2, 1)
    seen = {node.id: node for node in horizon_of(run.state).nodes if node.status != "retired"}
    assert (seen["write.a"].iteration, seen["write.a"].trial) == (1, 1)
    assert (seen["write"].iteration, seen["write"].trial) == (2, 1)
