"""From arguments to a node and its edges: shared by registration and by growing tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from foretell.author.fitting import check_fit
from foretell.author.options import RUN_OPTIONS
from foretell.author.outside import taken_out
from foretell.author.ports import Json, Wires, is_record, parts_of
from foretell.author.refs import After, Origin, Ref, origin
from foretell.author.refs import Node as Handle
from foretell.author.tasks import Each, Task, stray_each
from foretell.errors import WiringError
from foretell.graph.model import Carried, Edge, Feed, Node, Outcome, Outside

Awaited: TypeAlias = tuple[str, Outcome]
_ENDS: dict[Outcome, str] = {"ok": "ends well", "fail": "fails", "any": "has ended"}


class Names:
    """Names given once each: `square`, then `square_2`, `square_3` ..."""

    __slots__ = ("_given", "_taken")

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._given: list[tuple[str, int | None]] = []

    def fresh(self, name: str) -> str:
        """`name`, or `name_2`, `name_3` ... where it is taken."""
        if name not in self._taken:
            self._take(name, 1)
            return name
        count = self._taken[name] + 1
        while f"{name}_{count}" in self._taken:
            count += 1
        self._take(name, count)
        self._take(f"{name}_{count}", 1)
        return f"{name}_{count}"

    def keep(self) -> None:
        """What was given until now is used."""
        self._given.clear()

    def give_back(self) -> None:
        """What was given since `keep` is free again."""
        while self._given:
            name, before = self._given.pop()
            if before is None:
                del self._taken[name]
            else:
                self._taken[name] = before

    def _take(self, name: str, count: int) -> None:
        self._given.append((name, self._taken.get(name)))
        self._taken[name] = count


class Owner(Protocol):
    """Who makes nodes: a registration, or the growth of a trial."""

    def adopt(self, ref: Ref) -> Origin | None:
        """`ref`, which belongs to another, as a value of ours; None if it cannot be."""
        ...

    def postpones(self, ref: Ref) -> bool:
        """Whether all that is made here runs after `ref`, which belongs to another, anyway."""
        ...


class Wired:
    """What the arguments of one call come to. `sources` are the nodes its node runs after."""

    __slots__ = ("edges", "feeds", "inputs", "outside", "sources")

    def __init__(
        self,
        node: str,
        inputs: dict[str, Json],
        wires: Wires,
        owner: Owner,
        outside: tuple[Outside, ...] = (),
    ) -> None:
        self.inputs = inputs
        self.outside = outside
        self.sources: dict[str, Outcome] = {}
        edges: list[Edge] = []
        feeds: list[Feed] = []
        for at, ref in wires:
            mine = owned(ref, owner)
            if mine.node is not None:
                on, failures, _ = mine.ending
                carried: Carried = "failures" if failures else "output"
                edges.append(
                    Edge(
                        mine.node,
                        node,
                        "data",
                        mine.pointer,
                        at,
                        on,
                        carried,
                        mine.port,
                        mine.early,
                    )
                )
                self._must_end(mine.node, on, node)
            elif mine.feed is not None:
                feeds.append(Feed(mine.feed, mine.pointer, at))
            else:
                raise WiringError(f"{mine.name!r} returns nothing that could be passed on")
        self.edges = edges
        self.feeds = tuple(feeds)

    def _must_end(self, source: str, on: Outcome, node: str) -> None:
        """`any` asks for less than what else is asked of the same node."""
        before = self.sources.get(source, "any")
        if {before, on} == {"ok", "fail"}:
            raise WiringError(
                f"{node!r} would never run: it takes the result of {source!r}, and its failure"
            )
        self.sources[source] = on if before == "any" else before

    def run_after(self, node: str, sources: Iterable[Awaited], where: object) -> None:
        """Adds order edges from `sources`, where no edge says so already."""
        for source, on in sources:
            before = self.sources.get(source)
            if before is None or before == "any" != on:
                self.edges.append(Edge(source, node, on=on))
                self.sources[source] = on
            elif on != before:
                raise WiringError(
                    f"{where}: after(..., on={on!r}): {node!r} runs only if {source!r} "
                    f"{_ENDS[before]} already, as another argument says; drop one of the two"
                )


def wire(
    task: Task[..., Any], node: str, bound: dict[str, Any], owner: Owner, where: object
) -> Wired:
    """Checks and wires the arguments of one call."""
    if any(type(value) is Each for value in bound.values()):
        raise stray_each(task.__name__, where)
    outside = taken_out(bound)
    inputs, wires = task.ports.dump_inputs(bound)
    for pointer, ref in wires:
        check_fit(task, pointer, ref, where)
    return Wired(node, inputs, wires, owner, outside)


def awaited(after: Iterable[After], owner: Owner, where: object) -> list[Awaited]:
    """The nodes that `.after(...)` speaks of, and how each must end."""
    found: list[Awaited] = []
    for dep, on in after:
        sources = sources_of([dep], owner, where)
        if on != "ok" and not sources and _is_outside(dep, owner):
            raise WiringError(
                f"{where}: after(..., on={on!r}): a branch comes only when what it uses of the "
                f"workflow around it has ended well; say what follows a failure outside of the branch"
            )
        if on == "fail" and len(sources) != 1:
            raise WiringError(
                f"{where}: after(..., on='fail') waits for one node to fail, and this comes from "
                f"{len(sources)} nodes; let one task grow them, or wait for one of them"
            )
        found.extend((source, on) for source in sources)
    return found


def _is_outside(dep: object, owner: Owner) -> bool:
    ref = dep.out if isinstance(dep, Handle) else dep
    return isinstance(ref, Ref) and origin(ref).owner is not owner


def sources_of(deps: Iterable[object], owner: Owner, where: object) -> list[str]:
    """The nodes that `.after(*deps)` speaks of."""
    found: list[str] = []
    for dep in deps:
        ref = dep.out if isinstance(dep, Handle) else dep
        if isinstance(ref, Ref) and origin(ref).owner is not owner and owner.postpones(ref):
            continue
        if isinstance(dep, Ref):
            mine = owned(dep, owner)
            if mine.ending.on != "ok":
                raise WiringError(
                    f"{where}: after({mine.name}): how it ends is said here: after(..., "
                    f"on={mine.ending.on!r}), of the result itself"
                )
            if mine.feed is not None:
                raise WiringError(
                    f"{where}: after({mine.name}): it is an input of the workflow and there from "
                    f"the start"
                )
            found += mine.nodes if mine.node is None else (mine.node,)
        elif isinstance(dep, Handle):
            found += dep.last
        elif isinstance(dep, (list, tuple)):
            found += sources_of(dep, owner, where)
        elif isinstance(dep, dict):
            found += sources_of(dep.values(), owner, where)
        elif is_record(dep):
            found += sources_of(parts_of(dep), owner, where)
        else:
            raise WiringError(
                f"{where}: after() takes results and nodes of this workflow, not {dep!r:.80}"
            )
    return found


def make_node(
    node: str, task: str, scope: str, slot: str | None, wired: Wired, options: dict[str, Any]
) -> Node:
    """The node of a call."""
    if not options:
        return Node(node, task, scope, slot, wired.inputs, wired.feeds, outside=wired.outside)
    return Node(
        node, task, scope, slot, wired.inputs, wired.feeds,
        options={k: v for k, v in options.items() if k in RUN_OPTIONS},
        tags=options.get("tags", ()),
        label=options.get("label"),
        style=options.get("style", {}),
        outside=wired.outside,
    )  # fmt: skip


def node_options(task: Task[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """The options of a node: what the call says, and how the task's nodes are dressed."""
    defaults = task._defaults
    if not defaults:
        return given
    merged = {k: v for k, v in defaults.items() if k in ("label", "style")}
    merged.update(given)
    return merged


def owned(ref: Ref, owner: Owner) -> Origin:
    """Where the value of `ref` comes from, as `owner` sees it."""
    mine = origin(ref)
    if mine.owner is owner:
        return mine
    adopted = owner.adopt(ref)
    if adopted is None:
        raise WiringError(
            f"{mine.name!r} belongs to another workflow or another trial; values cross over only "
            f"as inputs and results"
        )
    return adopted
