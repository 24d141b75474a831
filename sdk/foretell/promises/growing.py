"""Whether what a node grew is what its task may grow: slots, bounds, branches, wires, order.

Judges one scope at a time, by the `Form` of the task that owns it. What other promises say of the
same nodes is the ledger's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from foretell.errors import LawBroken
from foretell.graph.growth import Addition
from foretell.graph.live import LiveNode, LivePair
from foretell.promises.filled import ANY_USE, FRESH, Filled, Keys, with_keys
from foretell.promises.form import NOTHING_YET, Spot
from foretell.promises.ledger import Breach
from foretell.promises.placing import Placing
from foretell.promises.refining import Forms
from foretell.promises.rest import missing
from foretell.promises.shapes import Shape
from foretell.promises.wording import words

Gap: TypeAlias = tuple[LiveNode, LiveNode]

_EARLIER = "Promise a shape that what it has grown fits, or promise it before that."


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of a task: its entry point, what its nodes may grow (None: nobody said),
    where that is written, and the tags its nodes are born with."""

    entry: str = ""
    grows: Shape | None = None
    where: str = ""
    tags: frozenset[str] = frozenset()


class Growing:
    """Judges growth. `forms` is what may grow, by task; `have` how full each slot is, by the node
    that grew into it. `fill` updates `have`, `empty` takes it back."""

    def __init__(self, forms: Forms, declared: Mapping[str, Declared]) -> None:
        self.have: dict[LiveNode, Filled] = {}
        self._forms = forms
        self._declared = declared

    def breach_of(self, addition: Addition, filled: list[tuple[LiveNode, str]]) -> Breach | None:
        """Fills the slots of what was added, noting them in `filled`, and says what growth does
        not allow. Raises `LawBroken` if a node does not say which of several slots it fills."""
        maker = addition.maker
        if maker is not None and addition.nodes and not self._forms.of(maker).open:
            breach = self._breach_of_nodes(maker, addition, filled)
            if breach is not None:
                return breach
        for pair, edge in addition.pairs:
            if edge.edge.kind != "structural":
                breach = self._breach_of_wire(maker, pair)
                if breach is not None:
                    return breach
        return None

    def refill(self, owner: LiveNode) -> Breach | None:
        """Puts what `owner` grew into the places of what it may grow now; says what does not fit.
        Raises `LawBroken` where nobody can tell which node fills which of them."""
        form = self._forms.of(owner)
        self.have.pop(owner, None)
        if form.open:
            return None
        have = self.have[owner] = Filled()
        for live in owner.made:
            slot = self._slot_again(owner, live)
            spot, keys = form.place_of(slot) if slot is not None else (None, ())
            if spot is None or live.node.task != spot.task or len(keys) != len(spot.homes):
                return self._breach(
                    owner, f"{owner.id} has grown {live.id}, for which it has no place", _EARLIER
                )
            breach = self._no_room(owner, live, spot, keys, (live,))
            if breach is not None:
                return replace(breach, advice=_EARLIER)
            have.add(spot.slot, spot.homes, keys)
            if live.node.slot != slot:
                live.node = replace(live.node, slot=slot)
        return self._disorder(owner)

    def _slot_again(self, owner: LiveNode, live: LiveNode) -> str | None:
        """The slot of a node that was grown when its maker might grow something else."""
        form, slot = self._forms.of(owner), live.node.slot
        slots = form.candidates(live.node.task)
        if slot is not None and form.place_of(slot)[0] is not None:
            return slot
        if len(slots) > 1 or any(form.spots[one].homes for one in slots):
            raise LawBroken(
                f"nobody can tell which place of {words(form.written):.200} {live.id!r} fills, which "
                f"{owner.id!r} has grown already ({', '.join(slots)}); promise it before that"
            )
        return slots[0] if slots else None

    def _disorder(self, owner: LiveNode) -> Breach | None:
        """An edge between two of what `owner` grew that its shape forbids."""
        if len(owner.made) < 2:
            return None
        top = {live: child for child in owner.made for live in (child, *_below(child))}
        for live, child in top.items():
            for pair in live.out.values():
                other = top.get(pair.target, child)
                if other is not child:
                    breach = self._breach_of_wire(None, pair)
                    if breach is not None:
                        return replace(breach, advice=_EARLIER)
        return None

    def empty(self, filled: list[tuple[LiveNode, str]]) -> None:
        """Takes back what `breach_of` noted in `filled`."""
        for maker, slot in reversed(filled):
            spot, keys = self._forms.of(maker).place_of(slot)
            assert spot is not None
            self.have[maker].drop(spot.slot, spot.homes, keys)

    def _breach_of_nodes(
        self, maker: LiveNode, addition: Addition, filled: list[tuple[LiveNode, str]]
    ) -> Breach | None:
        form = self._forms.of(maker)
        have = self.have.setdefault(maker, Filled())
        placing = Placing(form, have, addition)
        waiting: list[LiveNode] = list(addition.nodes)
        if form.in_turn or form.repeated:
            waiting = placing.in_order(waiting)
        while waiting:
            later = []
            for live in waiting:
                spots, given = self._spots_of(maker, live)
                if not spots:
                    return self._no_right(maker, live)
                placed = placing.place_of(live, spots, given)
                if placed is None:
                    later.append(live)
                    continue
                spot, keys = placed
                breach = self._no_room(maker, live, spot, keys, addition.nodes)
                if breach is not None:
                    return breach if len(spots) == 1 else self._none_free(breach, live, spots)
                have.add(spot.slot, spot.homes, keys)
                slot = with_keys(spot.slot, keys)
                filled.append((maker, slot))
                if live.node.slot != slot:
                    live.node = replace(live.node, slot=slot)
            if len(later) == len(waiting):
                raise placing.unclear(later[0], *self._spots_of(maker, later[0]))
            waiting = later
        return None

    def _spots_of(self, maker: LiveNode, live: LiveNode) -> tuple[list[Spot], Keys]:
        """The places that `live` may fill, as far as its creator says, and the keys of the instance;
        more than one only where they are those of one leaf in several uses."""
        form, node = self._forms.of(maker), live.node
        if node.slot is None:
            spots = [form.spots[slot] for slot in form.candidates(node.task)]
            if len({spot.written for spot in spots}) > 1:
                slots = [spot.slot for spot in spots]
                raise LawBroken(
                    f"node {node.id!r} of task {node.task!r} fits more than one place of what "
                    f"{maker.id!r} may grow ({listed(slots)}); name its slot, with "
                    f"grow.into({slots[-1]!r}).create(...)"
                )
            return spots, ()
        meant, keys = form.meant(node.slot)
        fits = max(keys, default=0) < FRESH
        return [
            spot
            for spot in meant
            if fits and spot.task == node.task and len(keys) <= len(spot.homes)
        ], keys

    @staticmethod
    def _none_free(breach: Breach, live: LiveNode, spots: list[Spot]) -> Breach:
        """What `live` cannot be, whichever use it lies in."""
        slots = listed([spot.slot for spot in spots])
        why = f"{live.id} finds no place that is free and where its wires may lead, of {slots}"
        return replace(breach, why=why, advice=f"Leave out {live.id}, or let the growth be deeper.")

    def _no_right(self, maker: LiveNode, live: LiveNode) -> Breach:
        node = live.node
        wanted = f" in slot {node.slot!r}" if node.slot is not None else ""
        return self._breach(
            maker,
            f"{maker.id} may not grow {node.id!r}, a node of task {node.task!r}{wanted}",
            f"Leave {node.id!r} out, or give {maker.node.task!r} a right to it.",
        )

    def _no_room(
        self, maker: LiveNode, live: LiveNode, spot: Spot, keys: Keys, nodes: Sequence[LiveNode]
    ) -> Breach | None:
        form, have, slot = self._forms.of(maker), self.have[maker], spot.slot
        other = form.conflict(spot, keys, have)
        if other:
            slot, other = with_keys(slot, keys), with_keys(other, keys)
            return self._breach(
                maker,
                f"{maker.id} grew {other!r} already, which excludes {slot!r}",
                f"Grow {slot!r} or {other!r}, not both.",
            )
        for level, home in enumerate(spot.homes):
            group, bounds = form.group(home, have, keys), form.group_at(home)
            if keys[level] in group.each:
                continue
            if bounds.max is not None and len(group.each) >= bounds.max:
                times = "rounds of" if form.is_loop(home) else "times"
                return self._breach(
                    maker,
                    f"{maker.id} may grow at most {bounds.max} {times} {words(bounds.of)}; "
                    f"{live.id} would begin another",
                    f"Leave out {live.id}, or raise the bound.",
                )
            if form.is_loop(home) and keys[level] < group.fresh:
                return self._breach(
                    maker,
                    f"{live.id} would begin round {keys[level]} of {words(bounds)} after round "
                    f"{group.fresh - 1} has begun; rounds begin in their order",
                    f"Begin a later round: instance={group.fresh}, or leave the number out.",
                )
        if spot.max is not None and have.count(slot, spot.homes, keys) >= spot.max:
            over = [
                other.id
                for other in nodes[nodes.index(live) :]
                if other.node.task == spot.task
                and other.node.slot in (None, slot, with_keys(slot, keys), ANY_USE + spot.written)
            ]
            return self._breach(
                maker,
                f"{maker.id} may grow at most {spot.max} of {with_keys(slot, keys)!r}; this would "
                f"be {spot.max + len(over)}",
                f"Leave out {listed(over)}, or raise the bound.",
            )
        return None

    def _breach_of_wire(self, maker: LiveNode | None, pair: LivePair) -> Breach | None:
        source, target = pair.source, pair.target
        if maker is not None and not self._forms.wires(maker):
            inside = target.maker is maker and (source is maker or source.maker is maker)
            if not inside:
                return self._breach(
                    maker,
                    f"{maker.id} wired {source.id} -> {target.id}, but may only wire what it "
                    f"grew itself",
                    "Drop that edge, or let the task grow Anything.",
                )
        first, second = _in_one_scope(source, target)
        owner = first.maker
        if owner is None or owner is not second.maker or first is second:
            return None
        form = self._forms.of(owner)
        if form.open or first.node.slot is None or second.node.slot is None:
            return None
        if form.may_precede(first.node.slot, second.node.slot):
            return None
        a, b = first.node.slot, second.node.slot
        apart = form.apart(a, b)
        if apart is not None and form.is_loop(apart[0]):
            return self._breach(
                owner,
                f"the edge {source.id} -> {target.id} joins round {apart[1]} back to round "
                f"{apart[2]}",
                "Drop it: each round comes wholly before the next.",
            )
        if apart is not None:
            return self._breach(
                owner,
                f"the edge {source.id} -> {target.id} joins {a!r} and {b!r}, which are of two "
                f"instances",
                "Drop it: only nodes of one instance are ordered.",
            )
        if form.part_of(a) != form.part_of(b):
            a, b = form.part_of(a), form.part_of(b)
        return self._breach(
            owner,
            f"the edge {source.id} -> {target.id} puts {a!r} before {b!r}",
            f"Drop it, or declare shape = free({a}, {b}) for any order, or seq({a}, {b}) for every "
            f"{a!r} before every {b!r}.",
        )

    def breach_of_ending(self, live: LiveNode) -> Breach | None:
        """Which nodes `live` would leave out if it ended now."""
        form = self._forms.of(live)
        have = self.have.get(live, NOTHING_YET)
        lacking = [] if form.open else missing(form.rest(have))
        if lacking:
            return self._breach(
                live,
                f"{live.id} ended, and {' and '.join(lacking)} had to come",
                f"Grow {' and '.join(lacking)} before {live.id!r} ends.",
            )
        return None

    def gap(self, owner: LiveNode) -> Gap | None:
        """Two nodes that `owner` grew, of which the first must come before the second, and no
        edge says so."""
        form, have = self._forms.of(owner), self.have.get(owner, NOTHING_YET)
        at = _by_slot(owner) if form.ordered else {}
        for before, after in form.steps(have) if at else ():
            gap = _gap(
                [n for slot in before for n in at[slot]], [n for slot in after for n in at[slot]]
            )
            if gap is not None:
                return gap
        return None

    def breach_of_gap(self, owner: LiveNode, gap: Gap) -> Breach:
        form, slots = self._forms.of(owner), [live.node.slot or "" for live in gap]
        apart, rounds = form.apart(slots[0], slots[1]), ""
        if apart is not None and form.is_loop(apart[0]):
            rounds = f": round {apart[1]} lies wholly before round {apart[2]}"
        return self._breach(
            owner,
            f"{gap[0].id} must come before {gap[1].id}, and no edge says so{rounds}",
            f"Add {gap[0].id} -> {gap[1].id} (for example with .after).",
        )

    def _breach(self, maker: LiveNode, why: str, advice: str) -> Breach:
        own = self._forms.own.get(maker)
        if own is not None:
            vowed = own.vowed
            return Breach(vowed.says or vowed.promise.kind, vowed.by, vowed.where, why, advice)
        form, declared = self._forms.of(maker), self._declared[maker.node.task]
        says = f"{maker.node.task} grows {words(form.written)}"
        return Breach(says, f"task {maker.node.task!r}", declared.where, why, advice)


