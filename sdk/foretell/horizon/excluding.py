"""Which classes exclude each other, as groups of branches.

Of a relation "never both" between classes this finds the parts that a group can show: several
branches, each class of one excluding every class of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Protocol, TypeAlias

from foretell.horizon.model import Bundle, ClassId, Group, NodeClass

MOST_MEMBERS = 30
"""Among more classes nobody looks for exclusions."""


class Answers(Protocol):
    """What futures say of classes."""

    def together(self, a: ClassId, b: ClassId) -> bool: ...
    def fewest_without(self, class_id: ClassId, absent: frozenset[ClassId]) -> int | None: ...


def exclusions(
    classes: Mapping[ClassId, NodeClass],
    groups: Sequence[Group],
    bundles: Sequence[Bundle],
    futures: Answers,
) -> tuple[list[Group], dict[ClassId, int]]:
    """Further groups among `classes`, beside the `groups` that there are; and the lower bound of
    each class in them, which speaks if its branch is the one."""
    found: list[Group] = []
    fewest: dict[ClassId, int] = {}
    # An instance in which nothing came has not come itself.
    whole = [frozenset(share.id for share in bundle.of) for bundle in bundles]
    for (maker, within, _, bundle), members in _siblings(classes, groups, bundles).items():
        above = classes.get(maker)
        once = above is None or above.min == above.max == 1
        for branches in branches_of(members, futures.together):
            every = frozenset(c for branch in branches for c in branch)
            none = every not in whole and futures.fewest_without(branches[0][0], every) is not None
            group_id = f"{maker}/one_of{len(groups) + len(found)}"
            shown = (*branches, ()) if none else branches
            found.append(Group(group_id, shown, within, None if once else maker, bundle))
            for branch in branches:
                others = every.difference(branch)
                fewest.update((c, futures.fewest_without(c, others) or 0) for c in branch)
    return found, fewest


def any_across(
    classes: Mapping[ClassId, NodeClass],
    groups: Sequence[Group],
    bundles: Sequence[Bundle],
    futures: Answers,
) -> bool:
    """Whether something in a bundle, or in a branch, excludes something beside it, which no group
    shows."""
    homes = _siblings(classes, groups, bundles) if bundles else {}
    return any(
        one[:3] == other[:3] and not futures.together(a, b)
        for one, other in combinations(homes, 2)
        for a in homes[one][:MOST_MEMBERS]
        for b in homes[other][:MOST_MEMBERS]
    ) or any(not futures.together(a, b) for a, b in _beside_branches(classes, groups))


def _beside_branches(
    classes: Mapping[ClassId, NodeClass], groups: Sequence[Group]
) -> Iterator[tuple[ClassId, ClassId]]:
    """Classes of one maker of which one at least need not come only because its branch need not,
    and which no group keeps apart; of classes that come wherever their branch does, the first."""
    branches: dict[ClassId, list[tuple[str, int]]] = {}
    for group in groups:
        for i, branch in enumerate(group.branches):
            for member in branch:
                branches.setdefault(member, []).append((group.id, i))
    firsts: dict[object, ClassId] = {}
    for c in classes.values():
        if not c.min or c.id in branches:
            firsts.setdefault((c.maker, branches[c.id][-1]) if c.min else c.id, c.id)
    for a, b in islice(combinations(firsts.values(), 2), MOST_MEMBERS**2):
        mine, theirs = branches.get(a, []), branches.get(b, [])
        apart = any(g == h and i != j for g, i in mine for h, j in theirs)
        certain = classes[a].min or classes[b].min
        if certain and not apart and mine != theirs and classes[a].maker == classes[b].maker:
            yield a, b


_Home: TypeAlias = tuple[str, str | None, int, str | None]
"""A maker, a group and which of its branches, a bundle: where classes lie together."""


def _siblings(
    classes: Mapping[ClassId, NodeClass], groups: Sequence[Group], bundles: Sequence[Bundle]
) -> dict[_Home, list[ClassId]]:
    """Classes that need not come, by where they lie."""
    branch_of = {c: (g.id, i) for g in groups for i, b in enumerate(g.branches) for c in b}
    bundle_of = {share.id: bundle.id for bundle in bundles for share in bundle.of}
    found: dict[_Home, list[ClassId]] = {}
    for c in classes.values():
        if not c.min:
            group, branch = branch_of.get(c.id, (None, 0))
            home = (c.maker, group, branch, bundle_of.get(c.id))
            found.setdefault(home, []).append(c.id)
    return found


def branches_of(
    members: Sequence[ClassId], together: Callable[[ClassId, ClassId], bool]
) -> list[tuple[tuple[ClassId, ...], ...]]:
    """Groups of `members`, each as its branches, of which only one may have nodes. `together`
    says of two classes whether both may."""
    if len(members) > MOST_MEMBERS:
        return []
    apart = {pair for pair in combinations(members, 2) if not together(*pair)}
    apart |= {(b, a) for a, b in apart}
    found = []
    for part in _connected(members, apart):
        inside = [(a, b) for a in part for b in part if a != b and (a, b) not in apart]
        branches = _connected(part, inside)
        if len(branches) > 1 and _all_apart(branches, apart):
            found.append(tuple(map(tuple, branches)))
    return found


def _all_apart(branches: list[list[ClassId]], apart: set[tuple[ClassId, ClassId]]) -> bool:
    return all(
        (a, b) in apart for one, other in combinations(branches, 2) for a in one for b in other
    )


def _connected(
    members: Iterable[ClassId], pairs: Iterable[tuple[ClassId, ClassId]]
) -> list[list[ClassId]]:
    """`members`, in parts that no pair leads out of."""
    part = {member: [member] for member in members}
    for a, b in pairs:
        if part[a] is not part[b]:
            part[a] += part[b]
            for member in part[b]:
                part[member] = part[a]
    parts = {id(found): found for found in part.values()}
    order = {member: i for i, member in enumerate(part)}
    return [sorted(found, key=order.__getitem__) for found in parts.values()]
