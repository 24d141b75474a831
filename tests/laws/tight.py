"""Whether everything that a drawing shows is needed: each bound is met, each edge comes, and may
be missing where it is drawn so, by some of the finished graphs that can still be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from foretell.admits import Placed, Reading
from foretell.horizon.model import NodeClass, SeenEdge


def looseness(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    """What is drawn wider than `futures`, which are all there are and lie inside the drawing."""
    for c in reading.drawing.classes:
        yield from _loose_class(reading, c, futures)
    yield from _loose_groups(reading, futures)
    yield from _loose_bundles(reading, futures)
    yield from _loose_edges(reading, futures)
    yield from _loose_openings(reading, futures)
    for node in reading.drawing.nodes:
        if node.may_go and all(node.id in placed.nodes for placed in futures):
            yield f"{node.id}: drawn as perhaps taken back, and it always stays"


def _loose_class(reading: Reading, c: NodeClass, futures: Sequence[Placed]) -> Iterator[str]:
    most = max(placed.count(c.id) for placed in futures)
    if c.max != most:
        yield f"{c.id}: drawn as at most {c.max}, and never more than {most} come"
    binding = [placed.count(c.id) for placed in futures if placed.binds(c.id)]
    if not binding and c.min:  # of recursion that chooses, the last chose otherwise
        yield f"{c.id}: drawn as at least {c.min} in a branch that is never taken throughout"
    elif binding and c.min != min(binding):
        yield f"{c.id}: drawn as at least {c.min}, and never fewer than {min(binding)} come"
    each = reading.each(c.id)
    if each is not None and not reading.conditions[c.id]:
        counts = [
            placed.count(c.id, c.maker, instance)
            for placed in futures
            for instance in placed.instances(c.maker)
        ]
        if counts and (min(counts), max(counts)) != each:
            yield f"{c.id}: drawn as {each} for each, and it is {min(counts)}..{max(counts)}"


def _loose_groups(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    for group in reading.drawing.groups:
        taken: set[int] = set()
        empty = False
        for placed in futures:
            for filled in placed.takings(group):
                taken.update(filled)
                empty = empty or not filled
        for i, branch in enumerate(group.branches):
            if i not in taken and (branch or not empty):
                yield f"{group.id}: its branch {branch} is never taken"


def _loose_bundles(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    for bundle in reading.drawing.bundles:
        came = [placed.come_together(bundle) for placed in futures]
        if bundle.bundle is None:
            counts = [
                [where[0] for where in together].count(maker)
                for placed, together in zip(futures, came, strict=True)
                for maker in placed.instances(bundle.maker)
            ]
            if counts and max(counts) != bundle.max:
                yield f"{bundle.id}: drawn as at most {bundle.max}, never more than {max(counts)}"
            if counts and bundle.within is None and min(counts) != bundle.min:
                yield f"{bundle.id}: drawn as at least {bundle.min}, never fewer than {min(counts)}"
        for share in bundle.of:
            each = [
                [placed.place[node] for node in nodes].count(share.id)
                for placed, together in zip(futures, came, strict=True)
                for nodes in together.values()
            ]
            if each and max(each) != share.max:
                yield f"{share.id}: drawn as at most {share.max} in an instance of {bundle.id}"
            if each and min(each) > share.min:
                yield f"{share.id}: drawn as at least {share.min} in an instance of {bundle.id}"


def _loose_edges(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    came = {(p.place[s], p.place[t], p.onward(s, t)) for p in futures for s, t in p.edges}
    came |= {(reading.home(s), t, onward) for s, t, onward in came}
    for edge in reading.drawn:
        if edge.existence == "exists":
            continue
        if (edge.source, edge.target, reading.across(edge)) not in came:
            yield f"{edge.source} -> {edge.target}: drawn, and never comes"
        elif (
            edge.existence == "may"
            and not any(
                pair not in placed.edges for placed in futures for pair in placed.related(edge)
            )
            and not any(_lacks_an_end(reading, placed, edge) for placed in futures)
        ):
            yield f"{edge.source} -> {edge.target}: drawn as may, and always comes"


def _lacks_an_end(reading: Reading, placed: Placed, edge: SeenEdge) -> bool:
    """Whether the real end of an edge was taken back, and there are nodes at the other."""
    ends = (edge.source, edge.target), (edge.target, edge.source)
    return any(
        real in reading.real and real not in placed.nodes and placed.at.get(other)
        for real, other in ends
    )


def _loose_openings(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    drawn = {(e.source, e.target, reading.across(e)) for e in reading.drawn}
    came: set[tuple[str, str]] = set()
    for placed in futures:
        for source, target in placed.edges:
            ends = (placed.place[source], placed.place[target])
            if (*ends, placed.onward(source, target)) not in drawn:
                came.add(ends)
                if ends[0] in reading.real:
                    came.add(("*", ends[1]))
    for place, opened in reading.open.items():
        for source in opened:
            if (source, place) not in came:
                yield f"{place}: open to {source}, from which no edge ever comes"


def loose_exclusions(reading: Reading, futures: Sequence[Placed]) -> Iterator[str]:
    """Classes of one real maker that never come together, and are not drawn as alternatives."""
    classes = [c for c in reading.drawing.classes if c.maker in reading.real]
    for i, a in enumerate(classes):
        for b in classes[i + 1 :]:
            if a.maker != b.maker:
                continue
            together = any(p.count(a.id) and p.count(b.id) for p in futures)
            apart = any(
                g is h and m != n
                for g, m in reading.conditions[a.id]
                for h, n in reading.conditions[b.id]
            )
            if not together and not apart:
                yield f"{a.id} and {b.id}: never together, and not drawn as alternatives"
