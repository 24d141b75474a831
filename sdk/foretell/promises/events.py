"""Everything that happens to a run but changes: nodes start and end, and are taken back.

Each event brings the live graph, what may still grow, and the ledger in step. Whether it may happen
is not asked here: see `foretell.promises.judge`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Self

from foretell.graph.back import BackEdge, apart, cone
from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair, Status
from foretell.promises.declaring import Declarations
from foretell.promises.growing import Growing
from foretell.promises.language import Count, Vowed
from foretell.promises.ledger import Account, Breach, Ledger, Standing
from foretell.promises.looks import Dress, Looks
from foretell.promises.matching import Matcher
from foretell.promises.refining import Forms
from foretell.promises.rest import Rest
from foretell.promises.rounds import Rounds
from foretell.promises.selectors import ANY
from foretell.promises.sharing import Shares
from foretell.promises.tightening import Tightening


@dataclass(slots=True)
class Added:
    """What the trials of a node have added besides the nodes it made, so that it can be retired."""

    edges: list[tuple[LivePair, LiveEdge]] = field(default_factory=list)
    promises: list[Account] = field(default_factory=list)
    dresses: list[Dress] = field(default_factory=list)


class Events:
    """What is known of one run.

    `graph` is the live view, `forms` the growth by task, `have` how full each slot is of what a
    node grew, `shares` what nodes may still grow and how promises count it, `growers` the nodes that
    may, `unordered` those done that grew what lacks an edge, which others may still add. `size`
    promises nothing: it counts all nodes, and the least and the most that may still come.
    """

    def __init__(self) -> None:
        self.graph = LiveGraph()
        self.forms = Forms()
        self.matcher = Matcher(self.graph)
        self.declarations = Declarations(self.forms, self.matcher)
        self.growing = Growing(self.forms, self.declarations.known)
        self.tightening = Tightening(self.forms, self.growing, self.matcher)
        self.looks = Looks(self.graph, self.matcher)
        self.have = self.growing.have
        self.shares = Shares(self.graph, self.forms, self.growing)
        self.growers = self.shares.growers
        self.unordered: dict[LiveNode, None] = {}
        self.ledger = Ledger(self.graph, self.matcher, self.forms, self.growers)
        self.shares.ledger = self.ledger
        self.size = self.ledger.open(Vowed(Count(ANY)), 0).plain[0]

    @property
    def owed(self) -> bool:
        return self.shares.owed

    def owe_again(self) -> None:
        """What had failed is done again: promises ask for their least once more."""
        if not self.owed:
            self.shares.owed = True
            self.shares.narrowings = {}
            self.ledger.open_again()
            self.size = self.ledger.entries[0]
            self.shares.count_again(self.ledger.entries)

    def owe_nothing(self) -> None:
        """The run has failed: no promise asks for its least any more."""
        if self.owed:
            self.shares.owed = False
            for entry in self.ledger.entries:
                entry.kind.owe_nothing()
            self.shares.count_again(self.ledger.entries)

    @property
    def rounds(self) -> Rounds:
        """How often loops may still come round."""
        return Rounds(self.graph, self.ledger.accounts)

    @property
    def promises(self) -> list[Account]:
        """The promises that somebody made, in order."""
        return self.ledger.accounts[1:]

    def standing(self, account: Account) -> Standing:
        """Whether a promise is kept for good, holds, still wants something, or is broken."""
        found = self.ledger.standing(account, owed=self.owed)
        return "kept" if self.rounds.may_break(account.vowed) is False else found

    def without(self, ignored: Collection[Account]) -> Self:
        """The same moment, counted anew as if the promises in `ignored` had not been made. It
        shares the graph: ask it, and let it judge no event."""
        other = copy(self)
        other.shares = copy(self.shares)
        gone = {id(account) for account in ignored}
        other.count_anew(one for one in self.ledger.accounts if id(one) not in gone)
        return other

    def count_anew(self, accounts: Iterable[Account]) -> None:
        """Opens these promises in a ledger of its own."""
        accounts = tuple(accounts)
        self.ledger = Ledger(self.graph, self.matcher, self.forms, self.growers)
        self.shares.ledger, self.shares.narrowings = self.ledger, {}
        for account in accounts:
            self.ledger.open(account.vowed, account.since, account.maker)
        self.size = self.ledger.entries[0]
        for entry in self.ledger.entries if not self.owed else ():
            entry.kind.owe_nothing()
        self.shares.count_again(self.ledger.entries)

    # --- what may still grow ---

    def rest(self, live: LiveNode) -> Rest:
        """What `live` may still grow, as its shape and the promises about one slot of it leave it."""
        return self.shares.rest(live)

    def rest_one_by_one(self, live: LiveNode) -> Rest:
        """As `rest`, with every instance that has begun by itself."""
        return self.shares.rest_one_by_one(live)

    def rest_if_well(self, live: LiveNode, *, one_by_one: bool = False) -> Rest:
        """What `live` may still grow, and must if it ends well, as its shape leaves it."""
        return self.shares.rest_if_well(live, one_by_one=one_by_one)

    # --- events ---

    def finish(self, live: LiveNode) -> list[LiveNode]:
        """`live` is done. Returns the nodes that may start now."""
        first = live.id not in self.graph.finished
        ready = self.graph.end(live, Status.DONE)
        self.ledger.changed(live)
        self._silence((live,))
        if self.growing.gap(live) is not None:
            self.unordered[live] = None
        later = self.ledger.waiting_for(live) if first else ()
        if later:
            self.shares.count_again(later)
        return ready

    def fail(self, live: LiveNode, *, handled: bool) -> list[LiveNode]:
        """`live` has failed for good. If nobody handles that, no promise asks for its least any
        more. Returns the nodes that may start now."""
        ready = self.graph.end(live, Status.FAILED)
        self.ledger.changed(live)
        if not handled:
            self.owe_nothing()
        self.silence((live,))
        return ready

    def give_up(self, nodes: Iterable[LiveNode], status: Status) -> list[LiveNode]:
        """These nodes end without being done. Returns the nodes that may start now."""
        ready = []
        for live in nodes:
            ready += self.graph.end(live, status)
            self.ledger.changed(live)
        self.silence(nodes)
        return ready

    def start(self, live: LiveNode) -> None:
        """`live` starts; no edge may end at it any more."""
        live.status = Status.RUNNING
        self.graph.outcomes.settle(live)
        self.ledger.changed(live)
        again = [live] if self.forms.any_may_fail and live in self.growers else []
        for grower in again:
            self.shares.share(grower, self.ledger.entries)
        self.shares.narrow(again)

    def wait_again(self, live: LiveNode) -> None:
        """`live` will start once more."""
        self.graph.outcomes.takes_back(live)
        live.status = Status.WAITING
        self.graph.outcomes.settle(live)
        self.ledger.changed(live)
        self.ledger.release()
        self.shares.narrow(())

    def silence(self, nodes: Iterable[LiveNode]) -> None:
        """These nodes will grow nothing any more, although some of it may have been certain."""
        self._silence(nodes)
        self.ledger.release()
        self.shares.narrow(())

    def _silence(self, nodes: Iterable[LiveNode]) -> None:
        self.ledger.stand()
        for live in nodes:
            if self.shares.forget(live):
                self.ledger.share(live, None, self.ledger.entries)
        turned = self.shares.turned()
        for grower in turned:
            self.shares.share(grower, self.ledger.entries)
        self.shares.narrow(turned)

    def breach(self, *, owed: bool) -> Breach | None:
        found = self.ledger.breach(owed=owed)
        return found[1] if found else self.shares.jam() if owed else None

    def ask_round(self, loop: BackEdge) -> Breach | None:
        """The source of `loop` has ended and asks for another round. A breach is told, and then
        nothing is asked."""
        breach = self.rounds.breach(loop)
        if breach is None:
            self.graph.back.asked.append(loop)
        return breach

    def do_again(
        self, tops: Sequence[LiveNode], added: Mapping[LiveNode, Added], *, counted: bool
    ) -> tuple[list[LiveNode], list[LiveNode]]:
        """`tops` and what comes after them are done again, because a loop has come round, or because
        somebody wants it (which is not `counted`). `added` is what those nodes have added besides
        what they made.

        Returns the nodes that are retired for it, and those that wait once more.
        """
        members = cone(*tops)
        stay, go = apart(members)
        retired: list[LiveNode] = []
        for live in stay:
            things = [added[one] for one in (live, *below(live)) if one in added]
            if live.made or things:
                edges = [edge for one in things for edge in one.edges]
                accounts = [account for one in things for account in one.promises]
                dresses = [dress for one in things for dress in one.dresses]
                retired += self.retire(live, edges, accounts, dresses)[0]
            self.have.pop(live, None)
            self.unordered.pop(live, None)
        assert len(retired) == len(go), "what a member grew lies behind it"
        self.graph.reopen(stay)
        self.graph.back.begin_anew(members, tops)
        for target in tops if counted else ():
            self.graph.back.comes_round(target)
        for live in stay:
            self.ledger.changed(live)
            self.shares.born(live)
        self.shares.turned()
        self.shares.count_again(self.ledger.entries)
        return retired, stay

    def retire(
        self,
        maker: LiveNode,
        edges: Iterable[tuple[LivePair, LiveEdge]],
        accounts: Iterable[Account],
        dresses: Iterable[Dress] = (),
    ) -> tuple[list[LiveNode], list[LiveNode]]:
        """Takes out what a trial of `maker` added: the nodes it made and what they made, the
        `edges` it added between other nodes, its promises, and how it dressed nodes.

        Returns the retired nodes, and the nodes that may start because of it.
        """
        nodes = below(maker)
        gone, ready, touched = set(nodes), [], {maker: None}
        self.silence(nodes)
        accounts = list(accounts)
        self.ledger.close(accounts)
        for live in self.tightening.withdraw([account.vowed for account in accounts]):
            touched[live] = None
        self.ledger.release()
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
        self.looks.retire(nodes, dresses)
        self.forms.forget(nodes)
        for live in nodes:
            self.unordered.pop(live, None)
        self.have.pop(maker, None)
        for live in nodes:
            self.have.pop(live, None)
        again = [grower for grower in touched if grower in self.growers]
        again = list(dict.fromkeys([*again, *self.shares.turned()]))
        for grower in again:
            self.shares.share(grower, self.ledger.entries)
        self.shares.narrow(again)
        return nodes, [live for live in ready if live not in gone]


def below(maker: LiveNode) -> list[LiveNode]:
    """All nodes under `maker`, makers first."""
    out = list(maker.made)
    for live in out:
        out.extend(live.made)
    return out
