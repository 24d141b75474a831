"""Limits: never more run than they allow, and nothing waits that may start."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Edge, Node
from foretell.promises.language import Edges, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import ANY, NEW, AnyOf, IdIs, NotSo, Selector, TagIs, TaskIs, Under
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev
from tests.unit.machine.test_scale import lines_of

TASKS = {
    "a": TaskSpec("m:a", NOTHING),
    "b": TaskSpec("m:b", NOTHING, tags=("heavy",)),
    "free": TaskSpec("m:free", ANYTHING, options={"retries": 1}),
}


def registered(
    nodes: Iterable[Node], limits: Iterable[Limit], jobs: int = 9, edges: Iterable[Edge] = ()
) -> tuple[State, ev.Decision]:
    graph = Graph("flow", tasks=TASKS, nodes=tuple(nodes), edges=tuple(edges), limits=tuple(limits))
    return register(graph, {}, "", jobs)


def some(task: str, n: int) -> list[Node]:
    return [Node(f"{task}{i}", task) for i in range(1, n + 1)]


def finish(state: State, node: str, trial: int = 1) -> ev.Decision:
    return decide(state, ev.Heard(node, trial, msg.Finish()))


def propose(state: State, node: str, change: Change) -> ev.Decision:
    return decide(state, ev.Heard(node, 1, msg.Propose(1, change)))


def started(decision: ev.Decision) -> list[str]:
    return [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]


def held(decision: ev.Decision) -> list[tuple[str, str]]:
    return [(fact.node, fact.why) for fact in decision.facts if isinstance(fact, ev.Held)]


def test_the_oldest_start_first_and_a_free_place_is_taken_at_once() -> None:
    state, begun = registered(some("a", 5), [Limit(TaskIs("a"), 2, "limit(a, running=2)")])
    assert started(begun) == ["a1", "a2"]
    assert held(begun) == [("a3", "limit(a, running=2) is reached")]
    again = finish(state, "a2")
    assert started(again) == ["a3"]
    assert held(again) == [], "it is told once for all that wait in the same lane"
    assert started(finish(state, "a3")) == ["a4"]


def test_what_is_not_limited_goes_past_what_is() -> None:
    nodes = [*some("b", 3), *some("a", 2)]
    state, begun = registered(nodes, [Limit(TagIs("heavy"), 1)], jobs=2)
    assert started(begun) == ["b1", "a1"]
    assert held(begun) == [], "there was no room for it anyway"
    assert started(finish(state, "a1")) == ["a2"]
    idle = finish(state, "a2")
    assert started(idle) == [] and held(idle) == [("b2", "limit(running=1) is reached")]
    assert state.why_waits(state.node("b2")) == "held by limit(running=1): 1 of 1 running"
    assert state.why_waits(state.node("b1")) == "", "it runs"


def test_a_node_under_several_limits_waits_for_all_of_them() -> None:
    limits = [Limit(AnyOf((TaskIs("a"), TaskIs("b"))), 3), Limit(TaskIs("b"), 1)]
    state, begun = registered([*some("b", 2), *some("a", 3)], limits)
    assert started(begun) == ["b1", "a1", "a2"]
    assert started(finish(state, "a1")) == ["a3"], "b2 is older, and still held by the other limit"
    assert started(finish(state, "a2")) == []
    assert started(finish(state, "b1")) == ["b2"]


def test_a_failed_or_cut_trial_gives_its_place_free_and_its_next_one_takes_it_again() -> None:
    state, begun = registered(some("free", 2), [Limit(ANY, 1)])
    assert started(begun) == ["free1"]
    cut = decide(state, ev.Cut("free1", 1, "stopped"))
    assert started(cut) == ["free1"]
    failed = decide(state, ev.Heard("free1", 2, msg.Fail("no")))
    assert started(failed) == ["free1"]
    failed = decide(state, ev.Heard("free1", 3, msg.Fail("no")))
    assert started(failed) == ["free2"]


def test_a_running_node_may_limit_what_is_there_and_what_comes() -> None:
    state, _ = registered([Node("free", "free"), *some("a", 3)], [], jobs=4)
    wired = propose(state, "free", Change(limits=(Limit(TaskIs("a"), 1, "limit(a, running=1)"),)))
    assert isinstance(wired.facts[0], ev.Changed)
    assert started(finish(state, "a1")) == started(finish(state, "a2")) == []
    grown = tuple(Node(f"free.{i}", "a") for i in range(3))
    propose(state, "free", Change(grown))
    assert started(finish(state, "free")) == [], "a3 runs, and was there before the limit"
    assert started(finish(state, "a3")) == ["free.0"]
    assert started(finish(state, "free.0")) == ["free.1"]


def test_new_nodes_are_those_born_after_the_limit() -> None:
    nodes = [Node("free", "free"), *some("a", 2)]
    state, begun = registered(nodes, [Limit(NEW, 1)])
    assert started(begun) == ["free", "a1", "a2"]
    propose(state, "free", Change((Node("free.x", "a"), Node("free.y", "a"))))
    assert started(finish(state, "free")) == ["free.x"]


def test_a_limit_goes_with_the_trial_that_made_it() -> None:
    nodes = [Node("free", "free"), *some("a", 3)]
    state, begun = registered(nodes, [Limit(TaskIs("a"), 2)], jobs=5)
    assert started(begun) == ["free", "a1", "a2"]
    propose(state, "free", Change(limits=(Limit(TaskIs("a"), 1),)))
    assert started(finish(state, "a1")) == []
    failed = decide(state, ev.Heard("free", 1, msg.Fail("no")))
    assert [fact.kind for fact in failed.facts] == ["failed", "retired", "started", "started"]
    assert started(failed) == ["free", "a3"]


def test_a_limit_that_leaves_nothing_to_run_is_refused_in_clear_words() -> None:
    state, _ = registered([Node("free", "free"), *some("a", 1)], [])
    change = Change((Node("free.x", "a"),), limits=(Limit(TaskIs("a"), 0, "limit(a, running=0)"),))
    refused = propose(state, "free", change)
    (fact,) = refused.facts
    assert isinstance(fact, ev.Refused)
    assert fact.why == (
        "the limit limit(a, running=0): running: 0: at least 1 must be allowed, or nothing would "
        "ever run"
    )
    assert "free.x" not in state.judge.graph.nodes, "nothing of the change was kept"


def test_a_question_and_a_refused_change_limit_nothing() -> None:
    state, _ = registered([Node("free", "free"), *some("a", 4)], [], jobs=2)
    limit = Limit(TaskIs("a"), 1)
    asked = decide(state, ev.Heard("free", 1, msg.Would(1, Change(limits=(limit,)))))
    assert asked.facts == []
    wrong = Change((Node("elsewhere", "a"),), limits=(limit,))
    assert isinstance(propose(state, "free", wrong).facts[0], ev.Refused)
    finish(state, "free")
    assert len(state.running) == 2


def test_who_is_held_by_a_promise_and_by_a_limit_starts_when_both_leave_it() -> None:
    promise = Vowed(Edges(target=IdIs("last"), min=1), says="owed", by="flow")
    nodes = (Node("last", "a"), Node("free", "free"), Node("a1", "a"))
    graph = Graph("flow", 1, TASKS, nodes, (), (promise,), (Limit(TaskIs("a"), 1),))
    state, begun = register(graph, {}, "", 3)
    assert started(begun) == ["free", "a1"]
    assert held(begun) == [("last", "promise owed is still owed edges")]
    propose(state, "free", Change(edges=(Edge("free", "last"),)))
    assert started(finish(state, "free")) == [], "nothing is owed any more, but a1 has the place"
    assert state.why_waits(state.node("last")) == "held by limit(running=1): 1 of 1 running"
    assert started(finish(state, "a1")) == ["last"]
    assert finish(state, "last").facts[-1] == ev.Ended("done")


def test_a_wait_for_edges_that_nobody_can_end_is_a_break_once_nothing_runs() -> None:
    promise = Vowed(Edges(target=IdIs("last"), min=1), says="owed", by="flow")
    nodes = (Node("last", "a"), Node("a1", "a"), Node("free", "free"))
    edges = (Edge("last", "free"),)
    graph = Graph("flow", 1, TASKS, nodes, edges, (promise,), (Limit(ANY, 1),))
    state, begun = register(graph, {}, "", 3)
    assert started(begun) == ["a1"] and held(begun)[0][0] == "last"
    broken, ended = finish(state, "a1").facts[-2:]
    assert isinstance(broken, ev.Broken) and broken.event == "the wait"
    assert isinstance(ended, ev.Ended) and ended.status == "broken"


def test_taking_a_place_costs_the_same_however_many_wait() -> None:
    costs = []
    for n in (50, 5_000):
        nodes = [*some("b", n), *some("a", n)]
        limits = [Limit(TagIs("heavy"), 1), Limit(AnyOf((TaskIs("a"), TagIs("heavy"))), 2)]
        state, begun = registered(nodes, limits)
        assert started(begun) == ["b1", "a1"]
        assert started(finish(state, "a1")) == ["a2"]
        costs.append(lines_of(lambda state=state: finish(state, "b1")))  # type: ignore[misc]
    assert costs[1] <= costs[0] + 20


# --- whatever happens --------------------------------------------------------------------------

SELECTORS: list[Selector] = [
    ANY, NEW, TaskIs("a"), TagIs("heavy"), IdIs("*1"), NotSo(TaskIs("a")), Under("free1"),
]  # fmt: skip
LIMITS = st.builds(Limit, st.sampled_from(SELECTORS), st.integers(1, 3))


class Play:
    """A run in which trials end as they like. After each decision `check` counts everything."""

    def __init__(
        self, nodes: list[Node], edges: list[Edge], limits: list[Limit], jobs: int
    ) -> None:
        self.state, decision = registered(nodes, limits, jobs, edges)
        births = len(nodes) + len({(e.source, e.target) for e in edges})
        self.limits = [(limit, births, "") for limit in limits]
        self.facts = list(decision.facts)
        self.check(decision)

    def upon(self, live: LiveNode) -> list[tuple[Limit, int]]:
        selects = self.state.judge.matcher.selects
        return [(x, since) for x, since, _ in self.limits if selects(x.of, live, since)]

    def count(self, limit: Limit, since: int) -> int:
        selects = self.state.judge.matcher.selects
        running = map(self.state.node, self.state.running)
        return sum(selects(limit.of, live, since) is True for live in running)

    def free(self, live: LiveNode) -> bool:
        """Whether it could start, but for the number of jobs."""
        ready = live.status is Status.WAITING and not live.unmet
        return ready and all(
            self.count(x, since) < (x.running or 0) for x, since in self.upon(live)
        )

    def tell(self, happening: ev.Happening) -> None:
        if isinstance(happening, ev.Heard) and isinstance(happening.message, msg.Propose):
            added = happening.message.change.limits
        else:
            added = ()
        decision = decide(self.state, happening)
        retired = {fact.node for fact in decision.facts if isinstance(fact, ev.Retired)}
        self.limits = [one for one in self.limits if one[2] not in retired or not one[2]]
        if added and isinstance(happening, ev.Heard):
            births = self.state.judge.graph.births
            self.limits += [(x, births, happening.node) for x in added]
        self.facts += decision.facts
        self.check(decision)

    def check(self, decision: ev.Decision) -> None:
        for limit, since, maker in self.limits:
            if not maker:  # a limit that came later finds some running already
                assert self.count(limit, since) <= (limit.running or 0)
        state = self.state
        for node in started(decision):
            for limit, since in self.upon(state.node(node)) if node in state.running else ():
                assert self.count(limit, since) <= (limit.running or 0)
        if state.status == "running" and len(state.running) < state.jobs:
            assert not [live for live in state.judge.graph.nodes.values() if self.free(live)]


@given(st.data())
def test_never_more_than_allowed_run_and_nothing_is_idle_that_may_start(
    data: st.DataObject,
) -> None:
    draw = data.draw
    tasks = draw(st.lists(st.sampled_from(["a", "b", "free"]), min_size=1, max_size=8))
    nodes = [Node(f"{task}{i}", task) for i, task in enumerate(tasks)]
    pairs = [(i, j) for i in range(len(nodes)) for j in range(i + 1, len(nodes))]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=4)) if pairs else set[tuple[int, int]]()
    edges = [Edge(nodes[i].id, nodes[j].id) for i, j in sorted(chosen)]
    play = Play(nodes, edges, draw(st.lists(LIMITS, max_size=3)), draw(st.integers(1, 4)))
    grown = 0
    while play.state.status == "running" and len(play.facts) < 120:
        node = draw(st.sampled_from(sorted(play.state.running)))
        trial = play.state.running[node]
        task = play.state.node(node).node.task
        moves = ["finish", "finish", "fail", "cut", "again"]
        moves += ["grow", "grow"] if task == "free" and grown < 6 else []
        match draw(st.sampled_from(moves)):
            case "finish":
                play.tell(ev.Heard(node, trial, msg.Finish()))
            case "fail":
                play.tell(ev.Heard(node, trial, msg.Fail("no")))
            case "cut":
                play.tell(ev.Cut(node, trial, "stopped"))
            case "again":
                seen = replay(play.facts)
                assert seen.running == play.state.running
                play.state = seen
                jobs = draw(st.integers(1, 4))
                seen.jobs = 0
                play.tell(ev.TakenUp())
                play.tell(ev.Slots(jobs))
            case _:
                grown += 1
                more = tuple(
                    Node(f"{node}.{t}{grown}", t) for t in draw(st.sets(st.sampled_from("ab")))
                )
                change = Change(more, limits=tuple(draw(st.lists(LIMITS, max_size=1))))
                play.tell(ev.Heard(node, trial, msg.Propose(1, change)))
    assert play.state.status in ("done", "failed", "running")
