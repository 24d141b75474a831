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
from foretell.graph.live import LiveNode, LivePair, Status
from foretell.graph.model import Edge, Node, Restyle
from foretell.graph.outcomes import ENDED_BADLY, ruled_out_by
from foretell.promises.atoms import Atom
from foretell.promises.events import Events
from foretell.promises.formula import Holds, ways_out
from foretell.promises.growing import Declared, Gap, listed
from foretell.promises.language import Vowed
from foretell.promises.ledger import Breach, breach_of
from foretell.promises.looks import Dress, styled_in
from foretell.promises.narrowing import Narrowing
from foretell.promises.prospects import NONE, Span
from foretell.promises.reaching import unknown_in
from foretell.promises.refining import refused
from foretell.promises.tightening import Tightened
from foretell.promises.wellformed import promise_fault

_FOLLOWS = " (it follows from growth)"
"""Behind an edge that nobody wrote: to leave it out is to grow nothing there."""


@dataclass(slots=True)
class Proposal:
    """A change that stands in the graph, and how to take it out again."""

    addition: Addition
    breach: Breach | None = None
    tasks: list[str] = field(default_factory=list)
    accounts: int = 0
    numbers: list[tuple[Atom, tuple[int, float, float, int]]] = field(default_factory=list)
    shares: dict[LiveNode, list[Span]] = field(default_factory=dict)
    narrow: dict[LiveNode, Narrowing] = field(default_factory=dict)
    filled: list[tuple[LiveNode, str]] = field(default_factory=list)
    any_may_fail: bool = False
    dress: Dress = field(default_factory=Dress)
    tightened: Tightened = field(default_factory=Tightened)
    unordered: list[LiveNode] = field(default_factory=list)


