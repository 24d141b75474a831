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
from foretell.promises.form import Form, Rest, words
from foretell.promises.growing import Declared, Growing, listed
from foretell.promises.language import Count, Vowed
from foretell.promises.ledger import Breach, Entry, Ledger
from foretell.promises.matching import Matcher
from foretell.promises.productive import endless
from foretell.promises.prospects import NONE, Span
from foretell.promises.selectors import ANY
from foretell.promises.shapes import leaves
from foretell.promises.wellformed import vow_fault


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
    nodes, and the least and the most that may still come. `owed` is whether promises still ask
    for their least: not in a run that has failed.
    """

    def __init__(self) -> None:
        self.graph = LiveGraph()
        self.owed = True
        self.forms: dict[str, Form] = {}
        self.declared: dict[str, Declared] = {}
        self.matcher = Matcher(self.graph)
        self.ledger = Ledger(self.graph, self.matcher, self.forms)
        self.growing = Growing(self.forms, self.declared)
        self.have = self.growing.have
        self.growers: dict[LiveNode, None] = {}
        self.size = self.ledger.open_entry(Vowed(Count(ANY)), 0)

    @property
    def promises(self) -> list[Entry]:
        """The promises that somebody made, in order."""
        return [entry for entry in self.ledger.entries if entry is not self.size]

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
            promises = [_spoken(vowed, maker) for vowed in promises]
            proposal.addition.add(nodes, edges)
        except UserError:
            self._undeclare(proposal)
            raise
        try:
            self._save(proposal)
            proposal.breach = self.growing.breach_of(proposal.addition, proposal.filled)
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
        self.growing.empty(proposal.filled)
        self.matcher.forget(proposal.addition.nodes)
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
            maker = proposal.addition.maker
            if maker is not None and not self.forms[maker.node.task].open:
                raise LawBroken(f"{maker.id!r} may not bring a task of its own ({name!r})")
            try:
                self.forms[name] = Form(declared.grows)
            except UserError as fault:
                raise LawBroken(f"task {name!r}: {fault}") from None
            self.declared[name] = declared
            self.matcher.tags[name] = declared.tags
            proposal.tasks.append(name)
        self._check_growth(proposal.tasks)

    def _check_growth(self, tasks: Sequence[str]) -> None:
        """What newly declared tasks may grow is known, and can come to an end."""
        grows = {name: self.forms[name].shape for name in tasks}
        for name, shape in grows.items():
            for leaf in leaves(shape):
                if leaf.task not in self.forms:
                    hint = nearest(leaf.task[:80], self.forms)
                    raise LawBroken(f"task {name!r} grows an unknown task {leaf.task!r:.80}{hint}")
        stuck = endless(grows)
        if stuck is not None:
            raise LawBroken(
                f"task {stuck!r} grows {words(grows[stuck]):.300}, which can never end: each of its "
                f"nodes must grow another in turn; make that growth optional, with may(...) or many(...)"
            )

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

    def _enter(self, proposal: Proposal, promises: Sequence[Vowed]) -> None:
        """Brings the numbers up to date with the addition, and opens the new promises."""
        ledger = self.ledger
        for live in proposal.addition.nodes:
            ledger.add_node(live)
            if not self.forms[live.node.task].empty:
                self.growers[live] = None
        for pair, edge in proposal.addition.pairs:
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
        advice = f"Leave out {over} of {listed(names)}, or widen the promise."
        if over >= len(names):
            advice = f"Leave out {listed(names)}, or widen the promise."
        return replace(breach, advice=advice)

    # --- the other events ---

    def rest(self, live: LiveNode) -> Rest:
        """What `live` may still grow."""
        return self.forms[live.node.task].rest(self.have.get(live, {}))

    def would_end(self, live: LiveNode) -> Breach | None:
        """What `live` would leave unkept of its own growth if it were done now. It owes that also
        in a run that has failed elsewhere, for it ends well itself."""
        return self.growing.breach_of_ending(live)

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


def _spoken(vowed: Vowed, maker: LiveNode | None) -> Vowed:
    """`vowed`, by whoever really makes it. Raises `LawBroken` if it says nothing sensible."""
    if why := vow_fault(vowed):
        raise LawBroken(f"the promise {vowed.says or vowed.promise.kind!r:.80}: {why}")
    return vowed if maker is None else replace(vowed, by=maker.id)


def below(maker: LiveNode) -> list[LiveNode]:
    """All nodes under `maker`, makers first."""
    out = list(maker.made)
    for live in out:
        out.extend(live.made)
    return out
