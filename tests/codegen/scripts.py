"""Edit scripts: what somebody with an editor of graphs might do to one.

An edit takes a graph and gives another one, or None where there is nothing for it to do. It knows
graphs, and nothing of sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from foretell.document.model import Graph
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.graph.pointers import Draft, get, tokens
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import TaskIs

Edit = Callable[[Graph, Random], Graph | None]

PARTS = {"one": [""], "join": [""], "pair": ["/0", "/1"]}
"""Which parts of their outputs are numbers."""


def with_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes=tuple(node if n.id == node.id else n for n in graph.nodes))


def into(graph: Graph, node: str) -> list[Edge]:
    return [edge for edge in graph.edges if edge.target == node]


def reaches(graph: Graph, start: str) -> set[str]:
    """The node and all that runs after it."""
    found = [start]
    for node in found:
        found += [e.target for e in graph.edges if e.source == node and e.target not in found]
    return set(found)


def constant(graph: Graph, random: Random) -> Graph | None:
    """Another number."""
    places = [(node, at) for node in graph.nodes for at in _numbers(node.inputs, "")]
    if not places:
        return None
    node, at = random.choice(places)
    draft = Draft(dict(node.inputs))
    draft.put(at, random.choice((100, 101, -7)))
    return with_node(graph, replace(node, inputs=draft.value))


def _numbers(value: object, at: str) -> list[str]:
    if type(value) is int:
        return [at]
    if isinstance(value, dict):
        return [p for key, one in value.items() for p in _numbers(one, f"{at}/{key}")]
    if isinstance(value, list):
        return [p for i, one in enumerate(value) for p in _numbers(one, f"{at}/{i}")]
    return []


def words(graph: Graph, random: Random) -> Graph | None:
    """Another text."""
    notes = [node for node in graph.nodes if node.task == "note"]
    if not notes:
        return None
    node = random.choice(notes)
    said = random.choice(("bye", "it's", 'say "x"', "é\n"))
    return with_node(graph, replace(node, inputs={**node.inputs, "text": said}))


def more(graph: Graph, random: Random) -> Graph | None:
    """A default that is said, or one that is not any more."""
    node = random.choice(graph.nodes)
    if "k" not in _given(graph, node) and node.task in ("one", "join"):
        return with_node(graph, replace(node, inputs={**node.inputs, "k": 8}))
    if "k" in node.inputs:
        left = {key: value for key, value in node.inputs.items() if key != "k"}
        return with_node(graph, replace(node, inputs=left))
    return None


def _given(graph: Graph, node: Node) -> set[str]:
    edges = {tokens(e.input or "")[0] for e in into(graph, node.id) if e.kind == "data"}
    return {*node.inputs, *edges, *(tokens(feed.input)[0] for feed in node.feeds)}


def option(graph: Graph, random: Random) -> Graph:
    """Another option, or one less."""
    node = random.choice(graph.nodes)
    if node.options and random.random() < 0.5:
        return with_node(graph, replace(node, options={}))
    if node.label and random.random() < 0.5:
        return with_node(graph, replace(node, label=None))
    return with_node(
        graph,
        random.choice(
            (
                replace(node, options={**node.options, "retries": random.randrange(5, 9)}),
                replace(node, options={**node.options, "timeout": 2.5}),
                replace(node, label=random.choice(("Ü", "it's"))),
                replace(node, tags=("x", "y")),
                replace(node, style={"fillcolor": "red"}),
            )
        ),
    )


def rewire(graph: Graph, random: Random) -> Graph | None:
    """A value that comes from somewhere else."""
    edges = [edge for edge in graph.edges if edge.kind == "data"]
    if not edges:
        return None
    edge = random.choice(edges)
    below = reaches(graph, edge.target)
    sources = [n for n in graph.nodes if n.task in PARTS and n.id not in below]
    if not sources:
        return None
    source = random.choice(sources)
    new = replace(edge, source=source.id, output=random.choice(PARTS[source.task]))
    return _tidy(replace(graph, edges=tuple(new if e is edge else e for e in graph.edges)))


def fix(graph: Graph, random: Random) -> Graph | None:
    """A number in the place of a result."""
    edges = [edge for edge in graph.edges if edge.kind == "data"]
    if not edges:
        return None
    return _fixed(graph, random.choice(edges))


def _fixed(graph: Graph, edge: Edge) -> Graph:
    node = next(n for n in graph.nodes if n.id == edge.target)
    draft = Draft(dict(node.inputs))
    draft.put(edge.input or "", 5)
    left = replace(graph, edges=tuple(e for e in graph.edges if e is not edge))
    return with_node(left, replace(node, inputs=draft.value))


def wire(graph: Graph, random: Random) -> Graph | None:
    """A result in the place of a number."""
    places = [(node, at) for node in graph.nodes for at in _numbers(node.inputs, "")]
    places = [(node, at) for node, at in places if not at.startswith("/opts")]
    if not places:
        return None
    node, at = random.choice(places)
    below = reaches(graph, node.id)
    sources = [n for n in graph.nodes if n.task in PARTS and n.id not in below]
    if not sources:
        return None
    source = random.choice(sources)
    edge = Edge(source.id, node.id, "data", random.choice(PARTS[source.task]), at)
    inputs = dict(node.inputs)
    if len(tokens(at)) == 1:
        del inputs[tokens(at)[0]]
    else:
        draft = Draft(inputs)
        draft.put(at, None)
        inputs = draft.value
    wired = replace(with_node(graph, replace(node, inputs=inputs)), edges=(*graph.edges, edge))
    return _tidy(wired)


def order(graph: Graph, random: Random) -> Graph | None:
    """One more that comes before, or one less."""
    orders = [edge for edge in graph.edges if edge.kind == "order"]
    if orders and random.random() < 0.5:
        edge = random.choice(orders)
        return replace(graph, edges=tuple(e for e in graph.edges if e is not edge))
    node = random.choice(graph.nodes)
    below = reaches(graph, node.id)
    known = {edge.source for edge in into(graph, node.id)}
    sources = [n.id for n in graph.nodes if n.id not in below | known]
    if not sources:
        return None
    return replace(graph, edges=(*graph.edges, Edge(random.choice(sources), node.id)))


def _tidy(graph: Graph) -> Graph:
    """Without what says that a node comes before another one that takes its result."""
    data = {(edge.source, edge.target) for edge in graph.edges if edge.kind == "data"}
    return replace(
        graph,
        edges=tuple(e for e in graph.edges if e.kind == "data" or (e.source, e.target) not in data),
    )


def add(graph: Graph, random: Random) -> Graph | None:
    """One more node, which somebody may take something from."""
    if not _has_task(graph):
        return None
    name = next(n for n in ("fresh", "one", "new-one", "n1_x", "z") if not _has(graph, n))
    sources = [n for n in graph.nodes if n.task in PARTS]
    edges = list(graph.edges)
    inputs: dict[str, object] = {"k": 1} if random.random() < 0.5 else {}
    feeds: tuple[Feed, ...] = ()
    if sources and random.random() < 0.7:
        source = random.choice(sources)
        edges.append(Edge(source.id, name, "data", random.choice(PARTS[source.task]), "/x"))
    elif random.random() < 0.5:
        feeds = (Feed("a", "", "/x"),)
    else:
        inputs["x"] = 3
    node = Node(name, "one", inputs=inputs, feeds=feeds)
    grown = replace(graph, nodes=(*graph.nodes, node), edges=tuple(edges))
    above = {n.id for n in graph.nodes} - _above(grown, name)
    targets = [e for e in graph.edges if e.kind == "data" and e.target in above]
    if targets and random.random() < 0.5:
        edge = random.choice(targets)
        moved = replace(edge, source=name, output="")
        return _tidy(replace(grown, edges=tuple(moved if e is edge else e for e in grown.edges)))
    return grown


def _has(graph: Graph, node: str) -> bool:
    return any(one.id == node for one in graph.nodes)


def _above(graph: Graph, node: str) -> set[str]:
    return {n.id for n in graph.nodes if node in reaches(graph, n.id)}


def remove(graph: Graph, random: Random) -> Graph | None:
    """One node less; numbers stand where its results stood."""
    if len(graph.nodes) < 2:
        return None
    held = {hole.node for hole in graph.output.holes}
    free = [node for node in graph.nodes if node.id not in held]
    if not free:
        return None
    gone = random.choice(free).id
    for edge in [e for e in graph.edges if e.source == gone and e.kind == "data"]:
        graph = _fixed(graph, next(e for e in graph.edges if e == edge))
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id != gone),
        edges=tuple(e for e in graph.edges if gone not in (e.source, e.target)),
    )


def rename(graph: Graph, random: Random) -> Graph:
    """A node that is called otherwise."""
    old = random.choice(graph.nodes).id
    new = next(n for n in ("renamed", "class", "one", "with-dash", "again") if not _has(graph, n))

    def now(node: str) -> str:
        return new if node == old else node

    holes = tuple(replace(hole, node=now(hole.node)) for hole in graph.output.holes)
    return replace(
        graph,
        nodes=tuple(replace(node, id=now(node.id)) for node in graph.nodes),
        edges=tuple(replace(e, source=now(e.source), target=now(e.target)) for e in graph.edges),
        output=replace(graph.output, holes=holes),
    )


def returned(graph: Graph, random: Random) -> Graph | None:
    """Something else comes out."""
    sources = [n for n in graph.nodes if n.task in PARTS]
    if not sources or not graph.output.holes:
        return None
    source = random.choice(sources)
    hole = random.choice(graph.output.holes)
    new = Hole(hole.at, source.id, random.choice(PARTS[source.task]))
    holes = tuple(new if one is hole else one for one in graph.output.holes)
    return replace(graph, output=Output(graph.output.value, holes, graph.output.feeds))


def vow(graph: Graph, random: Random) -> Graph:
    """One promise more, or less, or another one."""
    new = Vowed(Count(TaskIs("one"), max=random.randrange(60, 90)), where="nowhere", by="flow")
    if graph.promises and random.random() < 0.6:
        kept = graph.promises[1:]
        return replace(graph, promises=kept if random.random() < 0.5 else (new, *kept))
    return replace(graph, promises=(*graph.promises, new)) if _has_task(graph) else graph


def limited(graph: Graph, random: Random) -> Graph:
    """One limit more, or less, or another one."""
    new = Limit(TaskIs("one"), running=random.randrange(10, 19), by="flow")
    if graph.limits and random.random() < 0.6:
        kept = graph.limits[1:]
        return replace(graph, limits=kept if random.random() < 0.5 else (new, *kept))
    return replace(graph, limits=(*graph.limits, new)) if _has_task(graph) else graph


def _has_task(graph: Graph) -> bool:
    return any(node.task == "one" for node in graph.nodes)


def default(graph: Graph, random: Random) -> Graph:
    """Another default of an input."""
    inputs = {**graph.inputs, "b": replace(graph.inputs["b"], default=random.randrange(50, 60))}
    return replace(graph, inputs=inputs)


EDITS: tuple[Edit, ...] = (
    constant, words, more, option, rewire, fix, wire, order, add, remove, rename, returned, vow,
    limited, default,
)  # fmt: skip


def edited(graph: Graph, random: Random, most: int = 3) -> Graph:
    """The graph after one edit, or a few."""
    for _ in range(random.randrange(1, most + 1)):
        graph = random.choice(EDITS)(graph, random) or graph
    return graph


def place(graph: Graph, node: str, at: str) -> object:
    """What stands at a place of a node's inputs."""
    return get(dict(next(n for n in graph.nodes if n.id == node).inputs), at)
