"""A promise that each node of some kind comes after one of another: `Every(deploy, out_of=approve)`.

Followed where it is the only promise, one node alone may still grow, and wire what it grows freely:
then what needs comes only with what it needs, and never before all of that. Elsewhere nothing is
said here, and the drawing is wider than the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from foretell.graph.back import cone
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId, NodeClass, SeenEdge
from foretell.horizon.sketch import Sketch
from foretell.promises.atoms import Misfits
from foretell.promises.entry import Entry
from foretell.promises.judge import Judge
from foretell.promises.matching import Subject
from foretell.promises.rest import Rest, Room, Rooms, has_room

MOST_ASKED = 50
"""Of more nodes that are needed it is not looked at, one by one, what comes before them."""


class Need:
    """What `entry` leaves of `sketch`. `applies` says whether that is all it leaves."""

    def __init__(self, judge: Judge, entry: Entry, sketch: Sketch) -> None:
        self._judge = judge
        self._entry = entry
        self._sketch = sketch
        self.applies = self._is_followed()

    def _is_followed(self) -> bool:
        judge, entry = self._judge, self._entry
        outcomes = judge.graph.outcomes
        return (
            judge.owed
            and _asks_for_one(entry)
            and not (outcomes.soft or outcomes.families or judge.graph.back.all)
            and self._grows_freely()
            and self._is_told_apart()
        )

    def _grows_freely(self) -> bool:
        """Whether one node may grow nodes that grow nothing, in any order."""
        rests = {grower: self._judge.rest_one_by_one(grower) for grower in self._judge.growers}
        growing = [grower for grower, rest in rests.items() if has_room(rest)]
        if len(growing) != 1 or not _is_free(rests[growing[0]]):
            return False
        if any(map(self._judge.forms.wires, rests)):
            return False
        (self._grower,) = growing
        return all(d.node_class.maker == self._grower.id for d in self._sketch.drawn)

    def _is_told_apart(self) -> bool:
        """Sorts what there is and what comes into what needs, what is needed, and others."""
        self._real: list[LiveNode] = []
        """What is needed and there."""
        self._lacking: list[LiveNode] = []
        """What is there and still lacks it."""
        for live in self._judge.graph.nodes.values():
            needs, needed = self._sorted(live)
            if needs is None or ((needs or needed) and live.maker is not self._grower):
                return False
            if needed:
                self._real.append(live)
            if needs and not any(self._sorted(source)[1] for source in live.into):
                self._lacking.append(live)
        self._needs: list[ClassId] = []
        self._needed: list[NodeClass] = []
        for drawn in self._sketch.drawn:
            needs, needed = self._sorted(drawn.coming)
            if needs is None:
                return False
            self._needs += [drawn.node_class.id] if needs else []
            self._needed += [drawn.node_class] if needed else []
        return self._is_simple()

    def _is_simple(self) -> bool:
        """Whether one provider is as good as another, and which must come can be drawn."""
        self._after_lacking = set(cone(*self._lacking))
        if not self._needed:
            if len(self._real) > MOST_ASKED:
                return False
            self._above = {live: _above(live) for live in self._real}
        if self._after_lacking & set(self._real):
            return False
        if self._lacking and not self._needed:
            return any(live.status is not Status.WAITING for live in self._real)
        return not self._is_owed() or len(self._needed) == 1

    def _sorted(self, subject: Subject) -> tuple[bool | None, bool | None]:
        """Whether it needs something, and whether it is needed; None twice if that is not sure."""
        promise, since = self._entry.promise, self._entry.since
        assert isinstance(promise, Misfits)
        selects = self._judge.matcher.selects
        needs, needed = (selects(one, subject, since) for one in (promise.of, promise.other))
        sure = needs is not None and needed is not None and not (needs and needed)
        return (needs, needed) if sure else (None, None)

    def _is_owed(self) -> bool:
        """Whether something that is needed must still come."""
        must = any(d.node_class.min for d in self._sketch.drawn if d.node_class.id in self._needs)
        return (must or bool(self._lacking)) and not self._real

    # --- what is left of the sketch ---

    def narrow(self) -> None:
        """Takes out of the sketch what cannot come."""
        for drawn in self._sketch.drawn if self._is_owed() else ():
            if drawn.node_class in self._needed:
                drawn.node_class = replace(drawn.node_class, min=max(1, drawn.node_class.min))
        most = len(self._real) + sum(inf if c.max is None else c.max for c in self._needed)
        gone = set() if most else set(self._needs)
        self._sketch.drawn = [d for d in self._sketch.drawn if d.node_class.id not in gone]
        edges = [self._left_of(edge, only=most == 1) for edge in self._sketch.edges]
        self._sketch.edges = [e for e in edges if e is not None and not {e.source, e.target} & gone]

    def _left_of(self, edge: SeenEdge, *, only: bool) -> SeenEdge | None:
        """`edge`, if it can come; `only`: there will be no more than one node that is needed."""
        needed = {*(c.id for c in self._needed), *(live.id for live in self._real)}
        needs = {*self._needs, *(live.id for live in self._lacking)}
        if edge.kind != "order":
            return edge
        if only and edge.source in needed and edge.target in needs:
            return replace(edge, existence="will")
        if only and edge.target in needed and (edge.source in needs or self._follows(edge.source)):
            return None
        target = self._judge.graph.nodes.get(edge.target)
        if target is None or edge.source not in self._needs or self._needed:
            return edge
        free = (x is not target and target not in above for x, above in self._above.items())
        return edge if any(free) else None

    def _follows(self, source: NodeId | ClassId) -> bool:
        """Whether it comes after something that lacks what it needs."""
        return self._judge.graph.nodes.get(source) in self._after_lacking


def _asks_for_one(entry: Entry) -> bool:
    promise = entry.promise
    if not isinstance(promise, Misfits) or promise.outward or promise.max != 0:
        return False
    return promise.each.min == 1 and promise.each.max is None and not entry.have


def _is_free(rest: Rest) -> bool:
    if not isinstance(rest, Rooms) or rest.order != "free":
        return False
    return all(isinstance(part, Room) for part in rest.of)


def _above(live: LiveNode) -> dict[LiveNode, None]:
    """All that comes before it."""
    seen = dict.fromkeys(live.into)
    todo = list(seen)
    for node in todo:
        new = [source for source in node.into if source not in seen]
        seen.update(dict.fromkeys(new))
        todo += new
    return seen


def needs(judge: Judge, entries: Sequence[Entry], sketch: Sketch) -> Need | None:
    """What follows the only promise there is, if that can be followed."""
    if len(entries) != 1 or sketch.groups or sketch.bundles or not sketch.drawn:
        return None
    need = Need(judge, entries[0], sketch)
    return need if need.applies else None
