"""Names for a format that allows fewer of them than another, without two becoming one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from foretell.author.options import is_id
from foretell.document.model import Graph
from foretell_codegen.interchange.notes import Notes

IDS = "ids"
"""Among what a graph keeps of its source: the ids that are other ones here."""

_LONGEST = 100


def fitted(
    names: Iterable[str], allowed: Callable[[str], object], where: str, notes: Notes
) -> dict[str, str]:
    """What each of `names` is called: itself where that is allowed, else something like it, which no
    other is called. `where` is the place of the n-th, with `{}` for n."""
    wanted = list(names)
    given = {name: name for name in wanted if allowed(name)}
    free = Free(given)
    for i, name in enumerate(wanted):
        if name in given:
            continue
        plain = "".join(c if allowed(c) else "_" for c in name)[: _LONGEST - 8] or "_"
        given[name] = free.take(plain)
        notes.changed(where.format(i), f"{name!r:.80} is called {given[name]!r:.80} there")
    return given


def with_ids_of_ours(graph: Graph, origin: str, where: str, notes: Notes) -> Graph:
    """`graph` with ids that a workflow's author can write. Its layout keeps, under `origin`, which they
    were, and they are the same again when it is written."""
    names = fitted((node.id for node in graph.nodes), is_id, where, notes)
    if all(new == old for old, new in names.items()):
        return graph
    said = graph.layout.get(origin, {})
    others = {new: old for old, new in names.items() if new != old}
    return replace(
        graph,
        nodes=tuple(replace(node, id=names[node.id]) for node in graph.nodes),
        edges=tuple(
            replace(edge, source=names[edge.source], target=names[edge.target])
            for edge in graph.edges
        ),
        output=replace(
            graph.output,
            holes=tuple(replace(hole, node=names[hole.node]) for hole in graph.output.holes),
        ),
        layout={**graph.layout, origin: {**said, IDS: others}},
    )


def ids_there(graph: Graph, origin: Mapping[str, object]) -> dict[str, str]:
    """What each node was called where the graph comes from; like here, where nothing else is known, or
    somebody else is called so by now."""
    said = origin.get(IDS)
    others = said if isinstance(said, dict) else {}
    ids = {node.id: others.get(node.id, node.id) for node in graph.nodes}
    return ids if len(set(ids.values())) == len(ids) else {one: one for one in ids}


class Free:
    """Gives names that nobody has yet: `name`, or `name_2`, `name_3` ... if that is taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self._tried: dict[str, int] = {}

    def take(self, name: str) -> str:
        free, n = name, self._tried.get(name, 1)
        while free in self.taken:
            n += 1
            free = f"{name}_{n}"
        self._tried[name] = n
        self.taken.add(free)
        return free