def _in_one_scope(a: LiveNode, b: LiveNode) -> tuple[LiveNode, LiveNode]:
    """The elements that stand for `a` and `b` in the innermost scope that holds both."""
    while a.depth > b.depth and a.maker is not None:
        a = a.maker
    while b.depth > a.depth and b.maker is not None:
        b = b.maker
    while a is not b and a.maker is not b.maker and a.maker is not None and b.maker is not None:
        a, b = a.maker, b.maker
    return a, b


def _below(live: LiveNode) -> list[LiveNode]:
    found = list(live.made)
    for made in found:
        found.extend(made.made)
    return found


def _by_slot(owner: LiveNode) -> dict[str, list[LiveNode]]:
    found: dict[str, list[LiveNode]] = {}
    for live in owner.made:
        found.setdefault(live.node.slot or "", []).append(live)
    return found


def _gap(first: Sequence[LiveNode], second: Sequence[LiveNode]) -> Gap | None:
    """A node in `first` and one in `second`, all of one scope, with no path between them inside
    it. Only the ends of each group need an edge."""
    before, after = set(first), set(second)
    ends = [a for a in first if not before.intersection(a.out)]
    starts = [b for b in second if not after.intersection(b.into)]
    for a in ends:
        for b in starts:
            if b not in a.out:
                return a, b
    return None


def listed(names: list[str]) -> str:
    """The first few of `names`."""
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:5])}, ... ({len(names)})"