class Judge(Events):
    """Judges all events of one run."""

    # --- changes ---

    def propose(
        self,
        maker: LiveNode | None,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        promises: Sequence[Vowed] = (),
        tasks: Mapping[str, Declared] | None = None,
        styles: Sequence[Restyle] = (),
        *,
        owed: bool = True,
    ) -> Proposal:
        """Applies a change. Raises `LawBroken` with nothing applied; a breach is in the result,
        and then the change is applied but should be undone. `owed`: see `Ledger.breach`."""
        proposal = Proposal(Addition(self.graph, maker))
        nodes = tuple(nodes)
        try:
            proposal.tasks = self.declarations.add(tasks or {}, maker)
            for node in nodes:
                if node.task not in self.forms:
                    hint = nearest(node.task, self.forms)
                    raise LawBroken(f"node {node.id!r} is of an unknown task {node.task!r}{hint}")
            promises = [self._spoken(vowed, maker) for vowed in promises]
            proposal.addition.add(nodes, edges)
        except UserError:
            self.declarations.drop(proposal.tasks)
            raise
        try:
            self._save(proposal)
            for vowed in promises:
                self.forms.promise(vowed, self.graph.births, self.graph.nodes.values())
            proposal.breach = (
                self._form_new(proposal)
                or self.growing.breach_of(proposal.addition, proposal.filled)
                or self._bind_old(proposal)
            )
            looks = [styled for vowed in promises for styled in styled_in(vowed)]
            self.looks.change(proposal.addition.nodes, styles, looks, proposal.dress)
            self._enter(proposal, promises)
            for vowed in promises if maker is not None else ():
                self._check_names(vowed)
            rounds = self.rounds
            for vowed in promises:
                rounds.check(vowed)
            for pair, edge in proposal.addition.pairs:
                if edge.edge.early:
                    self._refuse_growing(pair)
            if proposal.breach is None:
                proposal.breach = self._breach_in_ledger(proposal, owed) or proposal.dress.breach
            if proposal.breach is None and promises:
                proposal.breach = rounds.breach()
        except LawBroken:
            self.undo(proposal)
            raise
        return proposal

    def undo(self, proposal: Proposal) -> None:
        """Takes a proposal out again; everything is as it was."""
        self.looks.undo(proposal.dress)
        for live in proposal.addition.nodes:
            self.shares.forget(live)
            for entry in self.ledger.entries:
                entry.shares.pop(live, None)
        self.forms.any_may_fail = proposal.any_may_fail
        self.ledger.close_after(proposal.accounts)
        for i, entry in enumerate(self.ledger.entries):
            entry.kind.undo()
            for grower, spans in proposal.shares.items():
                if spans[i] == NONE:
                    entry.shares.pop(grower, None)
                else:
                    entry.shares[grower] = spans[i]
            entry.promise, numbers = proposal.numbers[i]
            entry.have, entry.low, entry.high, entry.endless = numbers
        self.shares.narrowings = proposal.narrow
        for live in proposal.unordered:
            del self.unordered[live]
        self.tightening.undo(proposal.tightened)
        self.growing.empty(proposal.filled)
        self.matcher.forget(proposal.addition.nodes)
        self.forms.forget(proposal.addition.nodes)
        proposal.addition.undo()
        self.declarations.drop(proposal.tasks)

    def _spoken(self, vowed: Vowed, maker: LiveNode | None) -> Vowed:
        """`vowed`, by whoever really makes it. Raises `LawBroken` if it says nothing sensible."""
        at, why = promise_fault(vowed.promise)
        if why:
            place = f" at {at}" if at else ""
            raise LawBroken(f"the promise {vowed.says or vowed.promise.kind!r:.80}{place}: {why}")
        return vowed if maker is None else replace(vowed, by=maker.id)

    def _check_names(self, vowed: Vowed) -> None:
        """A running node may have mistaken a name; what is registered was checked when read."""
        why = unknown_in(vowed.promise, self.graph, self.forms, self.growers)
        if why:
            raise LawBroken(f"the promise {vowed.says or vowed.promise.kind!r:.80}: {why}")

    def _refuse_growing(self, pair: LivePair) -> None:
        """What a node grows lies before all that comes after it, and who reads early has started."""
        source, target = pair.source, pair.target
        if not self.forms.of(source).empty or self.forms.wires(source):
            raise LawBroken(
                f"edge {source.id} -> {target.id}: {target.id!r} reads early what {source.id!r} emits, "
                f"and {source.id!r} may still grow nodes, which would come before {target.id!r}; let a "
                f"task emit that grows nothing, or read all of the port when it is final"
            )

    def _form_new(self, proposal: Proposal) -> Breach | None:
        """Decides what new nodes may grow, as promises leave it."""
        found = self.forms.born(proposal.addition.nodes, self.matcher)
        if found is None:
            return None
        vowed, why = found
        if proposal.addition.maker is None:
            raise LawBroken(refused(vowed, why))
        return breach_of(vowed, why, "Leave that node out, or widen the promise.")

    def _bind_old(self, proposal: Proposal) -> Breach | None:
        """Takes what a running node promises of growth to the nodes that are there."""
        nothing_new = len(self.forms.refinements) == proposal.tightened.refinements
        if proposal.addition.maker is None or nothing_new:
            return None
        old = dict.fromkeys(self.graph.nodes.values())
        for live in proposal.addition.nodes:
            del old[live]
        breach = self.tightening.bind(old, proposal.tightened)
        bound = proposal.tightened.before
        for live in bound:
            if live in self.growers:
                self._save_shares(proposal, live)
        for live in bound if breach is None else ():
            gap = self.growing.gap(live) if live.status is Status.DONE else None
            if gap is not None:
                if not self._may_be_joined(gap, None):
                    return self.growing.breach_of_gap(live, gap)
                proposal.unordered += [live] if live not in self.unordered else []
                self.unordered[live] = None
        return breach

    def _save(self, proposal: Proposal) -> None:
        """Remembers the numbers that entering the proposal will change."""
        proposal.accounts = len(self.ledger.accounts)
        proposal.numbers = [(entry.promise, entry.numbers()) for entry in self.ledger.entries]
        for entry in self.ledger.entries:
            entry.kind.save()
        proposal.narrow = self.shares.narrowings
        proposal.any_may_fail = self.forms.any_may_fail
        proposal.tightened = Tightened(len(self.forms.refinements))
        for grower in self._affected(proposal):
            self._save_shares(proposal, grower)

    def _save_shares(self, proposal: Proposal, grower: LiveNode) -> None:
        if grower in proposal.shares or grower in proposal.addition.nodes:
            return
        old = self.ledger.entries[: len(proposal.numbers)]
        proposal.shares[grower] = [entry.shares.get(grower, NONE) for entry in old]

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
            self.shares.born(live)
        for pair, edge in proposal.addition.pairs:
            ledger.add_edge(pair, edge)
        for grower in self.shares.turned():
            self._save_shares(proposal, grower)
        touched = [*proposal.shares, *(n for n in proposal.addition.nodes if n in self.growers)]
        for grower in touched:
            self.shares.share(grower, ledger.entries)
        for grower in _never_started(proposal.addition):
            if grower in self.growers:
                self._save_shares(proposal, grower)
                ledger.share(grower, None, ledger.entries)
        for vowed in promises:
            account = ledger.open(vowed, self.graph.births, proposal.addition.maker)
            for entry in account.entries if not self.owed else ():
                entry.kind.owe_nothing()
            for grower in self.growers:
                self.shares.share(grower, account.entries)
        self.shares.narrow(
            touched if not promises else self.growers,
            lambda grower: self._save_shares(proposal, grower),
        )

    def _breach_in_ledger(self, proposal: Proposal, owed: bool) -> Breach | None:
        found = self.ledger.breach(owed=owed)
        if found is None:
            return self.shares.jam() if owed else None
        formula, breach = found
        ways = (self._way_out(one, over, proposal) for one, over in ways_out(formula, owed=owed))
        known = [way for way in ways if way]
        if breach.advice or not known:
            return breach
        return replace(breach, advice=f"Leave out {' or '.join(known)}, or widen the promise.")

    def _way_out(self, one: Holds, over: int, proposal: Proposal) -> str:
        """What of a change to leave out, of which this counts so much too much."""
        kind = one.entry.kind
        names = [live.id for live in proposal.addition.nodes if kind.counts_node(live)]
        names += [
            f"{pair.source.id} -> {pair.target.id}{_FOLLOWS * (edge.edge.kind == 'structural')}"
            for pair, edge in proposal.addition.pairs
            if kind.counts_edge(pair, edge)
        ]
        return listed(names) if over >= len(names) else f"{over} of {listed(names)}"

    # --- ends ---

    def would_end(self, live: LiveNode) -> Breach | None:
        """What `live` would leave unkept of its own growth if it were done now. It owes that also
        in a run that has failed elsewhere, for it ends well itself."""
        breach = self.growing.breach_of_ending(live)
        for owner in (live, *self.unordered) if breach is None else ():
            gap = self.growing.gap(owner)
            if gap is not None and not self._may_be_joined(gap, live):
                return self.growing.breach_of_gap(owner, gap)
        return breach

    def breach_of_loss(self) -> Breach | None:
        """What can no longer be kept now that somebody ended who was not done."""
        for owner in self.unordered:
            gap = self.growing.gap(owner)
            if gap is not None and not self._may_be_joined(gap, owner):
                return self.growing.breach_of_gap(owner, gap)
        return self.breach(owed=self.owed)

    def _may_be_joined(self, gap: Gap, ending: LiveNode | None) -> bool:
        """Whether another node than `ending` may still add the edge that is missing."""
        others = (grower for grower in self.growers if grower is not ending)
        return gap[1].status is Status.WAITING and any(map(self.forms.may_open, others))


def _never_started(addition: Addition) -> list[LiveNode]:
    """The nodes that an addition has put behind what did not end well."""
    sources = {pair.source: None for pair, _ in addition.pairs if pair.strict}
    bad = [source for source in sources if source.status in ENDED_BADLY]
    return list(dict.fromkeys(live for source in bad for live in ruled_out_by(source)))
