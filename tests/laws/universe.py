"""Small random workflows, and legal and illegal things that may happen to them.

A universe is a graph with a handful of tasks (what they may grow is random too), a few nodes and
edges, and a few promises. `Walk` plays one random history of it against the machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import LiveNode
from foretell.graph.model import Edge, Hole, Node, Outcome, grown_id
from foretell.promises.filled import with_keys
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    NotKept,
    OneKept,
    Pair,
    Promise,
    Rearm,
    Vowed,
)
from foretell.promises.rest import Choice, Copies, Rest, Room, Rooms, Wild
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    AnyOf,
    BornAfter,
    IdIs,
    InScope,
    MadeBy,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
    Under,
)
from foretell.promises.shapes import Alt, Anything, Empty, Free, Leaf, Many, Par, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide
from foretell_runtime.machine import events as ev

TASKS = ("a", "b", "c", "d")


def random_shape(rng: Random, tasks: tuple[str, ...]) -> Shape | None:
    """None: nothing was promised. Recursion is allowed only where it may stop."""
    kind = rng.choice(
        ["empty", "empty", "leaf", "many", "par", "alt", "seq", "free", "group", "open", "none"]
    )
    if kind == "none":
        return None
    if kind == "empty":
        return Empty()
    if kind == "open":
        return Anything()

    def part(slot: str) -> Shape:
        leaf = Leaf(rng.choice(tasks), slot)
        low = rng.choice([0, 0, 1])
        high = rng.choice([low, low + 1, low + 2, None])
        return leaf if rng.random() < 0.3 else Many(leaf, low, high)

    if kind == "leaf":
        return Leaf(rng.choice(tasks), "s")
    if kind == "many":
        return Many(Leaf(rng.choice(tasks), "s"), 0, rng.choice([1, 2, None]))
    parts = (part("s"), part("t"))
    if kind == "group":
        bodies: list[Shape] = [Seq(parts), Par(parts), Alt(parts)]
        bodies.append(Seq((parts[0], Many(Par(parts[1:])))))
        body = rng.choice(bodies)
        return Many(body, rng.choice([0, 0, 1]), rng.choice([1, 2, None]))
    if kind == "alt":
        nested = Par((part("u"), part("v")))
        return Alt((parts[0], nested)) if rng.random() < 0.4 else Alt(parts)
    return Par(parts) if kind == "par" else Seq(parts) if kind == "seq" else Free(parts)


def random_selector(rng: Random, deep: int = 2) -> Selector:
    simple: list[Selector] = [
        ANY, NEW, TaskIs(rng.choice(TASKS)), IdIs(f"n{rng.randrange(4)}"), IdIs("n0.*"),
        TagIs("t"), InScope("n0"), Under("n1"), MadeBy(TaskIs(rng.choice(TASKS))), BornAfter("n0"),
    ]  # fmt: skip
    if deep and rng.random() < 0.4:
        parts = (random_selector(rng, deep - 1), random_selector(rng, deep - 1))
        joined: list[Selector] = [AllOf(parts), AnyOf(parts), NotSo(parts[0])]
        return rng.choice(joined)
    return rng.choice(simple)


def random_promise(rng: Random, deep: int = 2) -> Promise:
    """Of any kind that can be judged by numbers."""
    if rng.random() < 0.6:
        return random_atom(rng)
    if not deep or rng.random() < 0.4:
        return random_each(rng)
    parts = tuple(random_promise(rng, deep - 1) for _ in range(rng.choice([1, 2, 2])))
    joined: list[Promise] = [AllKept(parts), AnyKept(parts), OneKept(parts), NotKept(parts[0])]
    return rng.choice(joined)


def random_each(rng: Random) -> Each:
    of, other = random_selector(rng, 1), random_selector(rng, 1)
    low = rng.choice([0, 0, 1])
    high = rng.choice([None, low, low + 1, low + 2])
    if rng.random() < 0.5:
        return Each(of, out=other, min=low, max=high)
    return Each(of, into=other, min=low, max=high)


def random_atom(rng: Random) -> Count | Edges:
    low = rng.choice([0, 0, 0, 1])
    high = rng.choice([None, low, low + 1, low + 3])
    if rng.random() < 0.5:
        return Count(random_selector(rng), low, high)
    besides = (Pair(random_selector(rng, 0), random_selector(rng, 0)),)
    return Edges(
        random_selector(rng, 1),
        random_selector(rng, 1),
        random_selector(rng, 0) if rng.random() < 0.2 else None,
        rng.random() < 0.6,
        besides if rng.random() < 0.3 else (),
        low if rng.random() < 0.3 else 0,
        high,
    )


def _productive(grows: dict[str, Shape | None]) -> bool:
    """Whether every task can stop growing: no task must grow itself."""

    def must(task: str, above: tuple[str, ...]) -> bool:
        shape = grows[task]
        if task in above:
            return True
        return shape is not None and must_in(shape, (*above, task))

    def must_in(shape: Shape, above: tuple[str, ...]) -> bool:
        match shape:
            case Leaf(task, _):
                return must(task, above)
            case Many(of, low, _):
                return low > 0 and must_in(of, above)
            case Alt(of):
                return all(must_in(part, above) for part in of)
            case Seq(of) | Par(of) | Free(of):
                return any(must_in(part, above) for part in of)
            case _:
                return False

    return not any(must(task, ()) for task in grows)


def random_graph(rng: Random, promises: int = 2) -> Graph:
    tasks = TASKS[: rng.randrange(2, 5)]
    grows: dict[str, Shape | None] = {}
    while not grows or not _productive(grows):
        grows = {task: random_shape(rng, tasks) for task in tasks}
    options = {"retries": rng.choice([0, 0, 1])}
    specs = {
        task: TaskSpec(f"m:{task}", shape, options=options, tags=("t",) if task == "b" else ())
        for task, shape in grows.items()
    }
    n = rng.randrange(1, 5)
    nodes = tuple(Node(f"n{i}", rng.choice(tasks)) for i in range(n))
    pairs = [(i, j) for j in range(n) for i in range(j) if rng.random() < 0.5]
    ends: list[Outcome] = ["ok", "ok", "ok", "fail", "any"] if rng.random() < 0.4 else ["ok"]
    edges = tuple(Edge(f"n{i}", f"n{j}", on=rng.choice(ends)) for i, j in pairs)
    vowed = tuple(Vowed(random_promise(rng), f"p{i}") for i in range(rng.randrange(promises + 1)))
    return Graph("u", tasks=specs, nodes=nodes, edges=edges, promises=vowed)


def with_loops(rng: Random, graph: Graph) -> Graph:
    """The graph, with one or two loops, and perhaps a bound on their rounds."""
    before = {node.id: {node.id} for node in graph.nodes}
    for edge in graph.edges:  # in the order of the nodes they come to
        before[edge.target] |= before[edge.source]
    ways = [(source, target) for source, targets in before.items() for target in sorted(targets)]
    loops = rng.sample(ways, min(len(ways), rng.choice([1, 1, 2])))
    back = tuple(Edge(source, target, kind="loop") for source, target in loops)
    bound = Vowed(Rearm(loops[0][1], rng.choice([0, 1, 2, 4])), "rounds")
    promises = (*graph.promises, bound) if rng.random() < 0.5 else graph.promises
    return replace(graph, edges=(*graph.edges, *back), promises=promises)


class Walk:
    """One random history. `facts` is the journal so far."""

    def __init__(self, rng: Random, state: State, decision: ev.Decision) -> None:
        self.rng = rng
        self.state = state
        self.facts = list(decision.facts)
        self.requests = 0

    def happen(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening)
        self.facts += decision.facts
        return decision

    def random_happening(self, *, mischief: float = 0.3, failures: bool = True) -> ev.Happening:
        rng, state = self.rng, self.state
        if not state.running:
            return ev.Slots(rng.choice([1, 2, 3]))
        node = rng.choice(sorted(state.running))
        trial = state.running[node]
        self.requests += 1
        roll = rng.random()
        if failures and roll < 0.05:
            ends: list[ev.Happening] = [
                ev.Lost(node, trial, "gone"),
                ev.Cut(node, trial, "cut"),
                ev.TakenUp(),
            ]
            return rng.choice(ends)
        if failures and roll < 0.08:
            return ev.Heard(node, trial, msg.Fail("bad"))
        if failures and roll < 0.12:
            return ev.Slots(rng.choice([0, 1, 2, 3]))
        legal = self.legal_change(state.node(node))
        if roll < 0.7:
            change = self.random_change(node) if rng.random() < mischief else legal
            if rng.random() < 0.3:
                return ev.Heard(node, trial, msg.Would(self.requests, change))
            attempt = rng.random() < 0.7
            return ev.Heard(node, trial, msg.Propose(self.requests, change, attempt))
        finish = self.finish(node)
        back = state.judge.graph.back.of(state.node(node))
        if back and rng.random() < 0.7:
            finish = replace(finish, again=rng.choice(back).target.id)
        return ev.Heard(node, trial, finish)

    def next_end(self) -> ev.Happening:
        """Something that brings the run nearer to its end: a node finishes."""
        if not self.state.running:
            return ev.Slots(2)
        node = min(self.state.running)
        return ev.Heard(node, self.state.running[node], self.finish(node))

    def finish(self, node: str) -> msg.Finish:
        """A finish that returns what the node grew, and grows what still must come."""
        live = self.state.node(node)
        judge = self.state.judge
        rest = judge.rest_one_by_one(live)
        if live.mortal:  # it might also grow nothing, but not if it ends well
            rest = judge.rest_if_well(live, one_by_one=True)
        needed = tuple(self._needed(live, rest))
        holes = tuple(Hole(f"/{i}", made.id) for i, made in enumerate(live.made))
        change = Change(needed) if needed else None
        return msg.Finish([None] * len(holes), holes, change)

    def legal_change(self, live: LiveNode) -> Change:
        """Some of what `live` may still grow, wired in some way that its task may wire."""
        rng, judge = self.rng, self.state.judge
        nodes = list(self._allowed(live, judge.rest_one_by_one(live)))
        rng.shuffle(nodes)
        nodes = nodes[: rng.randrange(3)]
        form = judge.forms[live.node.task]
        if not (form.open or form.ordered) or rng.random() < 0.4:
            return Change(tuple(nodes))
        before = [made.id for made in live.made] + [node.id for node in nodes]
        if form.open:
            before += [n.id for n in judge.graph.nodes.values() if n.status == "done"]
        after = [made.id for made in live.made] + [node.id for node in nodes]
        edges = [
            Edge(rng.choice(before), rng.choice(after)) for _ in range(rng.randrange(1, 3)) if after
        ]
        if rng.random() < 0.5:
            edges += edges[:1]  # parallel edges of one change
        return Change(tuple(nodes), tuple(edges))

    def random_change(self, node: str) -> Change:
        """Anything at all; most of it is forbidden."""
        rng, state = self.rng, self.state
        existing = sorted(state.judge.graph.nodes)
        new = [self._new(node, rng.choice(TASKS), None) for _ in range(rng.randrange(3))]
        names = existing + [n.id for n in new]
        edges = tuple(Edge(rng.choice(names), rng.choice(names)) for _ in range(rng.randrange(3)))
        if rng.random() < 0.3:
            edges += edges[:1]  # parallel edges of one change
        promises: tuple[Vowed, ...] = ()
        if rng.random() < 0.15:
            promises = (Vowed(random_promise(rng), "while running"),)
        return Change(tuple(new), edges, promises)

    def _new(self, maker: str, task: str, slot: str | None) -> Node:
        self.requests += 1
        return Node(grown_id(maker, f"{task}{self.requests}"), task, slot=slot)

    def _allowed(self, live: LiveNode, rest: Rest, keys: tuple[int, ...] = ()) -> Iterator[Node]:
        match rest:
            case Room(task, slot, _, high):
                for _ in range(2 if high is None else min(2, high)):
                    yield self._new(live.id, task, with_keys(slot, keys))
            case Rooms(of):
                for part in of:
                    yield from self._allowed(live, part, keys)
            case Choice(of):
                yield from self._allowed(live, self.rng.choice(of), keys)
            case Copies(of, _, high, key):
                for i in range(2 if high is None else min(2, high)):
                    yield from self._allowed(live, of, (*keys, (key or 0) + i))
            case Wild():
                yield self._new(live.id, self.rng.choice(sorted(self.state.tasks)), None)

    def _needed(self, live: LiveNode, rest: Rest, keys: tuple[int, ...] = ()) -> Iterator[Node]:
        match rest:
            case Room(task, slot, low, _):
                for _ in range(low):
                    yield self._new(live.id, task, with_keys(slot, keys))
            case Rooms(of):
                for part in of:
                    yield from self._needed(live, part, keys)
            case Choice(of):
                yield from self._needed(live, self.rng.choice(of), keys)
            case Copies(of, low, _, key):
                for i in range(low):
                    yield from self._needed(live, of, (*keys, (key or 0) + i))
            case Wild():
                pass
