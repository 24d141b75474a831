"""Where edges may still end that no drawn edge foretells: the `in_open` of nodes and classes.

Such edges come from nodes that may grow anything: they may wire whatever exists to whatever has
not started and does not come before them, as far as the promises leave it. And what a node grew
itself it may wire as its shape allows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from foretell.graph.live import LiveNode, Status
from foretell.horizon.coming import Future
from foretell.horizon.model import REAL, ClassId
from foretell.horizon.weighing import Drawn
from foretell.promises.filled import Path, split_slot
from foretell.promises.form import Form
from foretell.promises.judge import Judge
from foretell.promises.matching import Subject


class Openings:
    """Answers for one moment, of which `future` is what may still come."""

    def __init__(self, judge: Judge, future: Future) -> None:
        self._judge = judge
        self._future = future
        self._drawn = drawn = future.drawn
        self._edges = {(edge.source, edge.target) for edge in future.edges}
        self._wild = list({d.coming.root(): None for d in drawn if d.wild})
        self._wild += [g for g in judge.growers if judge.forms.wires(g)]
        self._wild = list(dict.fromkeys(self._wild))
        roots = [d.coming.root() for d in drawn] if self._wild else []
        self._before = {node: _ancestors(node) for node in dict.fromkeys([*roots, *self._wild])}
        self._siblings: dict[LiveNode, list[LiveNode]] = {}
        for grower in judge.growers:
            for live, others in _open_among_siblings(judge, grower).items():
                self._siblings[live] = [o for o in others if self._future.allows(o, live, grower)]

    @property
    def among(self) -> Collection[LiveNode] | None:
        """The only nodes before which somebody may come; None: whoever wires may choose any."""
        return None if self._wild else self._siblings

    def of_node(self, live: LiveNode) -> tuple[ClassId, ...]:
        if live.status is not Status.WAITING:
            return ()
        wirers = [g for g in self._wild if g is not live and live not in self._before[g]]
        siblings = self._siblings.get(live, [])
        near = self._drawn if siblings else ()
        found = [d.node_class.id for d in near if d.coming.root() in siblings]
        for d in self._drawn if wirers else ():
            root = d.coming.root()
            if root is live or live in self._before[root]:
                continue  # they come after it
            in_time = self._in_time(root, live, wirers)
            ends = (d.node_class.id, live.id)
            if ends not in self._edges and self._any(d.coming, live, in_time):
                found.append(d.node_class.id)
        if siblings or (wirers and self._some_real_source(live, live, [live], wirers)):
            found.append(REAL)
        return tuple(dict.fromkeys(found))

    def of_class(self, target: Drawn) -> tuple[ClassId, ...]:
        """Who wires must still run when the node has come, and must not come after it."""
        if not self._wild:
            return ()
        sinks, born = target.sinks, self._before[target.coming.root()]
        wirers = [
            g
            for g in self._wild
            if g not in born and not any(s is g or s in self._before[g] for s in sinks)
        ]
        found = []
        for d in self._drawn if wirers else ():
            root = d.coming.root()
            if any(s is root or s in self._before[root] for s in sinks):
                continue
            if d is target and d.node_class.max == 1:
                continue
            ends = (d.node_class.id, target.node_class.id)
            in_time = self._in_time(root, target.coming, wirers)
            if ends in self._edges or not self._future.still_fit([d, target]):
                continue
            if self._any(d.coming, target.coming, in_time):
                found.append(d.node_class.id)
        if wirers and self._some_real_source(target.coming, target.node_class.id, sinks, wirers):
            found.append(REAL)
        return tuple(found)

    def _in_time(self, root: LiveNode, target: Subject, wirers: list[LiveNode]) -> list[LiveNode]:
        """Those of `wirers` that may still run when what `root` grows has come, or that may wire
        `root` itself, after which all that it grows follows."""
        before = self._before[root]
        return [g for g in wirers if g not in before or self._future.allows(root, target, g)]

    def _any(self, source: Subject, target: Subject, wirers: list[LiveNode]) -> bool:
        """Whether one of `wirers` may add an edge between these."""
        return any(self._future.allows(source, target, wirer) for wirer in wirers)

    def _some_real_source(
        self,
        target: Subject,
        name: LiveNode | ClassId,
        below: Sequence[LiveNode],
        wirers: list[LiveNode],
    ) -> bool:
        """Whether an edge from a node that exists may still come to `target`, a node or a class
        of that name; `below` are what it precedes (a node: itself), with all that follows."""
        after: set[LiveNode] = set(below)
        for live in below:
            after |= _descendants(live)
        for source in self._judge.graph.nodes.values():
            if source in after or self._is_drawn(source, name):
                continue
            if not self._any(source, target, wirers):
                continue
            # What the source made must then come before the target too.
            if _is_made_under(target, source) or all(
                made not in after
                and (self._is_drawn(made, name) or self._any(made, target, wirers))
                for made in _made_under(source)
            ):
                return True
        return False

    def _is_drawn(self, source: LiveNode, target: LiveNode | ClassId) -> bool:
        if isinstance(target, LiveNode):
            return source in target.into
        return (source.id, target) in self._edges


def _made_under(live: LiveNode) -> list[LiveNode]:
    found = list(live.made)
    for made in found:
        found.extend(made.made)
    return found


def _is_made_under(target: Subject, source: LiveNode) -> bool:
    if isinstance(target, LiveNode):
        return target.is_under(source)
    root = target.root()
    return root is source or root.is_under(source)


def _open_among_siblings(judge: Judge, grower: LiveNode) -> dict[LiveNode, list[LiveNode]]:
    """For each waiting node that `grower` grew, the others of them that it may still wire before
    it."""
    form = judge.forms.of(grower)
    out: dict[LiveNode, list[LiveNode]] = {}
    if not form.ordered or len(grower.made) < 2:
        return out
    siblings = Siblings(form, grower.made)
    for live in grower.made:
        near = siblings.near(live) if live.status is Status.WAITING else []
        if near:
            below = _descendants(live)
            before = [
                other
                for group in near
                for other in group
                if other is not live
                and other not in live.into
                and other not in below
                and form.may_precede(other.node.slot or "", live.node.slot or "")
            ]
            if before:
                out[live] = before
    return out


class Siblings:
    """What one node grew, by slot and by instance: nodes of two instances are in no order, unless
    these are rounds."""

    def __init__(self, form: Form, made: Sequence[LiveNode]) -> None:
        self._form = form
        self._by_slot: dict[str, dict[int | None, list[LiveNode]]] = {}
        self._ordered: dict[tuple[str, str], bool] = {}
        for live in made:
            name, keys = split_slot(live.node.slot or "")
            by_key = self._by_slot.setdefault(name, {})
            by_key.setdefault(keys[0] if keys else None, []).append(live)

    def near(self, live: LiveNode) -> list[list[LiveNode]]:
        """Groups among which are all that may be wired before `live`."""
        slot = live.node.slot or ""
        name, keys = split_slot(slot)
        found: list[list[LiveNode]] = []
        for other, by_key in self._by_slot.items():
            home = self._home(name) if keys else None
            if home is not None and self._home(other) == home:
                rounds = by_key if self._form.is_loop(home) else keys[:1]
                found += [by_key.get(key, []) for key in rounds if key is None or key <= keys[0]]
            elif self._may_precede(other, by_key, slot, name):
                found += by_key.values()
        return found

    def _home(self, name: str) -> Path | None:
        """The outermost group of the shape that may come several times and has this place."""
        spot = self._form.spots.get(name)
        return spot.homes[0] if spot is not None and spot.homes else None

    def _may_precede(
        self, other: str, by_key: Mapping[int | None, list[LiveNode]], slot: str, name: str
    ) -> bool:
        """Whether nodes of one place may lie before those of another, in whatever instances."""
        if (other, name) not in self._ordered:
            first = next(iter(by_key.values()))[0]
            answer = self._form.may_precede(first.node.slot or "", slot)
            self._ordered[other, name] = answer
        return self._ordered[other, name]


def _ancestors(live: LiveNode) -> set[LiveNode]:
    found: set[LiveNode] = set()
    stack = [live]
    while stack:
        for source in stack.pop().into:
            if source not in found:
                found.add(source)
                stack.append(source)
    return found


def _descendants(live: LiveNode) -> set[LiveNode]:
    found: set[LiveNode] = set()
    stack = [live]
    while stack:
        for target in stack.pop().out:
            if target not in found:
                found.add(target)
                stack.append(target)
    return found
