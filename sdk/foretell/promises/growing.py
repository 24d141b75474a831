"""Whether what a node grew is what its task may grow: slots, bounds, branches, wires, order.

Judges one scope at a time, by the `Form` of the task that owns it. What other promises say of the
same nodes is the ledger's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from foretell.errors import LawBroken
from foretell.graph.growth import Addition
from foretell.graph.live import LiveNode, LivePair
from foretell.promises.form import Form, Spot, missing, words
from foretell.promises.ledger import Breach
from foretell.promises.shapes import Shape


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

    def __init__(self, forms: Mapping[str, Form], declared: Mapping[str, Declared]) -> None:
        self.have: dict[LiveNode, dict[str, int]] = {}
        self._forms = forms
        self._declared = declared

    def breach_of(self, addition: Addition, filled: list[tuple[LiveNode, str]]) -> Breach | None:
        """Fills the slots of what was added, noting them in `filled`, and says what growth does
        not allow. Raises `LawBroken` if a node does not say which of several slots it fills."""
        maker = addition.maker
        for live in addition.nodes if maker is not None else ():
            assert maker is not None
            breach = self._fill(maker, live, addition, filled)
            if breach is not None:
                return breach
        for pair, edge in addition.pairs:
            if edge.edge.kind != "structural":
                breach = self._breach_of_wire(maker, pair)
                if breach is not None:
                    return breach
        return None

    def empty(self, filled: list[tuple[LiveNode, str]]) -> None:
        """Takes back what `breach_of` noted in `filled`."""
        for maker, slot in filled:
            have = self.have[maker]
            have[slot] -= 1
            if not have[slot]:
                del have[slot]

    def _fill(
        self,
        maker: LiveNode,
        live: LiveNode,
        addition: Addition,
        filled: list[tuple[LiveNode, str]],
    ) -> Breach | None:
        form, node = self._forms[maker.node.task], live.node
        if form.open:
            return None
        slots = form.candidates(node.task)
        slot = node.slot
        if slot is None:
            if len(slots) > 1:
                raise LawBroken(
                    f"node {node.id!r} of task {node.task!r} fits more than one place of what "
                    f"{maker.id!r} may grow ({', '.join(slots)}); name its slot"
                )
            slot = slots[0] if slots else None
        if slot not in slots:
            wanted = f" in slot {slot!r}" if slot is not None else ""
            return self._breach(
                maker,
                f"{maker.id} may not grow {node.id!r}, a node of task {node.task!r}{wanted}",
                f"Leave {node.id!r} out, or give {maker.node.task!r} a right to it.",
            )
        breach = self._no_room(maker, live, form.spots[slot], addition)
        if breach is None:
            have = self.have.setdefault(maker, {})
            have[slot] = have.get(slot, 0) + 1
            filled.append((maker, slot))
            live.node = node if node.slot == slot else replace(node, slot=slot)
        return breach

    def _no_room(
        self, maker: LiveNode, live: LiveNode, spot: Spot, addition: Addition
    ) -> Breach | None:
        form, have, slot = self._forms[maker.node.task], self.have.get(maker, {}), spot.slot
        other = form.conflict(slot, have)
        if other:
            return self._breach(
                maker,
                f"{maker.id} grew {other!r} already, which excludes {slot!r}",
                f"Grow {slot!r} or {other!r}, not both.",
            )
        if spot.max is not None and have.get(slot, 0) >= spot.max:
            over = [
                other.id
                for other in addition.nodes[addition.nodes.index(live) :]
                if other.node.task == spot.task and other.node.slot in (None, slot)
            ]
            return self._breach(
                maker,
                f"{maker.id} may grow at most {spot.max} of {slot!r}; this would be "
                f"{spot.max + len(over)}",
                f"Leave out {listed(over)}, or raise the bound.",
            )
        return None

    def _breach_of_wire(self, maker: LiveNode | None, pair: LivePair) -> Breach | None:
        source, target = pair.source, pair.target
        if maker is not None and not self._forms[maker.node.task].open:
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
        form = self._forms[owner.node.task]
        if form.open or first.node.slot is None or second.node.slot is None:
            return None
        if form.may_precede(first.node.slot, second.node.slot):
            return None
        a, b = first.node.slot, second.node.slot
        return self._breach(
            owner,
            f"the edge {source.id} -> {target.id} puts {a!r} before {b!r}",
            f"Drop it, or declare shape = free({a}, {b}) for any order, or seq({a}, {b}) for every "
            f"{a!r} before every {b!r}.",
        )

    def breach_of_ending(self, live: LiveNode) -> Breach | None:
        """What `live` would leave undone if it ended now."""
        form = self._forms[live.node.task]
        have = self.have.get(live, {})
        lacking = [] if form.open else missing(form.rest(have))
        if lacking:
            return self._breach(
                live,
                f"{live.id} ended, and {' and '.join(lacking)} had to come",
                f"Grow {' and '.join(lacking)} before {live.id!r} ends.",
            )
        for before, after in form.steps(have) if have else ():
            gap = _gap(live, before, after)
            if gap is not None:
                return self._breach(
                    live,
                    f"{gap[0].id} must come before {gap[1].id}, and no edge says so",
                    f"Add {gap[0].id} -> {gap[1].id} (for example with .after).",
                )
        return None

    def _breach(self, maker: LiveNode, why: str, advice: str) -> Breach:
        form, declared = self._forms[maker.node.task], self._declared[maker.node.task]
        says = f"{maker.node.task} grows {words(form.shape)}"
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


def _gap(owner: LiveNode, before: list[str], after: list[str]) -> tuple[LiveNode, LiveNode] | None:
    """Two nodes that `owner` grew, the first in slots `before`, the second in slots `after`,
    with no path between them inside the scope. Only the ends of each group need an edge."""
    first = [live for live in owner.made if live.node.slot in before]
    second = [live for live in owner.made if live.node.slot in after]
    ends = [a for a in first if not any(_fills(b, owner, before) for b in a.out)]
    starts = [b for b in second if not any(_fills(a, owner, after) for a in b.into)]
    for a in ends:
        for b in starts:
            if b not in a.out:
                return a, b
    return None


def _fills(live: LiveNode, owner: LiveNode, slots: list[str]) -> bool:
    return live.maker is owner and live.node.slot in slots


def listed(names: list[str]) -> str:
    """The first few of `names`."""
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:5])}, ... ({len(names)})"
