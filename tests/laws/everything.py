"""Random graphs in which everything comes together that a run can do: growth and promises as in
`tests.laws.universe`, and values, outcomes, loops, limits, later trials, streams and the outside.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from foretell.document.model import Graph, PortSpec, TaskSpec
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph.model import Edge, Hole, Node, Output, Outside
from foretell.promises.limits import Limit
from foretell.promises.selectors import ANY, IdIs, Selector, TagIs, TaskIs
from foretell.promises.shapes import Empty
from foretell_runtime.machine import State, register
from foretell_runtime.machine.events import Decision
from tests.laws.universe import random_graph, with_loops

SIMPLE = Graph("u", 1, {"t": TaskSpec("m:t")}, (Node("n0", "t"),))
PORT = "p"
PLACES = {f"e{i}": "constant" for i in range(8)}
"""Of the inputs of each node, for edges to fill."""


def registered(rng: Random, jobs: int, now: float) -> tuple[State, Decision]:
    """A random graph, begun. Some that chance comes up with cannot be registered."""
    while True:
        graph = random_graph(rng, rng.choice([0, 0, 1, 2]))
        graph = enriched(rng, graph)
        try:
            return register(graph, {}, "", jobs, now)
        except (LawBroken, PromiseBroken):
            if rng.random() < 0.2:  # chance may be at its end
                return register(SIMPLE, {}, "", jobs, now)


def enriched(rng: Random, graph: Graph) -> Graph:
    flat = rng.random() < 0.4
    tasks = {name: _task(rng, spec, flat) for name, spec in graph.tasks.items()}
    nodes = tuple(_node(rng, node) for node in graph.nodes)
    by_id = {node.id: node for node in nodes}
    edges: list[Edge] = []
    for i, edge in enumerate(graph.edges):
        edges += _edges(rng, edge, tasks[by_id[edge.source].task], f"/e{i}")
    holes = tuple(
        Hole(f"/{i}", node.id, "/v") for i, node in enumerate(nodes) if rng.random() < 0.5
    )
    whole = replace(
        graph,
        tasks=tasks,
        nodes=nodes,
        edges=tuple(edges),
        limits=_limits(rng, tuple(tasks)),
        output=Output([None] * len(nodes), holes),
    )
    return with_loops(rng, whole) if rng.random() < 0.4 else whole


def _task(rng: Random, spec: TaskSpec, flat: bool) -> TaskSpec:
    """`flat`: many tasks grow nothing, so that much else may be done with them."""
    if flat and rng.random() < 0.8:
        spec = replace(spec, grows=Empty())
    options: dict[str, Any] = {"retries": rng.choice([0, 0, 1, 2])}
    if rng.random() < 0.3:
        options["backoff"] = rng.choice([5, {"first": 3, "jitter": 0.5}])
    if rng.random() < 0.3:
        options["priority"] = rng.choice([-1, 1])
    if rng.random() < 0.3:
        options["timeout"] = rng.choice([20, 60])
    emits = isinstance(spec.grows, Empty) and rng.random() < 0.7
    return replace(spec, options=options, ports={PORT: PortSpec()} if emits else {})


def _node(rng: Random, node: Node) -> Node:
    wants: list[Outside] = []
    if rng.random() < 0.25:
        within = rng.choice([None, None, 30.0])
        wants.append(
            Outside(rng.choice(["question", "signal"]), "/q", "what?", {}, within, default=7)
        )
    if rng.random() < 0.15:
        wants.append(Outside("time", "/t", "a while", {}, None if wants else 10.0) if not wants
                     else Outside("signal", "/s", "go"))  # fmt: skip
    return replace(node, inputs=dict(PLACES), outside=tuple(wants))


def _edges(rng: Random, edge: Edge, source: TaskSpec, place: str) -> list[Edge]:
    """What there is in the place of an order edge."""
    roll = rng.random()
    if edge.on == "ok" and source.ports and roll < 0.5:
        early = rng.random() < 0.6
        port = replace(edge, kind="data", output="", input=place, port=PORT, early=early)
        return [port, replace(edge, on="any")] if rng.random() < 0.1 else [port]
    if roll < 0.6:
        output = rng.choice(["", "/v", "/v", "/grown"])
        return [replace(edge, kind="data", output=output, input=place)]
    if roll < 0.75 and edge.on != "ok":
        return [replace(edge, kind="data", output="", input=place, carries="failures")]
    return [edge]


def _limits(rng: Random, tasks: tuple[str, ...]) -> tuple[Limit, ...]:
    ways: list[Selector] = [ANY, TaskIs(rng.choice(tasks)), TagIs("t"), IdIs("n0")]
    some = rng.sample(ways, rng.choice([0, 0, 1, 2]))
    return tuple(_limit(rng, of) for of in some)


def _limit(rng: Random, of: Selector) -> Limit:
    running = rng.choice([1, 1, 2])
    match rng.choice(["running", "running", "starts", "rest"]):
        case "starts":
            n, spaced = rng.choice([1, 2, 3]), rng.random() < 0.5
            return Limit(of, starts=n, per_s=rng.choice([10.0, 25.0]), spaced=spaced)
        case "rest":
            return Limit(of, running, rest_s=15.0)
        case _:
            return Limit(of, running)
