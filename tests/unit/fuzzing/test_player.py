"""What is played is legal, and everything that may be played is, sooner or later."""

from __future__ import annotations

from random import Random

from foretell.document.model import Graph, Input, TaskSpec
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.promises.language import Count, Each, Edges, Vowed
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Free, Leaf, Many
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.fuzzing.player import Habits, Player, random_habits, skeleton
from foretell_runtime.machine import events as ev
from foretell_runtime.machine import replay

TASKS = {
    "plan": TaskSpec("m:plan", Free((Many(Leaf("work", "work")), Many(Leaf("plan", "deeper"))))),
    "work": TaskSpec("m:work", NOTHING, options={"retries": 1}),
    "any": TaskSpec("m:any", ANYTHING),
}
NODES = (Node("p", "plan"), Node("q", "any"), Node("w", "work"))
GRAPH = Graph("g", 1, TASKS, NODES, (Edge("p", "w"), Edge("q", "w")))


def played(seed: int, graph: Graph = GRAPH, habits: Habits | None = None) -> Player:
    rng = Random(seed)
    player = Player(rng, graph, {}, habits or random_habits(rng), steps=30)
    while player.step():
        pass
    return player


def test_the_same_seed_plays_the_same_run() -> None:
    for seed in range(20):
        assert played(seed).facts == played(seed).facts
    assert len({tuple(map(repr, played(seed).facts)) for seed in range(20)}) > 15


def test_every_run_ends_and_its_journal_is_one_that_can_be_read_again() -> None:
    for seed in range(40):
        player = played(seed)
        assert player.is_stuck or player.state.status in ("done", "failed")
        again = replay(player.facts)
        assert list(again.judge.graph.nodes) == list(player.state.judge.graph.nodes)
        assert again.status == player.state.status


def test_all_kinds_of_things_happen() -> None:
    facts = {type(fact) for seed in range(60) for fact in played(seed).facts}
    assert {
        ev.Registered, ev.Started, ev.Changed, ev.Finished, ev.Failed, ev.Interrupted, ev.Retired,
        ev.RuledOut, ev.Resumed, ev.Ended,
    } <= facts  # fmt: skip
    changes = [f.change for s in range(60) for f in played(s).facts if isinstance(f, ev.Changed)]
    assert any(change.promises for change in changes)
    assert any(change.edges for change in changes)
    assert any(len(change.nodes) > 1 for change in changes)


def test_nodes_start_in_any_order_and_beside_each_other() -> None:
    orders, most = set(), 0
    for seed in range(30):
        running: set[str] = set()
        order = []
        for fact in played(seed, habits=Habits(eager=0.0, wires=0.0)).facts:
            if isinstance(fact, ev.Started):
                order.append(fact.node)
                running.add(fact.node)
                most = max(most, len(running))
            elif isinstance(fact, ev.Finished):
                running.remove(fact.node)
        orders.add(tuple(order))
    assert orders == {("p", "q", "w"), ("q", "p", "w")}
    assert most == 2


def test_what_promises_ask_for_is_grown_and_what_they_forbid_is_not() -> None:
    vows = (
        Vowed(Count(TaskIs("work"), min=6, max=8)),
        Vowed(Edges(TaskIs("work"), TaskIs("work"), max=12)),
    )
    graph = Graph("g", 1, TASKS, NODES, GRAPH.edges, promises=vows)
    done = 0
    for seed in range(20):
        player = played(seed, graph, Habits(eager=0.7))
        if player.state.status == "done":
            done += 1
            work = [n for n in player.state.judge.graph.nodes.values() if n.node.task == "work"]
            assert 6 <= len(work) <= 8
    assert done >= 15


def test_values_are_made_up_wherever_somebody_reads_them() -> None:
    tasks = {"t": TaskSpec("m:t", NOTHING)}
    first = Node("a", "t", inputs={"x": None}, feeds=(Feed("given", "/deep/0", "/x"),))
    second = Node("b", "t", inputs={"y": None})
    graph = Graph(
        "g",
        1,
        tasks,
        (first, second),
        (Edge("a", "b", "data", "/left/1", "/y"),),
        inputs={"given": Input({"type": "object"}), "spare": Input(required=False, default=3)},
        output=Output([None], (Hole("/0", "b", "/field"),)),
    )
    player = played(1, graph, Habits(jobs=1))
    assert player.state.status == "done"
    assert player.state.output == [{}]


def test_a_made_up_value_has_every_place_that_is_asked_for() -> None:
    assert skeleton([]) is None
    assert skeleton([""]) is None
    assert skeleton(["/a/b", "/a", "/c~1d/0"]) == {"a": {"b": {}}, "c/d": {"0": {}}}


def test_a_run_in_which_nothing_may_start_is_stuck_and_no_fault_of_a_drawing() -> None:
    nobody_first = Vowed(Each(TaskIs("any"), into=TaskIs("any"), min=1), "each has one before it")
    graph = Graph("g", 1, TASKS, (Node("q", "any"), Node("r", "any")), promises=(nobody_first,))
    report = fuzz_graph(graph, runs=8)
    assert report.ok
    assert report.stuck == list(range(8))
