"""The ledger: an account of each promise, kept up to date event by event.

A promise comes to entries that must all keep their bounds, and to formulas over entries of which
only some must. Judging an event costs as much as the event touches, whatever the size of the
graph; only a new promise reads it all. How an entry counts is the business of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair
from foretell.promises import formula as fm
from foretell.promises.atoms import Atom, Misfits
from foretell.promises.entry import Entry
from foretell.promises.formula import Formula
from foretell.promises.kinds import kind_for
from foretell.promises.kinds.kind import Surroundings
from foretell.promises.language import AnyKept, Count, Each, Edges, NotKept, OneKept, Vowed
from foretell.promises.matching import Matcher
from foretell.promises.prospects import Prospects
from foretell.promises.refining import Forms
from foretell.promises.rest import Rest
from foretell.promises.selectors import BornAfter, IsNew
from foretell.promises.wellformed import top_level

_Bounded: TypeAlias = Atom | Each
Standing: TypeAlias = Literal["kept", "holding", "owed", "broken"]


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that can no longer be kept: which, why, and what would have been allowed."""

    says: str
    by: str
    where: str
    why: str
    advice: str = ""

    def __str__(self) -> str:
        made = f" made by {self.by}" if self.by else ""
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"promise {self.says}{made}{place}: {self.why}.{advice}"


@dataclass(slots=True)
class Account:
    """One promise, made by `maker` (None: registration) at birth number `since`: the entries that must all keep their bounds, and
    the formulas that must all become true. `elsewhere`: it says more, which is no question of
    numbers and not judged by them."""

    vowed: Vowed
    since: int
    maker: LiveNode | None = None
    plain: list[Entry] = field(default_factory=list)
    choices: list[Formula] = field(default_factory=list)
    elsewhere: bool = False

    @property
    def entries(self) -> Iterator[Entry]:
        yield from self.plain
        for choice in self.choices:
            yield from fm.entries_in(choice)


