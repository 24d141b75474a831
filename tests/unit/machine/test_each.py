"""`each`: every node of some kind has so many neighbours of some other, judged event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import PromiseBroken
from foretell.graph.model import Edge, Node
from foretell.promises.language import Each, Promise, Vowed
from foretell.promises.selectors import ANY, IdIs, MadeBy, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Free, Leaf, Many, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

A, B, Z = TaskIs("a"), TaskIs("b"), IdIs("z")
MANY_A = Many(Leaf("a", "a"))
MIXED = Free((Many(Leaf("a", "a")), Many(Leaf("b", "b"))))


class Run:
    """A run of `g`, which grows `shape`, and `z` after it; `facts` is its journal."""

    def __init__(
        self,
        shape: Shape,
        *promises: Promise,
        beside: Sequence[Node] = (),
        edges: Iterable[Edge] = (Edge("g", "z"),),
        jobs: int = 9,
        retries: int = 0,
    ) -> None:
        tasks = {
            "g": TaskSpec("m:g", shape, options={"retries": retries}),
            **{node.task: TaskSpec("m:w", ANYTHING) for node in beside if node.task == "w"},
            **{name: TaskSpec(f"m:{name}", NOTHING) for name in ("a", "b", "z")},
        }
        nodes = (Node("g", "g"), Node("z", "z"), *beside)
        vowed = tuple(Vowed(promise, f"vow {i}") for i, promise in enumerate(promises))
        graph = Graph("flow", 1, tasks, nodes, tuple(edges), vowed)
        self.state, decision = register(graph, {}, "", jobs)
        self.facts = list(decision.facts)

    def happen(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening)
        self.facts += decision.facts
        assert horizon_of(replay(self.facts)) == horizon_of(self.state)
        return decision

    def change(
        self,
        *names: str,
        by: str = "g",
        edges: Iterable[tuple[str, str]] = (),
        promises: Iterable[Promise] = (),
        attempt: bool = False,
    ) -> ev.Decision:
        nodes = tuple(Node(f"{by}.{name}", name.rstrip("123")) for name in names)
        change = Change(
            nodes, tuple(Edge(*ends) for ends in edges), tuple(Vowed(p, "new") for p in promises)
        )
        trial = self.state.running[by]
        return self.happen(ev.Heard(by, trial, msg.Propose(1, change, attempt)))

    def end(self, node: str = "g") -> ev.Decision:
        return self.happen(ev.Heard(node, self.state.running[node], msg.Finish()))

    def fail(self, node: str = "g") -> ev.Decision:
        return self.happen(ev.Heard(node, self.state.running[node], msg.Fail("bad")))

    @property
    def standing(self) -> list[str]:
        judge = self.state.judge
        return [judge.standing(account) for account in judge.promises]


def broken(decision: ev.Decision) -> str:
    (found,) = [fact for fact in decision.facts if isinstance(fact, ev.Broken)]
    return f"{found.says} {found.why}"


def stands(decision: ev.Decision) -> bool:
    return not any(isinstance(f, (ev.Broken, ev.Failed, ev.Refused)) for f in decision.facts)


def test_structural_edges_count_so_the_seeds_promise_is_kept_by_growth_itself() -> None:
    run = Run(MANY_A, Each(A, out=Z, min=1, max=1))
    assert run.standing == ["kept"], "whatever g grows is followed by z"
    assert stands(run.change("a1", "a2"))
    run.end()
    run.end("g.a1")
    run.end("g.a2")
    run.end("z")
    assert run.state.status == "done"
    assert run.standing == ["kept"]


def test_parallel_edges_are_one_pair() -> None:
    edges = (Edge("g", "z"), Edge("g", "z", "data", "", "/x"))
    run = Run(MANY_A, Each(Z, into=TaskIs("g"), min=1, max=1), edges=edges)
    assert run.standing == ["kept"]


def test_one_neighbour_too_many_breaks_at_once() -> None:
    run = Run(MANY_A, Each(IdIs("g"), out=A, max=2))
    assert stands(run.change("a1"))
    assert run.standing == ["holding"]
    assert stands(run.change("a2"))
    assert "g has 3 such successors; it asks for at most 2" in broken(run.change("a3"))


def test_predecessors_are_counted_where_growth_lies_between() -> None:
    run = Run(MANY_A, Each(Z, into=A, max=1))
    assert stands(run.change("a1"))
    assert "z has 2 such predecessors" in broken(run.change("a2"))


def test_too_few_breaks_with_the_last_who_could_help() -> None:
    run = Run(MANY_A, Each(Z, into=A, min=2), beside=[Node("h", "g")],
              edges=[Edge("g", "z"), Edge("h", "z")])  # fmt: skip
    assert run.standing == ["owed"]
    assert stands(run.change("a1"))
    assert stands(run.end("g")), "h may still grow the other one"
    assert "z has 1 such predecessors; it asks for at least 2" in broken(run.end("h"))


def test_its_own_growth_may_bring_what_a_node_lacks() -> None:
    run = Run(MANY_A, Each(IdIs("g"), out=A, min=1))
    assert run.standing == ["owed"]
    assert "g has no such successors; it asks for at least 1" in broken(run.end())


def test_its_maker_may_wire_what_a_node_lacks_until_it_ends() -> None:
    run = Run(MIXED, Each(A, out=B, min=1))
    assert stands(run.change("a1"))
    assert run.standing == ["owed"]
    assert stands(run.change("b1", edges=[("g.a1", "g.b1")]))
    assert stands(run.change("a2", "b2"))
    assert "g.a2 has no such successors" in broken(run.end())


def test_growth_without_order_cannot_be_wired_so_a_lonely_node_breaks_when_it_comes() -> None:
    par = Many(Leaf("a", "a"))
    run = Run(par, Each(A, out=B, min=1))
    assert "g.a1 has no such successors" in broken(run.change("a1"))


def test_growth_that_cannot_fit_is_drawn_as_impossible() -> None:
    run = Run(MANY_A, Each(A, out=B, min=1))
    assert not horizon_of(run.state).classes


def test_growth_that_must_come_and_cannot_fit_is_refused_at_registration() -> None:
    with pytest.raises(PromiseBroken, match="at least 1 more must still come from what g must"):
        Run(Leaf("a", "a"), Each(A, out=B, min=1))


def test_open_growth_may_wire_anything_until_it_ends() -> None:
    run = Run(MANY_A, Each(Z, into=TaskIs("w"), min=1), beside=[Node("w", "w")])
    assert run.standing == ["owed"]
    assert stands(run.end("g")), "z could start, but is held, because w may still wire to it"
    assert "z" in run.state.held
    assert stands(run.change(by="w", edges=[("w", "z")]))
    run.end("w")
    assert stands(run.end("z"))
    assert run.state.status == "done"


def test_a_held_node_breaks_the_promise_when_nobody_can_help_any_more() -> None:
    run = Run(MANY_A, Each(Z, into=TaskIs("w"), min=1), beside=[Node("w", "w")])
    run.end("g")
    assert "z has no such predecessors" in broken(run.end("w"))


def test_the_last_target_is_held_too() -> None:
    run = Run(
        NOTHING,
        Each(IdIs("x"), out=IdIs("z"), min=1),
        beside=[Node("x", "a"), Node("w", "w")],
        edges=[],
    )
    assert "z" in run.state.held
    assert stands(run.change(by="w", edges=[("x", "z")]))
    run.end("x")
    assert "z" in run.state.running or "z" not in run.state.held


def test_order_counts_as_edges_only() -> None:
    seq = Seq((Leaf("a", "a"), Leaf("b", "b")))
    run = Run(seq, Each(A, out=B, min=1, max=1))
    assert stands(run.change("a1", "b1", edges=[("g.a1", "g.b1")]))
    assert stands(run.end())


def test_an_attempt_and_a_question_leave_nothing_behind() -> None:
    run = Run(MANY_A, Each(IdIs("g"), out=A, max=1), Each(Z, into=A, min=1))
    before = numbers(run.state)
    assert isinstance(run.change("a1", "a2", attempt=True).facts[0], ev.Refused)
    assert numbers(run.state) == before
    asked = Change((Node("g.a1", "a"),))
    run.happen(ev.Heard("g", 1, msg.Would(2, asked)))
    assert numbers(run.state) == before
    assert stands(run.change("a1", attempt=True))
    assert numbers(run.state) != before


def numbers(state: State) -> list[object]:
    return [(entry.numbers(), entry.promise) for entry in state.judge.ledger.entries]


def test_a_failed_trial_takes_its_nodes_and_its_promises_along() -> None:
    run = Run(MANY_A, Each(Z, into=A, max=1), retries=1)
    assert stands(run.change("a1", promises=[Each(A, out=B, max=0)]))
    assert len(run.standing) == 2
    run.fail()
    assert len(run.standing) == 1
    assert stands(run.change("a1"))
    assert "z has 2 such predecessors" in broken(run.change("a2"))


def test_a_failed_run_owes_nothing() -> None:
    run = Run(MANY_A, Each(Z, into=A, min=1), beside=[Node("h", "b")])
    run.fail("h")
    assert stands(run.end("g"))
    run.end("z")
    assert run.state.status == "failed"


def test_a_promise_made_while_running_speaks_of_what_is_there() -> None:
    run = Run(MANY_A)
    run.change("a1", "a2")
    assert "new z has 2 such predecessors" in broken(run.change(promises=[Each(Z, into=A, max=1)]))


def test_a_promise_that_is_false_from_the_start_is_refused() -> None:
    with pytest.raises(PromiseBroken, match="z has 1 such predecessors; it asks for exactly 0"):
        Run(NOTHING, Each(Z, into=ANY, min=0, max=0))


def test_who_made_a_node_may_be_asked_of_either_end() -> None:
    run = Run(MANY_A, Each(MadeBy(IdIs("g")), into=IdIs("g"), min=1, max=1))
    assert stands(run.change("a1"))
    assert run.standing == ["kept"]


def test_a_drawing_that_does_not_follow_it_says_so() -> None:
    run = Run(MIXED, Each(A, out=B, min=1))
    horizon = horizon_of(run.state)
    assert not horizon.exact
    assert "the neighbours of single nodes are not followed: vow 0" in horizon.why
