"""A plan is an instance of the shape: carried out, it lets the node that grew it end."""

from __future__ import annotations

from random import Random

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import (
    ANYTHING,
    NOTHING,
    Alt,
    Free,
    Leaf,
    Many,
    Par,
    Seq,
    Shape,
    leaves,
)
from foretell.protocol import messages as msg
from foretell_runtime.fuzzing.plans import Planner, least_nodes
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

A, B, C, D = (Leaf(name, name) for name in "abcd")
SHAPES: list[Shape] = [
    NOTHING,
    A,
    Many(A, 2, 4),
    Seq((Many(A, 1), B, Many(C))),
    Par((A, Alt((Many(B, 1, 3), Seq((C, D)))))),
    Alt((Seq((A, Par((B, C)))), Many(D, 0, 1))),
    Free((Many(A, 1), Many(B, 0, 2))),
]


def running(shape: Shape) -> State:
    tasks = {"n": TaskSpec("m:n", shape)} | {name: TaskSpec("m:x", NOTHING) for name in "abcd"}
    return register(Graph("g", 1, tasks, (Node("n", "n"),)), {}, "", 1)[0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pieces", [1, 3])
def test_a_plan_that_was_carried_out_lets_its_node_end(shape: Shape, pieces: int) -> None:
    for seed in range(20):
        state, rng = running(shape), Random(seed)
        planner = Planner(rng, state.tasks, rng.choice([0.0, 0.5, 0.9]))
        live = state.node("n")
        for piece in range(pieces):
            plan = planner.plan("n", "n", [made.node for made in live.made])
            some = plan.units if piece == pieces - 1 else plan.units[:1]
            nodes = tuple(node for unit in some for node in unit)
            known = {node.id for node in nodes} | {made.id for made in live.made}
            edges = tuple(Edge(*pair) for pair in plan.edges if known.issuperset(pair))
            reply = decide(state, ev.Heard("n", 1, msg.Propose(1, Change(nodes, edges))))
            assert reply.instructions[0].reply.ok, reply.facts  # type: ignore[union-attr]
        decide(state, ev.Heard("n", 1, msg.Finish()))
        assert state.status == "running" or not leaves(shape) or not live.made
        assert state.status != "broken", state.error


def test_every_branch_and_every_number_is_drawn_sooner_or_later() -> None:
    tasks = {name: TaskSpec("m:x", NOTHING) for name in "abcd"}
    tasks["n"] = TaskSpec("m:n", Alt((Many(A, 1, 3), Seq((B, C)), Many(D, 0, 1))))
    planner = Planner(Random(1), tasks, 0.5)
    seen = {
        tuple(sorted(node.task for unit in planner.plan("n", "n", []).units for node in unit))
        for _ in range(300)
    }
    assert seen == {("a",), ("a", "a"), ("a", "a", "a"), ("b", "c"), (), ("d",)}


def test_what_is_begun_is_gone_on_with() -> None:
    tasks = {name: TaskSpec("m:x", NOTHING) for name in "abcd"}
    tasks["n"] = TaskSpec("m:n", Alt((A, Seq((B, C)))))
    made = [Node("n.c_1", "c", slot="c")]
    for seed in range(20):
        plan = Planner(Random(seed), tasks, 0.5).plan("n", "n", made)
        assert [[node.id for node in unit] for unit in plan.units] == [["n.b_1"]]
        assert plan.edges == [("n.b_1", "n.c_1")]


def test_growth_without_an_end_becomes_rare_in_a_large_run() -> None:
    tasks = {"n": TaskSpec("m:n", Many(Leaf("n", "n"))), "open": TaskSpec("m:o", ANYTHING)}
    planner = Planner(Random(1), tasks, 0.9)
    for task in tasks:
        planner.grown = 0
        small = sum(len(planner.plan("x", task, []).units) for _ in range(200))
        planner.grown = 1_000
        large = sum(len(planner.plan("x", task, []).units) for _ in range(200))
        assert small > 400
        assert large < 10


def test_the_least_that_tasks_come_to_is_found_also_through_recursion() -> None:
    tasks = {
        "leaf": TaskSpec("m:x", NOTHING),
        "open": TaskSpec("m:x"),
        "two": TaskSpec("m:x", Many(Leaf("leaf", "s"), 2)),
        "again": TaskSpec("m:x", Alt((Leaf("again", "s"), Par((Leaf("two", "t"),))))),
    }
    assert least_nodes(tasks) == {"leaf": 1, "open": 1, "two": 3, "again": 4}
