"""The judge: the live graph, what each node may grow, and the ledger, kept in step.

Every event goes through here. A proposal is applied at once and can be undone, so that asking,
refusing and applying are one piece of code. The judge raises `LawBroken` for a broken law and
returns a `Breach` for a promise that could no longer be kept; what follows from either (an answer
to the task, the end of the run) is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from foretell.errors import LawBroken, UserError, nearest
from foretell.graph.growth import Addition
from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair
from foretell.graph.model import Edge, Node
from foretell.promises.form import Form, Rest, missing, words
from foretell.promises.language import Count, Vowed
from foretell.promises.ledger import Breach, Entry, Ledger
from foretell.promises.matching import Matcher
from foretell.promises.prospects import NONE, Span
from foretell.promises.selectors import ANY
from foretell.promises.shapes import Shape


@dataclass(frozen=True, slots=True)
class Declared:
    """What the judge knows of a task: what its nodes may grow (None: nobody said), where that is
    written, and the tags its nodes are born with."""

    grows: Shape | None = None
    where: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Proposal:
    """A change that stands in the graph, and how to take it out again."""

    addition: Addition
    breach: Breach | None = None
    tasks: list[str] = field(default_factory=list)
    entries: int = 0
    numbers: list[tuple[int, float, float, int]] = field(default_factory=list)
    shares: dict[LiveNode, list[Span]] = field(default_factory=dict)
    filled: list[tuple[LiveNode, str]] = field(default_factory=list)


class Judge:
    """Judges all events of one run.

    `graph` is the live view, `forms` the growth by task, `have` how full each slot is of what a
    node grew, `growers` the nodes that may still grow. `size` promises nothing: it counts all
    nodes, and the least and the most that may still come.
    """

    def __init__(self) -> None:
        self.graph = LiveGraph()
        self.forms: dict[str, Form] = {}
        self.declared: dict[str, Declared] = {}
        self.matcher = Matcher(self.graph)
        self.ledger = Ledger(self.graph, self.matcher, self.forms)
        self.have: dict[LiveNode, dict[str, int]] = {}
        self.growers: dict[LiveNode, None] = {}
        self.size = self.ledger.open_entry(Vowed(Count(ANY)), 0)

    # --- changes ---

    def propose(
        self,
        maker: LiveNode | None,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        promises: Sequence[Vowed] = (),
        tasks: Mapping[str, Declared] | None = None,
        *,
        owed: bool = True,
    ) -> Proposal:
        """Applies a change. Raises `LawBroken` with nothing applied; a breach is in the result,
        and then the change is applied but should be undone. `owed`: see `Ledger.breach`."""
        proposal = Proposal(Addition(self.graph, maker))
        nodes = tuple(nodes)
        try:
            self._declare(proposal, tasks or {})
            for node in nodes:
                if node.task not in self.forms:
                    hint = nearest(node.task, self.forms)
                    raise LawBroken(f"node {node.id!r} is of an unknown task {node.task!r}{hint}")
            proposal.addition.add(nodes, edges)
        except UserError:
            self._undeclare(proposal)
            raise
        try:
            self._save(proposal)
            proposal.breach = self._breach_of_growth(proposal)
            self._enter(proposal, promises)
            if proposal.breach is None:
                proposal.breach = self._breach_in_ledger(proposal, owed)
        except LawBroken:
            self.undo(proposal)
            raise
        return proposal

    def undo(self, proposal: Proposal) -> None:
        """Takes a proposal out again; everything is as it was."""
        for live in proposal.addition.nodes:
            self.growers.pop(live, None)
            for entry in self.ledger.entries:
                entry.shares.pop(live, None)
        del self.ledger.entries[proposal.entries :]
        for i, entry in enumerate(self.ledger.entries):
            for grower, spans in proposal.shares.items():
                if spans[i] == NONE:
                    entry.shares.pop(grower, None)
                else:
                    entry.shares[grower] = spans[i]
            entry.have, entry.low, entry.high, entry.endless = proposal.numbers[i]
        for maker, slot in proposal.filled:
            have = self.have[maker]
            have[slot] -= 1
            if not have[slot]:
                del have[slot]
        proposal.addition.undo()
        self._undeclare(proposal)

    def _declare(self, proposal: Proposal, tasks: Mapping[str, Declared]) -> None:
        for name, declared in tasks.items():
            known = self.declared.get(name)
            if known is not None:
                if known != declared:
                    raise LawBroken(
                        f"another task is called {name!r} in this run; give this one another name"
                    )
                continue
            self.forms[name] = Form(declared.grows)
            self.declared[name] = declared
            self.matcher.tags[name] = declared.tags
            proposal.tasks.append(name)

    def _undeclare(self, proposal: Proposal) -> None:
        for name in proposal.tasks:
            del self.forms[name], self.declared[name], self.matcher.tags[name]
        proposal.tasks.clear()

    def _save(self, proposal: Proposal) -> None:
        """Remembers the numbers that entering the proposal will change."""
        proposal.entries = len(self.ledger.entries)
        proposal.numbers = [entry.numbers() for entry in self.ledger.entries]
        for grower in self._affected(proposal):
            proposal.shares[grower] = [
                entry.shares.get(grower, NONE) for entry in self.ledger.entries
            ]

    def _affected(self, proposal: Proposal) -> list[LiveNode]:
        """The growers, old ones, whose future the proposal changes: its maker, and whoever got a
        new successor that its growth must precede."""
        found: dict[LiveNode, None] = {}
        if proposal.addition.maker is not None:
            found[proposal.addition.maker] = None
        for pair, _ in proposal.addition.pairs:
            found[pair.source] = None
        return [live for live in found if live in self.growers]

    def _breach_of_growth(self, proposal: Proposal) -> Breach | None:
        maker = proposal.addition.maker
        for live in proposal.addition.nodes:
            breach = self._fill_slot(proposal, maker, live) if maker is not None else None
            if breach is not None:
                return breach
        for pair, edge in proposal.addition.pairs:
            if edge.edge.kind != "structural":
                breach = self._breach_of_wire(maker, pair, edge)
                if breach is not None:
                    return breach
        return None

    def _fill_slot(self, proposal: Proposal, maker: LiveNode, live: LiveNode) -> Breach | None:
        form, node = self.forms[maker.node.task], live.node
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
            return self._growth_breach(
                maker,
                f"{maker.id} may not grow {node.id!r}, a node of task {node.task!r}{wanted}",
                f"Leave {node.id!r} out, or give {maker.node.task!r} a right to it.",
            )
        have = self.have.setdefault(maker, {})
        return self._take_slot(proposal, maker, live, slot, form, have)

    def _take_slot(
        self,
        proposal: Proposal,
        maker: LiveNode,
        live: LiveNode,
        slot: str,
        form: Form,
        have: dict[str, int],
    ) -> Breach | None:
        spot = form.spots[slot]
        other = form.conflict(slot, have)
        if other:
            return self._growth_breach(
                maker,
                f"{maker.id} grew {other!r} already, which excludes {slot!r}",
                f"Grow {slot!r} or {other!r}, not both.",
            )
        if spot.max is not None and have.get(slot, 0) >= spot.max:
            nodes = proposal.addition.nodes
            over = [
                other.id
                for other in nodes[nodes.index(live) :]
                if other.node.task == spot.task and other.node.slot in (None, slot)
            ]
            return self._growth_breach(
                maker,
                f"{maker.id} may grow at most {spot.max} of {slot!r}; this would be "
                f"{spot.max + len(over)}",
                f"Leave out {_listed(over)}, or raise the bound.",
            )
        have[slot] = have.get(slot, 0) + 1
        proposal.filled.append((maker, slot))
        if live.node.slot != slot:
            live.node = replace(live.node, slot=slot)
        return None

    def _breach_of_wire(
        self, maker: LiveNode | None, pair: LivePair, edge: LiveEdge
    ) -> Breach | None:
        source, target = pair.source, pair.target
        if maker is not None and not self.forms[maker.node.task].open:
            inside = target.maker is maker and (source is maker or source.maker is maker)
            if not inside:
                return self._growth_breach(
                    maker,
                    f"{maker.id} wired {source.id} -> {target.id}, but may only wire what it "
                    f"grew itself",
                    "Drop that edge, or let the task grow Anything.",
                )
        first, second = _in_one_scope(source, target)
        owner = first.maker
        if owner is None or owner is not second.maker or first is second:
            return None
        form = self.forms[owner.node.task]
        if form.open or first.node.slot is None or second.node.slot is None:
            return None
        if form.may_precede(first.node.slot, second.node.slot):
            return None
        return self._growth_breach(
            owner,
            f"the edge {source.id} -> {target.id} puts {first.node.slot!r} before "
            f"{second.node.slot!r}",
            f"Drop it, or declare shape = seq({first.node.slot}, {second.node.slot}) or free(...).",
        )

    def _enter(self, proposal: Proposal, promises: Sequence[Vowed]) -> None:
        """Brings the numbers up to date with the addition, and opens the new promises."""
        ledger = self.ledger
        for live in proposal.addition.nodes:
            ledger.add_node(live)
            if not self.forms[live.node.task].empty:
                self.growers[live] = None
        entered: set[LiveEdge] = set()
        if ledger.entries:
            for pair, edge in proposal.addition.pairs:
                if edge not in entered:
                    entered.add(edge)
                    ledger.add_edge(pair, edge)
        touched = [*proposal.shares, *(n for n in proposal.addition.nodes if n in self.growers)]
        for grower in touched:
            ledger.share(grower, self.rest(grower), ledger.entries[: proposal.entries])
        for vowed in promises:
            entry = ledger.open_entry(vowed, self.graph.births)
            for grower in self.growers:
                ledger.share(grower, self.rest(grower), (entry,))

    def _breach_in_ledger(self, proposal: Proposal, owed: bool) -> Breach | None:
        found = self.ledger.breach(owed=owed)
        if found is None:
            return None
        entry, breach = found
        most = entry.vowed.promise.max
        if most is None or breach.advice:
            return breach
        over = int(entry.have + entry.low - most)
        names = [
            live.id for live in proposal.addition.nodes if self.ledger.counts_node(entry, live)
        ]
        names += [
            f"{pair.source.id} -> {pair.target.id}"
            for pair, edge in proposal.addition.pairs
            if self.ledger.counts_edge(entry, pair, edge)
        ]
        if not names:
            return breach
        advice = f"Leave out {over} of {_listed(names)}, or widen the promise."
        if over >= len(names):
            advice = f"Leave out {_listed(names)}, or widen the promise."
        return replace(breach, advice=advice)

    # --- the other events ---

    def rest(self, live: LiveNode) -> Rest:
        """What `live` may still grow."""
        return self.forms[live.node.task].rest(self.have.get(live, {}))

    def would_end(self, live: LiveNode, *, owed: bool) -> Breach | None:
        """What `live` would leave unkept of its own growth if it were done now."""
        return self._breach_of_ending(live) if owed else None

    def finish(self, live: LiveNode) -> list[LiveNode]:
        """`live` is done. Returns the nodes that may start now."""
        ready = self.graph.finish(live)
        self.silence((live,))
        return ready

    def silence(self, nodes: Iterable[LiveNode]) -> None:
        """These nodes will grow nothing any more."""
        for live in nodes:
            if self.growers.pop(live, True) is None:
                self.ledger.share(live, None, self.ledger.entries)

    def breach(self, *, owed: bool) -> Breach | None:
        found = self.ledger.breach(owed=owed)
        return found[1] if found else None

    def retire(
        self,
        maker: LiveNode,
        edges: Iterable[tuple[LivePair, LiveEdge]],
        entries: Iterable[Entry],
    ) -> tuple[list[LiveNode], list[LiveNode]]:
        """Takes out what a trial of `maker` added: the nodes it made and what they made, the
        `edges` it added between other nodes, and its promises.

        Returns the retired nodes, and the nodes that may start because of it.
        """
        nodes = below(maker)
        gone, ready, touched = set(nodes), [], {maker: None}
        self.silence(nodes)
        dropped = {id(entry) for entry in entries}
        self.ledger.entries = [e for e in self.ledger.entries if id(e) not in dropped]
        for pair, edge in edges:
            if pair.source in gone or pair.target in gone or edge not in pair.edges:
                continue
            self.ledger.drop_edge(pair, edge)
            waited = pair.target.unmet
            self.graph.drop_edge(pair, edge)
            touched[pair.source] = None
            if waited and not pair.target.unmet:
                ready.append(pair.target)
        for live in nodes:
            self.ledger.drop_node(live)
            for pair in [*live.out.values(), *live.into.values()]:
                touched[pair.source] = None
                if pair.target is live or pair.target not in gone:
                    for edge in reversed(pair.edges):
                        self.ledger.drop_edge(pair, edge)
                        pair.edges.remove(edge)
        ready += self.graph.retire(nodes)
        self.have.pop(maker, None)
        for live in nodes:
            self.have.pop(live, None)
        for grower in touched:
            if grower in self.growers:
                self.ledger.share(grower, self.rest(grower), self.ledger.entries)
        return nodes, [live for live in ready if live not in gone]

    def _breach_of_ending(self, live: LiveNode) -> Breach | None:
        form = self.forms[live.node.task]
        have = self.have.get(live, {})
        lacking = [] if form.open else missing(form.rest(have))
        if lacking:
            return self._growth_breach(
                live,
                f"{live.id} ended, and {' and '.join(lacking)} had to come",
                f"Grow {' and '.join(lacking)} before {live.id!r} ends.",
            )
        for before, after in form.steps(have) if have else ():
            gap = _gap(live, before, after)
            if gap is not None:
                return self._growth_breach(
                    live,
                    f"{gap[0].id} must come before {gap[1].id}, and no edge says so",
                    f"Add {gap[0].id} -> {gap[1].id} (for example with .after).",
                )
        return None

    def _growth_breach(self, maker: LiveNode, why: str, advice: str) -> Breach:
        form, declared = self.forms[maker.node.task], self.declared[maker.node.task]
        says = f"{maker.node.task} grows {words(form.shape)}"
        return Breach(says, f"task {maker.node.task!r}", declared.where, why, advice)


def below(maker: LiveNode) -> list[LiveNode]:
    """All nodes under `maker`, makers first."""
    out = list(maker.made)
    for live in out:
        out.extend(live.made)
    return out


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
    ends = [a for a in first if not any(b in a.out for b in first if b is not a)]
    starts = [b for b in second if not any(a in b.into for a in second if a is not b)]
    for a in ends:
        for b in starts:
            if b not in a.out:
                return a, b
    return None


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:5])}, ... ({len(names)})"
