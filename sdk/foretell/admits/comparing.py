"""What is wrong with a finished graph in the eyes of a drawing: counts, choices, instances, edges."""

from __future__ import annotations

from foretell.admits.placed import Placed
from foretell.admits.reading import Reading
from foretell.horizon.model import Bundle, Group, Share


def quarrel_with(placed: Placed) -> str:
    """As `foretell.admits.quarrel`, of a graph that was laid over a drawing."""
    reading = placed.reading
    for real in reading.real:
        if real not in placed.nodes and not reading.real[real].may_go:
            return f"{real} is drawn and did not stay"
    if placed.nowhere is not None:
        return f"{placed.nowhere} is nowhere in the drawing"
    return _count(placed) or _groups(placed) or _bundles(placed) or _edges(placed)


def _count(placed: Placed) -> str:
    reading = placed.reading
    for c in reading.drawing.classes:
        n = placed.count(c.id)
        if c.max is not None and n > c.max:
            return f"{n} of {c.id}, drawn as at most {c.max}"
        if n < c.min and placed.binds(c.id):
            return f"{n} of {c.id}, drawn as at least {c.min}"
        each = reading.each(c.id)
        for instance in placed.instances(c.maker) if each is not None else ():
            assert each is not None
            n = placed.count(c.id, c.maker, instance)
            if n > each[1] or (n < each[0] and not reading.conditions[c.id]):
                return f"{n} of {c.id} below {instance}, drawn as {each[0]} to {each[1]}"
    return ""


def _groups(placed: Placed) -> str:
    reading = placed.reading
    for group in (g for g in reading.drawing.groups if g.bundle is None):
        outer = next((g for g in reading.drawing.groups if g.id == group.within), None)
        for instance in placed.instances(group.per):
            filled = placed.filled(group, instance)
            if len(filled) > 1:
                return f"{len(filled)} branches of {group.id} came"
            if not filled and outer is None and not reading.may_stay_empty(group):
                return f"no branch of {group.id} came"
            if filled:
                found = _branch(placed, group, filled[0], instance)
                if found:
                    return found
    return ""


def _bundles(placed: Placed) -> str:
    reading = placed.reading
    for bundle in reading.drawing.bundles:
        came = placed.come_together(bundle)
        for maker in placed.instances(bundle.maker):
            n = [where[0] for where in came].count(maker)
            n = n if bundle.bundle is None else 0  # per instance: see _instance_of_bundle
            if bundle.max is not None and n > bundle.max:
                return f"{n} instances of {bundle.id}, drawn as at most {bundle.max}"
            if bundle.bundle is None and n < bundle.min and _is_due(placed, bundle):
                return f"{n} instances of {bundle.id}, drawn as at least {bundle.min}"
        for where, nodes in came.items():
            found = _instance_of_bundle(placed, bundle, nodes)
            if found:
                return f"{found} in the instance {where} of {bundle.id}"
    return ""


def _is_due(placed: Placed, bundle: Bundle) -> bool:
    """Whether the lower bound of a bundle speaks: it lies in no branch but such as came."""
    reading = placed.reading
    return all(placed.binds(share.id) for share in bundle.of if not _in_choice(reading, share))


def _in_choice(reading: Reading, share: Share) -> bool:
    """Whether nodes of the class come in some instances of its bundle only."""
    return any(
        share.id in branch
        for group in reading.drawing.groups
        if group.bundle is not None
        for branch in group.branches
    )


def _instance_of_bundle(placed: Placed, bundle: Bundle, nodes: list[str]) -> str:
    reading = placed.reading
    at = [placed.place[node] for node in nodes]
    chosen: set[str] = set()
    for group in (g for g in reading.drawing.groups if g.bundle == bundle.id):
        filled = [i for i, b in enumerate(group.branches) if any(c in b for c in at)]
        if len(filled) > 1:
            return f"{len(filled)} branches of {group.id}"
        if not filled and group.within is None and not reading.may_stay_empty(group):
            return f"no branch of {group.id}"
        for i, branch in enumerate(group.branches):
            chosen |= set(branch) if i not in filled else set()
    for share in bundle.of:
        n = at.count(share.id)
        if share.max is not None and n > share.max:
            return f"{n} of {share.id}, drawn as at most {share.max}"
        if n < share.min and share.id not in chosen:
            return f"{n} of {share.id}, drawn as at least {share.min}"
    for inner in (b for b in reading.drawing.bundles if b.bundle == bundle.id):
        mine = {placed.instance_of(inner, placed.place[n], n) for n in nodes
                if placed.place[n] in reading.bundled(inner)}  # fmt: skip
        if inner.max is not None and len(mine) > inner.max:
            return f"{len(mine)} instances of {inner.id}, drawn as at most {inner.max}"
        if len(mine) < inner.min and inner.within is None:
            return f"{len(mine)} instances of {inner.id}, drawn as at least {inner.min}"
    return ""


def _branch(placed: Placed, group: Group, branch: int, instance: str) -> str:
    """What is wrong with the branch that is populated."""
    reading = placed.reading
    for class_id in group.branches[branch]:
        if reading.group_inside(group, class_id) is not None:
            continue
        n = placed.count(class_id, group.per, instance)
        if n < reading.least(group, class_id):
            return f"{n} of {class_id}, drawn as at least {reading.least(group, class_id)}"
    for inner in reading.drawing.groups:
        mine = set(group.branches[branch])
        if inner.within == group.id and any(mine & set(b) for b in inner.branches):
            filled = placed.filled(inner, instance)
            if not filled and not reading.may_stay_empty(inner):
                return f"no branch of {inner.id} came"
    return ""


def _edges(placed: Placed) -> str:
    reading = placed.reading
    for source, target in placed.edges:
        at = (placed.place[source], placed.place[target])
        if not reading.shows(at, placed.onward(source, target)):
            return f"the edge {source} -> {target} ({at[0]} -> {at[1]}) is not drawn"
    for e in reading.drawn:
        both = e.source in placed.nodes and e.target in placed.nodes
        if e.existence == "exists" and both and (e.source, e.target) not in placed.edges:
            return f"{e.source} -> {e.target} is drawn and did not stay"
    for e in reading.will:
        for source, target in placed.related(e):
            if (source, target) not in placed.edges:
                return f"{source} was to come before {target}: {e.source} -> {e.target}"
    return ""