class Ledger:
    """The promises of one run, and all entries of these in order.

    `growers` are the nodes that may still grow."""

    def __init__(
        self,
        graph: LiveGraph,
        matcher: Matcher,
        forms: Forms,
        growers: Mapping[LiveNode, None],
    ) -> None:
        self.accounts: list[Account] = []
        self.entries: list[Entry] = []
        self._around = Surroundings(graph, matcher, forms, growers)

    def unsettled(self) -> list[LiveNode]:
        """The running nodes whose additions may still be taken back, for somebody waits for their
        failure."""
        return self._around.unsettled()

    # --- promises come and go ---

    def open(self, vowed: Vowed, since: int, maker: LiveNode | None = None) -> Account:
        """Adds a promise and counts what it finds. Growers' shares are the caller's to set."""
        account = Account(vowed, since, maker)
        self.accounts.append(account)
        self._fill(account)
        return account

    def open_again(self) -> None:
        """Counts everything anew, in the accounts that there are."""
        self.entries.clear()
        for account in self.accounts:
            account.plain.clear()
            account.choices.clear()
            self._fill(account)

    def _fill(self, account: Account) -> None:
        vowed, since = account.vowed, account.since

        def entry_for(atom: Atom) -> Entry:
            return self._open_entry(vowed, since, atom)

        for part in top_level(vowed.promise):
            match part.what:
                case Count() | Edges():
                    account.plain.append(entry_for(part.what))
                case Each():
                    entry = entry_for(Misfits(part.what, 0, 0))
                    entry.rival = self._contrary(entry, part.what)
                    account.plain.append(entry)
                case AnyKept() | OneKept() | NotKept():
                    account.choices.append(fm.formula_of(part.what, entry_for))
                case _:
                    account.elsewhere = True

    def _open_entry(self, vowed: Vowed, since: int, atom: Atom) -> Entry:
        around = self._around
        prospects = Prospects(atom, since, around.matcher, around.forms)
        entry = Entry(vowed=vowed, promise=atom, since=since, prospects=prospects)
        entry.kind = kind_for(entry, around)
        entry.rival = next((other for other in self.entries if _exclude(other, entry)), None)
        self.entries.append(entry)
        entry.kind.count_nodes()
        entry.kind.count_edges()
        return entry

    def _contrary(self, entry: Entry, each: Each) -> Entry | None:
        """An older promise that asks the same nodes for another number of the same neighbours."""
        older = (other for account in self.accounts for other in account.plain)
        for other in older:
            said = other.promise
            together = entry.since == other.since or not _speaks_of_new(entry)
            if together and isinstance(said, Misfits) and _apart(said.each, each):
                return other
        return None

    def close(self, accounts: Iterable[Account]) -> None:
        """Takes promises out again."""
        gone = {id(closed) for account in accounts for closed in (account, *account.entries)}
        self.accounts = [account for account in self.accounts if id(account) not in gone]
        self.entries = [entry for entry in self.entries if id(entry) not in gone]

    def close_after(self, number: int) -> None:
        """Takes out all but the first promises."""
        self.close(self.accounts[number:])

    # --- events ---

    def add_node(self, live: LiveNode) -> None:
        for entry in self.entries:
            entry.kind.add_node(live)

    def drop_node(self, live: LiveNode) -> None:
        for entry in self.entries:
            entry.kind.drop_node(live)

    def add_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` came into `pair`."""
        for entry in self.entries:
            entry.kind.add_edge(pair, edge)

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` is about to leave `pair`."""
        for entry in self.entries:
            entry.kind.drop_edge(pair, edge)

    def changed(self, live: LiveNode) -> None:
        """`live` started, waits again or has ended."""
        for entry in self.entries:
            entry.kind.changed(live)

    def share(self, grower: LiveNode, rest: Rest | None, entries: Iterable[Entry]) -> None:
        """Says anew what `grower` may still grow, to each of `entries`."""
        for entry in entries:
            entry.kind.share(grower, rest)

    def stand(self) -> None:
        """Nothing that was entered will be undone any more."""
        for entry in self.entries:
            entry.kind.stand()

    def waiting_for(self, live: LiveNode) -> list[Entry]:
        """The entries of which `live` finishing for the first time may change what counts."""
        return [
            entry
            for entry in self.entries
            if any(
                isinstance(selector, BornAfter) and selector.node == live.id
                for selector in entry.selectors
            )
        ]

    # --- judging ---

    def settle(self, *, owed: bool) -> bool:
        """Lets something bind that formulas leave no way around. Says whether there was any."""
        choices = [choice for account in self.accounts for choice in account.choices]
        return any(fm.demand(choice, True, owed=owed) for choice in choices)

    def release(self) -> None:
        """Forgets what `settle` let bind: something was taken back, and ways may be open again."""
        for account in self.accounts:
            for choice in account.choices:
                for entry in fm.entries_in(choice):
                    entry.promise = replace(entry.promise, min=0, max=None)

    def breach(self, *, owed: bool) -> tuple[Formula, Breach] | None:
        """What cannot be kept of the first promise that cannot, and why. `owed`: look for too little as well as too much
        (a run that has failed owes nothing any more)."""
        for account in self.accounts:
            for entry in account.plain:
                found = self._too_much(entry)
                if found is None and owed:
                    found = _contradiction(entry) or self._too_little(entry)
                if found is not None:
                    return _as_formula(entry), found
            for choice in account.choices:
                if fm.value(choice, owed=owed) is False:
                    breach = breach_of(account.vowed, fm.because(choice, owed=owed))
                    return choice, breach
        return None

    def standing(self, account: Account, *, owed: bool) -> Standing:
        """How a promise stands: `kept` (it can no longer break), `holding`, `owed` (something
        must still come) or `broken`."""
        parts: list[Formula] = [*map(_as_formula, account.plain), *account.choices]
        values = [fm.value(part, owed=owed) for part in parts]
        if False in values:
            return "broken"
        if None not in values and not account.elsewhere:
            return "kept"
        return "holding" if all(map(fm.holds_now, parts)) else "owed"

    def undecided(self, *, owed: bool) -> list[Account]:
        """The promises that say more than what binds now."""
        return [
            account
            for account in self.accounts
            if not all(fm.is_followed(choice, True, owed=owed) for choice in account.choices)
        ]

    def _too_much(self, entry: Entry) -> Breach | None:
        most = entry.promise.max
        if most is None or entry.have + entry.low <= most:
            return None
        if entry.have <= most and entry.sure + entry.low <= most:
            return None  # what a running node added may go again
        why = f"{entry.kind.existing()}{entry.kind.forced()}{entry.kind.allowed()}"
        return breach_of(entry.vowed, why)

    def _too_little(self, entry: Entry) -> Breach | None:
        least = entry.promise.min
        if entry.have + entry.most >= least:
            return None
        coming = (
            f"at most {entry.most:.0f} more can come" if entry.most else "none can come any more"
        )
        why = f"{entry.kind.existing()} and {coming}; it asks for at least {least}"
        advice = f"Create {least - entry.have} more while somebody still may."
        return breach_of(entry.vowed, why, advice)

    def forbids_start(self, live: LiveNode) -> Entry | None:
        """The promise that could not be kept if `live` started now: edges are owed, and `live`
        is the last node at which they may still end."""
        return next((entry for entry in self.entries if entry.kind.forbids_start(live)), None)


def _as_formula(entry: Entry) -> fm.Holds:
    return fm.Holds(entry, entry.promise.min, entry.promise.max)


def _exclude(one: Entry, other: Entry) -> bool:
    """Whether two promises count the same and no number is right for both."""
    if not _apart(one.promise, other.promise):
        return False
    return one.since == other.since or not _speaks_of_new(one)


def _apart(first: _Bounded, second: _Bounded) -> bool:
    """Whether both ask for the same, and for no same number of it."""
    apart = _less(first.max, second.min) or _less(second.max, first.min)
    return apart and _subject(first) == _subject(second)


def _speaks_of_new(entry: Entry) -> bool:
    promise = entry.promise
    edges = isinstance(promise, Edges) and promise.new
    return edges or any(isinstance(selector, IsNew) for selector in entry.selectors)


def _less(most: int | None, least: int) -> bool:
    return most is not None and most < least


def _subject(promise: _Bounded) -> _Bounded:
    return replace(promise, min=0, max=None)


def _contradiction(entry: Entry) -> Breach | None:
    if entry.rival is None or not entry.kind.binds_for_good():
        return None
    older = entry.rival.vowed
    place = f" ({older.where})" if older.where else ""
    why = f"no number keeps both this and {older.says or older.promise.kind}{place}"
    return breach_of(entry.vowed, why, "Change one of the two.")


def breach_of(vowed: Vowed, why: str, advice: str = "") -> Breach:
    return Breach(vowed.says or vowed.promise.kind, vowed.by, vowed.where, why, advice)
