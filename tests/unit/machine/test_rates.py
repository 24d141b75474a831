"""Limits by the clock, and priorities: in any schedule no window holds more starts than it may, nobody waits who
may start, who goes first is who should, and nothing of it changes what may still happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Edge, Node
from foretell.horizon.model import Horizon
from foretell.promises.limits import Limit, limit_fault
from foretell.promises.selectors import ANY, IdIs, NotSo, Selector, TaskIs
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "a": TaskSpec("m:a", NOTHING, options={"retries": 1}),
    "b": TaskSpec("m:b", NOTHING, options={"priority": 3}),
    "map": TaskSpec("m:map", Many(Leaf("a", "s"), 0, None)),
}


class Run:
    def __init__(
        self,
        nodes: Iterable[Node],
        limits: Iterable[Limit] = (),
        edges: Iterable[Edge] = (),
        jobs: int = 9,
    ) -> None:
        self.graph = Graph("flow", 1, TASKS, tuple(nodes), tuple(edges), (), tuple(limits))
        self.now = 100.0
        self.state, decision = register(self.graph, {}, "", jobs, self.now)
        self.facts = [*decision.facts]
        self.log = started(decision)

    def take(self, happening: ev.Happening) -> list[str]:
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        return started(decision)

    def end(self, node: str, message: msg.FromTask | None = None) -> list[str]:
        return self.take(ev.Heard(node, self.state.trials[node], message or msg.Finish()))

    def later(self, seconds: float) -> list[str]:
        self.now += seconds
        return self.take(ev.Rang())

    def crash(self, *, now: float | None = None, jobs: int = 9) -> list[str]:
        self.now = self.now if now is None else now
        self.state = replay(self.facts)
        return self.take(ev.TakenUp()) + self.take(ev.Slots(jobs))


def started(decision: ev.Decision) -> list[str]:
    return [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]


def some(n: int, task: str = "a") -> list[Node]:
    return [Node(f"{task}{i}", task) for i in range(1, n + 1)]


def test_so_many_start_in_a_window_and_the_next_when_the_first_has_left_it() -> None:
    run = Run(some(5), [Limit(ANY, starts=2, per_s=60.0)])
    assert run.log == ["a1", "a2"]
    assert run.state.next_moment == 160
    assert run.state.why_waits(run.state.node("a3"), 150) == (
        "held by limit(starts=2, per=60): next start in 10 s"
    )
    for node in ("a1", "a2"):
        assert run.end(node) == [], "an end frees nothing"
    assert run.state.status == "running", "it waits for the clock, although nothing runs"
    assert run.later(59.9) == []
    assert run.later(0.1) == ["a3", "a4"]
    assert run.later(60) == ["a5"]


def test_evenly_spaced_starts_come_one_by_one() -> None:
    run = Run(some(3), [Limit(ANY, starts=6, per_s=60.0, spaced=True)])
    assert run.log == ["a1"]
    assert run.later(9.9) == []
    assert run.later(0.1) == ["a2"]
    assert run.later(10) == ["a3"]


def test_a_rest_is_counted_from_the_last_end() -> None:
    run = Run(some(4), [Limit(ANY, 2, rest_s=5.0)])
    assert run.log == ["a1", "a2"]
    assert run.end("a1") == [] and run.state.next_moment == 105
    run.now += 3
    assert run.end("a2", msg.Fail("no")) == [], "a failure is an end, too"
    assert run.later(2) == [], "five seconds after the second one"
    assert run.later(3) == ["a2", "a3"]


def test_a_window_goes_on_across_a_crash_and_counts_the_trials_that_were_cut_off() -> None:
    run = Run(some(3), [Limit(ANY, starts=2, per_s=60.0)])
    assert run.crash(now=130.0) == [], "nobody gets around a rate by starting again"
    assert run.state.next_moment == 160
    run.now = 160.0
    assert run.take(ev.Rang()) == ["a1", "a2"]


def test_a_clock_that_was_set_back_holds_nobody_up_longer_than_a_window() -> None:
    for limit in (Limit(ANY, starts=1, per_s=60.0), Limit(ANY, 1, rest_s=60.0)):
        run = Run(some(2), [limit])
        run.end("a1")
        assert run.crash(now=-5_000.0) == []
        assert run.state.next_moment == -5_000 + 60


def test_no_alarm_is_set_for_a_moment_at_which_there_is_no_room() -> None:
    run = Run(some(2), [Limit(ANY, starts=1, per_s=60.0)], jobs=1)
    assert run.state.next_moment is None
    run.later(100)
    assert run.state.next_moment is None, "else it would ring again and again"
    assert run.end("a1") == ["a2"]


def test_all_limits_upon_a_node_must_allow_its_start() -> None:
    limits = [
        Limit(ANY, 2),
        Limit(TaskIs("a"), starts=1, per_s=10.0),
        Limit(IdIs("a2"), rest_s=3.0),
    ]
    run = Run(some(3), limits)
    assert run.log == ["a1"]
    assert run.later(10) == ["a2"]
    assert run.later(10) == [], "two run"
    assert run.end("a1") == ["a3"]


def test_a_limit_that_comes_later_counts_the_starts_after_it() -> None:
    run = Run([Node("map", "map"), *some(2)])
    change = Change(
        (Node("map.x", "a"), Node("map.y", "a")), limits=(Limit(ANY, starts=1, per_s=9.0),)
    )
    run.take(ev.Heard("map", 1, msg.Propose(1, change)))
    assert run.end("map") == ["map.x"]
    assert run.later(9) == ["map.y"]


def test_those_of_a_higher_priority_go_first_and_among_equals_the_older_ones() -> None:
    nodes = [
        *some(2), *some(2, "b"), Node("last", "a", options={"priority": -1}),
        Node("low_b", "b", options={"priority": 0}), Node("first", "a", options={"priority": 9}),
    ]  # fmt: skip
    run = Run(nodes, jobs=1)
    order = list(run.log)
    while run.state.running:
        order += run.end(order[-1])
    assert order == ["first", "b1", "b2", "a1", "a2", "low_b", "last"]


def test_who_is_held_by_a_limit_lets_those_of_a_lower_priority_go_past() -> None:
    run = Run([*some(2), *some(2, "b")], [Limit(TaskIs("b"), 1)], jobs=2)
    assert run.log == ["b1", "a1"]
    assert run.end("b1") == ["b2"]


@pytest.mark.parametrize(
    ("limit", "at"),
    [
        (Limit(ANY), ".running"),
        (Limit(ANY, 0), ".running"),
        (Limit(ANY, starts=3), ".starts"),
        (Limit(ANY, 1, per_s=3.0), ".starts"),
        (Limit(ANY, starts=0, per_s=3.0), ".starts"),
        (Limit(ANY, starts=3, per_s=0.0), ".per_s"),
        (Limit(ANY, starts=3, per_s=float("nan")), ".per_s"),
        (Limit(ANY, rest_s=-1.0), ".rest_s"),
        (Limit(ANY, 1, spaced=True), ".spaced"),
        (Limit(ANY, 1, pool=" "), ".pool"),
    ],
)
def test_what_makes_no_sense_is_a_fault_of_its_place(limit: Limit, at: str) -> None:
    assert limit_fault(limit)[0] == at


def test_what_says_enough_is_no_fault() -> None:
    for limit in (
        Limit(ANY, 1),
        Limit(ANY, starts=1, per_s=0.5, spaced=True),
        Limit(ANY, rest_s=1.0),
    ):
        assert limit_fault(limit) == ("", "")


# --- whatever happens --------------------------------------------------------------------------

SELECTORS: list[Selector] = [ANY, TaskIs("a"), TaskIs("b"), IdIs("*1"), NotSo(TaskIs("b"))]
SECONDS = st.sampled_from([1.0, 2.5, 10.0])
LIMITS = st.one_of(
    st.builds(Limit, st.sampled_from(SELECTORS), st.integers(1, 2)),
    st.builds(
        Limit, st.sampled_from(SELECTORS), st.none() | st.integers(1, 2), starts=st.integers(1, 3), per_s=SECONDS,
        spaced=st.booleans(), rest_s=st.none() | SECONDS,
    ),
    st.builds(Limit, st.sampled_from(SELECTORS), rest_s=SECONDS),
)  # fmt: skip


class Play(Run):
    """A run of which the test itself writes down who started and ended when."""

    def __init__(
        self, nodes: list[Node], limits: list[Limit], edges: list[Edge], jobs: int
    ) -> None:
        self.starts: list[tuple[float, LiveNode]] = []
        self.ends: list[tuple[float, LiveNode]] = []
        self.limits = limits
        super().__init__(nodes, limits, edges, jobs)
        self.note(self.facts)

    def take(self, happening: ev.Happening) -> list[str]:
        before = len(self.facts)
        found = super().take(happening)
        self.note(self.facts[before:])
        return found

    def note(self, facts: Iterable[ev.Fact]) -> None:
        for fact in facts:
            if isinstance(fact, ev.Started):
                live = self.state.node(fact.node)
                for limit in self.limits:
                    assert self.allows(limit, live), limit
                self.starts.append((self.now, live))
            elif isinstance(fact, (ev.Finished, ev.Failed, ev.Interrupted)):
                self.ends.append((self.now, self.state.node(fact.node)))

    def running(self, limit: Limit) -> int:
        """By what was written down."""
        begun = sum(self.selects(limit, live) for _, live in self.starts)
        return begun - sum(self.selects(limit, live) for _, live in self.ends)

    def selects(self, limit: Limit, live: LiveNode) -> bool:
        return self.state.judge.matcher.selects(limit.of, live, 0) is True

    def allows(self, limit: Limit, live: LiveNode) -> bool:
        if not self.selects(limit, live):
            return True
        times = [at for at, one in self.starts if self.selects(limit, one)]
        ends = [at for at, one in self.ends if self.selects(limit, one)]
        few = limit.running is None or self.running(limit) < limit.running
        if limit.starts is not None and limit.per_s is not None:
            n, per = limit.starts, limit.per_s
            if limit.spaced:
                few = few and all(self.now >= at + per / n for at in times)
            else:
                few = few and sum(self.now < at + per for at in times) < n
        if limit.rest_s is not None and ends:
            few = few and self.now >= ends[-1] + limit.rest_s
        return few

    def check(self) -> None:
        """Nobody waits who may start; who waits for the clock is woken."""
        state = self.state
        if state.status != "running" or len(state.running) >= state.room:
            return
        waiting = [live for live in state.judge.graph.nodes.values() if live.startable]
        assert not [x for x in waiting if all(self.allows(limit, x) for limit in self.limits)]
        if waiting and not state.running:
            assert state.next_moment is not None and state.next_moment > self.now


def priority(live: LiveNode) -> int:
    return int(live.node.options.get("priority", TASKS[live.node.task].options.get("priority", 0)))


@st.composite
def plays(draw: st.DrawFn) -> Play:
    tasks = draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=7))
    options = st.sampled_from([{}, {}, {"priority": 1}, {"priority": 5}])
    nodes = [Node(f"{task}{i}", task, options=draw(options)) for i, task in enumerate(tasks)]
    pairs = [(i, j) for i in range(len(nodes)) for j in range(i + 1, len(nodes))]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=2)) if pairs else set[tuple[int, int]]()
    edges = [Edge(nodes[i].id, nodes[j].id) for i, j in sorted(chosen)]
    return Play(nodes, draw(st.lists(LIMITS, max_size=3)), edges, draw(st.integers(1, 4)))


@given(plays(), st.data())
def test_in_any_schedule_every_limit_is_kept_nobody_is_idle_and_the_run_ends(
    play: Play, data: st.DataObject
) -> None:
    moves = 0
    while play.state.status == "running":
        play.check()
        moves += 1
        running = sorted(play.state.running)
        kinds = ["end"] * 4 * bool(running) + ["wait", "crash", "fail"] * (moves < 25)
        kind = data.draw(st.sampled_from(kinds or ["moment"]))
        if kind == "end":
            play.end(data.draw(st.sampled_from(running)))
        elif kind == "fail" and running:
            play.end(data.draw(st.sampled_from(running)), msg.Fail("no"))
        elif kind == "wait":
            play.later(data.draw(st.sampled_from([0.5, 1.0, 2.5])))
        elif kind == "crash":
            play.crash(now=play.now + data.draw(st.sampled_from([0.0, 1.0])), jobs=play.state.jobs)
        else:
            moment = play.state.next_moment
            assert moment is not None or running
            play.later((moment or play.now) - play.now)
        assert moves < 500


@given(plays())
def test_who_starts_is_always_the_first_of_those_who_may(play: Play) -> None:
    while play.state.running:
        node = min(play.state.running)
        before = [x for x in play.state.judge.graph.nodes.values() if x.status is Status.WAITING]
        names = play.end(node)
        ranks = [(-priority(live), live.birth) for live in map(play.state.node, names)]
        assert ranks == sorted(ranks)
        left = [live for live in before if live.startable]
        may = [x for x in left if all(play.allows(limit, x) for limit in play.limits)]
        assert all((-priority(live), live.birth) > ranks[-1] for live in may if ranks)


@given(plays(), st.data())
def test_limits_priorities_and_pauses_take_nothing_from_what_may_happen(
    play: Play, data: st.DataObject
) -> None:
    """The same events in a run that knows none of these are drawn as the same."""
    for _ in range(6):
        move = data.draw(st.sampled_from(["end", "pause", "unpause", "fail"]))
        running = sorted(play.state.running)
        if move in ("end", "fail") and running:
            play.end(running[0], msg.Fail("no") if move == "fail" else None)
        elif move == "pause":
            play.take(ev.Pause())
        elif move == "unpause":
            play.take(ev.Unpause())
        told = [plain(fact) for fact in play.facts if not isinstance(fact, UNKNOWN)]
        assert drawn(play.state) == drawn(replay(told))


UNKNOWN = (ev.Paused, ev.Unpaused, ev.Held)


def plain(fact: ev.Fact) -> ev.Fact:
    if not isinstance(fact, ev.Registered):
        return fact
    nodes = tuple(replace(node, options={}) for node in fact.graph.nodes)
    return replace(fact, graph=replace(fact.graph, nodes=nodes, limits=()))


def drawn(state: State) -> Horizon:
    return replace(horizon_of(state), event=0, status="running")
