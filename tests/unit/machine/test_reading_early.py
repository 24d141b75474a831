"""Chunks: who starts at the first of them, what an early end counts for, and who has to wait."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Graph, PortSpec, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.live import Status
from foretell.graph.model import Edge, Hole, Node, Output
from foretell.graph.streams import Gather
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.streams import BATCH, WINDOW


def ports(gather: Gather = "list") -> dict[str, PortSpec]:
    return {"p": PortSpec({}, gather), "q": PortSpec()}


TASKS = {
    "t": TaskSpec("m:t", NOTHING, ports=ports()),
    "again": TaskSpec("m:again", NOTHING, ports=ports(), options={"retries": 1}),
    "map": TaskSpec("m:map", Many(Leaf("t", "s"), 0, None), ports=ports()),
}


def early(source: str, target: str, port: str = "p", at: str = "/x") -> Edge:
    return Edge(source, target, "data", "", at, port=port, early=True)


def final(source: str, target: str, at: str = "/y") -> Edge:
    return Edge(source, target, "data", "", at, port="p")


def running(nodes: str, edges: list[Edge], **more: Any) -> State:
    made = (word.partition(":") for word in nodes.split())
    graph = Graph(
        "flow", tasks=more.pop("tasks", TASKS), edges=tuple(edges), output=more.pop("output", Output()),
        nodes=tuple(Node(name, task or "t") for name, _, task in made),
    )  # fmt: skip
    return register(graph, {}, "", more.pop("jobs", 9))[0]


def say(state: State, node: str, message: msg.FromTask) -> ev.Decision:
    return decide(state, ev.Heard(node, state.running[node], message))


def emit(state: State, node: str, chunk: Any = 1, port: str = "p") -> ev.Decision:
    return say(state, node, msg.Chunk(port, chunk))


def take(state: State, node: str, seen: int, request: int = 1, at: str = "x") -> ev.Decision:
    return say(state, node, msg.Take(request, at, seen))


def given_in(decision: ev.Decision) -> list[msg.Chunks]:
    return [one.chunks for one in decision.instructions if isinstance(one, ev.Give)]


def kinds(decision: ev.Decision) -> list[str]:
    return [f"{fact.kind} {getattr(fact, 'node', '')}".strip() for fact in decision.facts]


def status(state: State, node: str) -> Status:
    return state.node(node).status


CHAIN = [early("a", "b"), early("b", "c")]


def test_who_reads_early_starts_at_the_first_chunk_and_no_other_does() -> None:
    state = running("a b c", [early("a", "b"), final("a", "c")])
    assert kinds(emit(state, "a", port="q")) == ["emitted a"]
    assert kinds(emit(state, "a")) == ["emitted a", "started b"]
    assert kinds(emit(state, "a")) == ["emitted a"]
    assert status(state, "c") is Status.WAITING


def test_who_reads_early_starts_at_the_end_of_what_emits_nothing() -> None:
    state = running("a b", [early("a", "b")])
    assert kinds(say(state, "a", msg.Finish(1))) == ["finished a", "started b"]
    assert given_in(take(state, "b", 0)) == [msg.Chunks(1, (), end=True)]


def test_who_also_waits_for_the_end_starts_at_the_end() -> None:
    state = running("a b", [early("a", "b"), Edge("a", "b")])
    assert kinds(emit(state, "a")) == ["emitted a"]


def test_chunks_are_handed_on_as_they_come_and_those_of_before_are_not_lost() -> None:
    state = running("a b", [early("a", "b")])
    emit(state, "a", 1)
    emit(state, "a", 2)
    assert given_in(take(state, "b", 0)) == [msg.Chunks(1, (1, 2))]
    assert given_in(take(state, "b", 2, 2)) == []
    assert given_in(emit(state, "a", 3)) == [msg.Chunks(2, (3,))]
    assert given_in(take(state, "b", 3, 3)) == []
    assert given_in(say(state, "a", msg.Finish())) == [msg.Chunks(3, (), end=True)]


def test_a_late_reader_is_handed_no_more_at_once_than_a_batch() -> None:
    state = running("a b", [early("a", "b")], jobs=1)
    for n in range(BATCH + 5):
        emit(state, "a", n)
    say(state, "a", msg.Finish())
    assert given_in(take(state, "b", 0)) == [msg.Chunks(1, tuple(range(BATCH)))]
    rest = tuple(range(BATCH, BATCH + 5))
    assert given_in(take(state, "b", BATCH, 2)) == [msg.Chunks(2, rest, end=True)]


@pytest.mark.parametrize(
    ("gather", "chunks", "whole"),
    [
        ("list", [1, "a"], [1, "a"]), ("list", [], []),
        ("text", ["a", "b"], "ab"), ("text", [], ""),
        ("latest", [1, 2], 2), ("latest", [], None),
        ("merge", [{"a": 1, "b": 1}, {"a": 2}], {"a": 2, "b": 1}), ("merge", [], {}),
    ],
)  # fmt: skip
def test_who_reads_late_gets_what_all_chunks_come_to(
    gather: Gather, chunks: list[Any], whole: Any
) -> None:
    tasks = {"t": TaskSpec("m:t", NOTHING, ports=ports(gather))}
    state = running(
        "a b", [final("a", "b")], tasks=tasks, output=Output(None, (Hole("", "a", "", "p"),))
    )
    for chunk in chunks:
        emit(state, "a", chunk)
    launch = say(state, "a", msg.Finish()).instructions[0]
    assert isinstance(launch, ev.Launch)
    assert launch.inputs == {"y": whole}
    say(state, "b", msg.Finish())
    assert state.output == whole


def test_the_end_of_a_reader_counts_only_once_all_that_it_read_does() -> None:
    state = running("a b c d", [*CHAIN, Edge("c", "d")])
    emit(state, "a")
    emit(state, "b")
    assert kinds(say(state, "c", msg.Finish(3))) == ["concluded c"]
    assert kinds(say(state, "b", msg.Finish(2))) == ["concluded b"]
    assert kinds(say(state, "a", msg.Finish(1))) == [
        "finished a", "finished b", "finished c", "started d",
    ]  # fmt: skip


def test_the_failure_of_a_reader_counts_only_then_too() -> None:
    state = running("a b", [early("a", "b")])
    emit(state, "a")
    assert kinds(decide(state, ev.Lost("b", 1, "gone"))) == ["concluded b"]
    assert kinds(decide(state, ev.Lost("b", 1, "gone once more"))) == []
    assert kinds(say(state, "a", msg.Finish())) == ["finished a", "failed b", "ended"]


def test_a_trial_that_fails_takes_all_who_read_it_along_and_they_begin_again() -> None:
    state = running("a:again b c", CHAIN)
    emit(state, "a", "wrong")
    emit(state, "b")
    say(state, "c", msg.Finish())
    decision = say(state, "a", msg.Fail("no"))
    assert kinds(decision) == ["interrupted c", "interrupted b", "failed a", "started a"]
    stopped = [one.node for one in decision.instructions if isinstance(one, ev.Kill)]
    assert stopped == ["c", "b"]
    assert status(state, "b") is Status.WAITING
    assert kinds(emit(state, "a", "right")) == ["emitted a", "started b"]
    assert given_in(take(state, "b", 0)) == [msg.Chunks(1, ("right",))]


def test_who_reads_what_fails_for_good_is_ruled_out() -> None:
    state = running("a b", [early("a", "b")])
    emit(state, "a")
    assert kinds(say(state, "a", msg.Fail("no"))) == [
        "interrupted b", "failed a", "ruled_out a", "ended",
    ]  # fmt: skip


def test_a_resumed_run_reads_from_the_start() -> None:
    nodes = (Node("a", "t"), Node("b", "t"))
    graph = Graph("flow", tasks=TASKS, nodes=nodes, edges=(early("a", "b"),))
    state, decision = register(graph, {}, "", 9)
    journal: list[ev.Fact] = list(decision.facts)
    journal += emit(state, "a").facts
    journal += say(state, "b", msg.Finish()).facts
    again = replay(journal)
    again.jobs = 9
    assert again.streams.concluded.keys() == {"b"}
    assert kinds(decide(again, ev.TakenUp())) == [
        "resumed", "interrupted b", "interrupted a", "started a",
    ]  # fmt: skip
    assert kinds(emit(again, "a")) == ["emitted a", "started b"]


def test_who_is_far_ahead_of_a_reader_has_to_wait_for_it() -> None:
    state = running("a b", [early("a", "b")])
    orders: list[ev.Instruction] = []
    for n in range(WINDOW + 1):
        orders += emit(state, "a", n).instructions
    assert [one for one in orders if isinstance(one, ev.Listen)] == [ev.Listen("a", 1, on=False)]
    assert ev.Listen("a", 1, on=True) in take(state, "b", 0).instructions


def test_nobody_waits_for_a_reader_that_waits_itself_or_is_over() -> None:
    state = running("a b c", [early("a", "c"), early("b", "c", at="/z")])
    emit(state, "a")
    emit(state, "b")
    take(state, "c", 0)
    take(state, "c", 1, 2)  # for more of `a`
    orders = [one for n in range(WINDOW + 2) for one in emit(state, "b", n).instructions]
    assert orders == []
    emit(state, "a")
    assert state.streams.held == {"b"}
    assert ev.Listen("b", 1, on=True) in say(state, "c", msg.Finish()).instructions


@pytest.mark.parametrize(
    "message",
    [msg.Chunk("r", 1), msg.Take(1, "x", 0)],
    ids=["a port that it has not", "a stream that it has not"],
)
def test_a_task_that_talks_nonsense_about_chunks_fails(message: msg.FromTask) -> None:
    state = running("a b", [early("a", "b")])
    decision = say(state, "a", message)
    assert kinds(decision)[0] == "failed a"
    assert isinstance(decision.instructions[0], ev.Kill)


def test_a_reader_that_asks_for_what_it_cannot_have_seen_fails() -> None:
    state = running("a b", [early("a", "b")])
    emit(state, "a")
    assert kinds(take(state, "b", 7)) == ["concluded b"]


def test_what_may_grow_cannot_be_read_early() -> None:
    with pytest.raises(LawBroken, match="may still grow nodes"):
        running("a:map b", [early("a", "b")])


def test_what_somebody_expects_to_fail_cannot_be_read_early() -> None:
    with pytest.raises(LawBroken, match="'c' waits in case that fails"):
        running("a b c", [early("a", "b"), Edge("a", "c", on="any")])


NAMES = "abcde"
SAID: list[msg.FromTask] = [
    msg.Chunk("p", 1), msg.Chunk("p", 1), msg.Finish(), msg.Finish(), msg.Fail("no"),
]  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Some nodes that grow, and some that emit and are read, early, late or not at all."""
    count = draw(st.integers(2, 5))
    tasks = [draw(st.sampled_from(["t", "t", "again", "map"])) for _ in range(count)]
    edges = []
    for j in range(count):
        for i in range(j):
            how = draw(st.sampled_from(["", "", "order", "early", "final"]))
            if how == "order":
                edges.append(Edge(NAMES[i], NAMES[j]))
            elif how == "final" or (how == "early" and tasks[i] == "map"):
                edges.append(final(NAMES[i], NAMES[j], f"/y{i}"))
            elif how == "early":
                edges.append(early(NAMES[i], NAMES[j], at=f"/x{i}"))
    nodes = tuple(Node(NAMES[i], tasks[i]) for i in range(count))
    return Graph("flow", tasks=TASKS, nodes=nodes, edges=tuple(edges))


