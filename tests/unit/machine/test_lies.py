"""What a task may gain by lying over the protocol: nothing.

Each task here has a right or two, and says whatever it likes. It is refused, or its run is broken,
and what it wanted is not in the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken, PromiseBroken, ProtocolError
from foretell.graph.model import Edge, Feed, Hole, Json, Node, Output, grown_id
from foretell.promises.language import Count, Edges, Promise, Vowed
from foretell.promises.selectors import ANY, AllOf, IdIs, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Many, Par, Seq, Shape
from foretell.protocol import codec
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register
from foretell_runtime.machine import events as ev

TASKS: dict[str, Shape] = {"map": Many(Leaf("one", "one")), "one": NOTHING, "free": ANYTHING}


def running(
    tasks: Mapping[str, Shape] = TASKS,
    nodes: Iterable[Node] = (Node("liar", "map"), Node("b", "one"), Node("c", "one")),
    edges: Iterable[Edge] = (),
    promises: Iterable[Vowed] = (),
) -> State:
    """A run whose first node runs."""
    specs = {name: TaskSpec(f"m:{name}", grows) for name, grows in tasks.items()}
    graph = Graph("g", 1, specs, tuple(nodes), tuple(edges), tuple(promises))
    return register(graph, {}, "", 1)[0]


def answer(state: State, change: Change) -> ev.Fact:
    """The first fact that follows when the first node proposes `change`."""
    node = next(iter(state.running))
    return decide(state, ev.Heard(node, 1, msg.Propose(1, change))).facts[0]


def finish(
    state: State, output: Json, change: Change | None = None, holes: tuple[Hole, ...] = ()
) -> ev.Decision:
    node = next(iter(state.running))
    return decide(state, ev.Heard(node, 1, msg.Finish(output, holes, change)))


def vow(promise: Promise) -> Change:
    return Change(promises=(Vowed(promise, by="somebody else"),))


SPOOF = "\x1b[2Jliar.\x00"
LIES: dict[str, Change] = {
    "structural edges are not given": Change(edges=(Edge("b", "c", "structural"),)),
    "a name must not be empty": Change(nodes=(Node("", "one"),)),
    "holds characters that cannot be seen": Change(nodes=(Node(f"liar.{SPOOF}", "one"),)),
    "tags: the name": Change(nodes=(Node("liar.x", "one", tags=(SPOOF,)),)),
    "slot: the name": Change(nodes=(Node("liar.x", "one", slot=SPOOF),)),
    "is longer than 400": Change(nodes=(Node("liar." + "x" * 400, "one"),)),
    "source: the name": Change(edges=(Edge(SPOOF, "b"),)),
    "begins with 'liar.'": Change(nodes=(Node("b.x", "one"),)),
    "is to be born in scope 'b'": Change(nodes=(Node("liar.x", "one", "b"),)),
    "carries no value": Change((Node("liar.x", "one"),), (Edge("liar", "liar.x", output="/a"),)),
    "a value goes to one input": Change(
        (Node("liar.x", "one"),), (Edge("liar", "liar.x", "data", "", ""),)
    ),
    "min 5 and max 3 leave nothing": vow(Count(ANY, 5, 3)),
    "min -1 and max None leave nothing": vow(Count(ANY, -1)),
    "a bound may be 9007199254740992": vow(Count(ANY, 10**4000)),
    "a bound may be": vow(Edges(max=10**4000)),
    "the promise 'count' at .of.task: the name": vow(Count(TaskIs(SPOOF))),
    "the glob": vow(Count(IdIs("*a" * 1000), 0, 3)),
    "more than 10,000 promises and selectors": vow(Count(AllOf((ANY,) * 10_001))),
    "is not a JSON Pointer": Change(nodes=(Node("liar.x", "one", feeds=(Feed("n", "x", "/y"),)),)),
}


@pytest.mark.parametrize("why", LIES)
def test_a_lie_is_refused_and_nothing_of_it_is_kept(why: str) -> None:
    state = running()
    before = list(state.judge.graph.nodes), list(state.judge.graph.pairs())
    said = answer(state, LIES[why])
    assert isinstance(said, ev.Refused)
    assert why in said.why
    assert said.why.isprintable()
    assert (list(state.judge.graph.nodes), list(state.judge.graph.pairs())) == before


def test_a_lie_about_the_last_change_fails_the_trial() -> None:
    facts = finish(running(), None, Change(edges=(Edge("b", "c", "structural"),))).facts
    assert isinstance(facts[0], ev.Failed)
    assert "structural" in facts[0].error


NOWHERE = [
    Hole("/1", "liar.x"),
    Hole("/" + "1" * 5000, "liar.x"),
    Hole("/²", "liar.x"),
    Hole("", "liar.x", "x" * 5000),
    Hole("", "b"),
    Hole("", "nobody"),
]


@pytest.mark.parametrize("hole", NOWHERE, ids=lambda hole: hole.at[:9])
def test_a_hole_that_leads_nowhere_fails_who_says_so(hole: Hole) -> None:
    facts = finish(running(), [0], Change((Node("liar.x", "one"),)), (hole,)).facts
    assert isinstance(facts[0], ev.Failed)
    assert "it returned" in facts[0].error
    assert len(facts[0].error) < 300


def test_inputs_that_cannot_be_put_together_are_not_tried_again() -> None:
    """The same would happen each time, within one decision."""
    state = running(
        nodes=(Node("a", "map"), Node("b", "one", options={"retries": 10**9})),
        edges=(Edge("a", "b", "data", "/nowhere", "/n"),),
    )
    failed = [fact for fact in finish(state, {}).facts if isinstance(fact, ev.Failed)]
    assert [fact.final for fact in failed] == [True]


def nested(levels: int, holes: int) -> State:
    """A run in which each node returns an array of what the node it grew returns, so often."""
    again: dict[str, Shape] = {"again": Many(Leaf("again", "again"), 0, 1)}
    graph = Graph(
        "g", 1, {name: TaskSpec("m:t", grows) for name, grows in again.items()},
        (Node("n", "again"),), output=Output(None, (Hole("", "n"),)),
    )  # fmt: skip
    state = register(graph, {}, "", 1)[0]
    node = "n"
    for _ in range(levels):
        node = grown_id(node, "m")
        places = tuple(Hole(f"/{i}", node) for i in range(holes))
        finish(state, [None] * holes, Change((Node(node, "again"),)), places)
    finish(state, "at the bottom")
    return state


def test_results_within_results_are_put_together() -> None:
    state = nested(3, 2)
    pair = ["at the bottom"] * 2
    assert (state.status, state.output) == ("done", [[pair, pair], [pair, pair]])


@pytest.mark.parametrize(
    ("levels", "holes", "why"),
    [(60, 2, "more than"), (1000, 1, "nested deeper"), (3, 1000, "more than")],
)
def test_a_result_that_could_not_be_written_down_fails_the_run(
    levels: int, holes: int, why: str
) -> None:
    state = nested(levels, holes)
    assert state.status == "failed"
    assert "cannot be put together" in state.error
    assert why in state.error


def test_many_edges_cannot_carry_more_than_a_message_may_hold() -> None:
    edges = [Edge("a", "b", "data", "", f"/{i}") for i in range(100)]
    state = running(nodes=(Node("a", "map"), Node("b", "one")), edges=edges)
    finish(state, "x" * 10**6)
    assert state.status == "failed"
    assert "its inputs cannot be put together" in state.error


def test_numbers_out_of_range_are_wrong_messages() -> None:
    line = b'{"kind": "progress", "done": ' + b"9" * 400 + b"}"
    with pytest.raises(ProtocolError, match="too large"):
        codec.from_task(line)


def test_a_promise_is_told_to_be_of_whoever_makes_it() -> None:
    state = running()
    answer(state, vow(Count(TaskIs("one"), 0, 2)))
    facts = finish(state, None, Change((Node("liar.x", "one"),))).facts
    broken = next(fact for fact in facts if isinstance(fact, ev.Broken))
    assert broken.by == "liar"


def test_more_nodes_than_can_be_counted_are_bounded_and_drawn() -> None:
    tasks: dict[str, Shape] = {
        f"t{i}": Many(Leaf(f"t{i + 1}", "s"), 2**52, 2**53) for i in range(40)
    }
    tasks |= {"t40": Many(Leaf("end", "end")), "end": NOTHING}
    state = running(tasks, nodes=(Node("a", "t0"),))
    classes = horizon_of(state).classes
    assert (classes[0].min, classes[0].max) == (2**52, 2**53)
    assert (classes[1].min, classes[1].max) == (2**53, None)


def test_a_promise_below_what_must_come_is_broken_however_much_that_is() -> None:
    tasks: dict[str, Shape] = {
        "a": Many(Leaf("b", "b"), 2**53),
        "b": Many(Leaf("one", "one")),
        "one": NOTHING,
    }
    with pytest.raises(PromiseBroken, match="at least 9007199254740992 more must still come"):
        running(tasks, (Node("n", "a"),), promises=(Vowed(Count(ANY, 0, 5)),))


MUST_AGAIN: list[dict[str, Shape]] = [
    {"a": Leaf("a", "a")},
    {"a": Many(Leaf("b", "b"), 1), "b": Seq((Leaf("one", "one"), Leaf("a", "a"))), "one": NOTHING},
    {"a": Alt((Leaf("a", "a"), Par((Leaf("one", "one"), Leaf("a", "b"))))), "one": NOTHING},
]


@pytest.mark.parametrize("tasks", MUST_AGAIN)
def test_growth_that_must_go_on_for_ever_is_refused(tasks: dict[str, Shape]) -> None:
    with pytest.raises(LawBroken, match=r"task 'a' grows .* which can never end"):
        running(tasks, (Node("n", "a"),))
    bring = Change((Node("liar.x", "a"),), tasks={n: TaskSpec("m:t", g) for n, g in tasks.items()})
    state = running({"free": ANYTHING}, (Node("liar", "free"),))
    said = answer(state, bring)
    assert isinstance(said, ev.Refused)
    assert "can never end" in said.why
    assert list(state.judge.forms) == ["free"]


def test_growth_that_may_stop_is_not() -> None:
    tasks: dict[str, Shape] = {
        "a": Alt((Leaf("a", "a"), Leaf("b", "b"))),
        "b": Par((Many(Leaf("a", "a")), Many(Leaf("b", "b"), 0, 3), Leaf("one", "one"))),
        "one": NOTHING,
    }
    assert running(tasks, (Node("n", "a"),)).status == "running"


def test_growth_of_a_task_that_nobody_knows_is_refused() -> None:
    change = Change(tasks={"x": TaskSpec("m:x", Many(Leaf("fre", "y")))})
    said = answer(running({"free": ANYTHING}, (Node("liar", "free"),)), change)
    assert isinstance(said, ev.Refused)
    assert "task 'x' grows an unknown task 'fre'; did you mean 'free'?" in said.why


def test_a_task_that_is_known_cannot_become_another() -> None:
    """Its growth and its tags stay; nor may its nodes run other code than they would."""
    state = running({"free": ANYTHING, "one": NOTHING}, (Node("liar", "free"),))
    for spec in (TaskSpec("m:one", ANYTHING), TaskSpec("os:system", NOTHING)):
        said = answer(state, Change((Node("liar.x", "one"),), tasks={"one": spec}))
        assert isinstance(said, ev.Refused)
        assert "another task is called 'one'" in said.why
    assert state.tasks["one"].entry == "m:one"