@given(graphs(), st.integers(0, 10**6))
def test_every_future_with_early_starts_lies_in_every_drawing(graph: Graph, seed: int) -> None:
    report = fuzz_graph(graph, runs=2, seed=seed, steps=12)
    assert report.finding is None, report.finding


@given(graphs(), st.integers(0, 10**6))
def test_what_runs_has_begun_after_all_before_it_and_ends_after_them(
    graph: Graph, seed: int
) -> None:
    """On random schedules with failures and crashes; and the journal alone leads to the same."""
    rng = Random(seed)
    state, decision = register(graph, {}, "", rng.choice([1, 2, 9]))
    facts = list(decision.facts)
    for _ in range(60):
        idle = state.streams.concluded
        awake = [node for node in state.running if node not in idle]
        if state.status != "running" or not awake:
            break
        node = rng.choice(awake)
        said: msg.FromTask = rng.choice(SAID)
        event: ev.Happening = ev.Heard(node, state.running[node], said)
        if rng.random() < 0.05:
            event = ev.Cut(node, state.running[node], "stopped")
        facts += decide(state, event).facts
        for live in state.judge.graph.nodes.values():
            before = [(pair, source) for source, pair in live.into.items()]
            if live.status is Status.RUNNING:
                assert all(
                    s.status is Status.DONE or (p.early <= s.begun and p.early) for p, s in before
                )
            if live.status is Status.DONE:
                assert all(source.status is Status.DONE for _, source in before)
            assert live.unmet >= 0
    again = replay(facts)
    again.jobs = state.jobs
    assert again.running == state.running
    assert again.streams.concluded == state.streams.concluded
    if state.status == "running":
        assert horizon_of(again) == horizon_of(state)
        unmet = {live.id: live.unmet for live in state.judge.graph.nodes.values()}
        assert unmet == {live.id: live.unmet for live in again.judge.graph.nodes.values()}
