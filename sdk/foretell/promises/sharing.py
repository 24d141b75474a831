"""What nodes may still grow, and how much of it each promise will count: their shares.

A grower's share follows from its shape, from what fills it, and from promises that speak of a single
slot of it. When any of these changes, the share is told anew, and what that binds is followed until
nothing binds more. Which changes there are is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from foretell.graph.live import LiveGraph, LiveNode, Status
from foretell.promises.entry import Entry
from foretell.promises.form import NOTHING_YET
from foretell.promises.growing import Growing
from foretell.promises.ledger import Breach, Ledger, breach_of
from foretell.promises.narrowing import NO_NARROWING, Narrowing, slot_bounds
from foretell.promises.refining import Forms
from foretell.promises.rest import Rest, unless_it_fails

Save: TypeAlias = Callable[[LiveNode], None]
"""Called before the share of a grower is told anew, so that it can be taken back."""


class Shares:
    """`growers` are the nodes that may still grow, `openers` those of them that may wire anything,
    `narrowings` what promises about one slot say of some of them. `owed` is whether promises still
    ask for their least."""

    def __init__(self, graph: LiveGraph, forms: Forms, growing: Growing) -> None:
        self.graph = graph
        self.forms = forms
        self.have = growing.have
        self.growers: dict[LiveNode, None] = {}
        self.openers: dict[LiveNode, None] = {}
        self.narrowings: dict[LiveNode, Narrowing] = {}
        self.owed = True
        self.ledger: Ledger

    def born(self, live: LiveNode) -> None:
        """A node that may grow something is a grower."""
        if not self.forms.of(live).empty or self.forms.wires(live):
            self.growers[live] = None
            if self.forms.may_open(live):
                self.openers[live] = None

    def forget(self, live: LiveNode) -> bool:
        """It grows nothing any more; whether it could."""
        self.openers.pop(live, None)
        return self.growers.pop(live, True) is None

    def rest(self, live: LiveNode) -> Rest:
        """What `live` may still grow, as its shape and the promises about one slot of it leave
        it. Where these leave nothing, which is a breach, the promises are not followed."""
        return self._narrowed(live, self._shaped(live))

    def rest_one_by_one(self, live: LiveNode) -> Rest:
        """As `rest`, with every instance that has begun by itself."""
        return self._narrowed(live, self._shaped(live, one_by_one=True))

    def _narrowed(self, live: LiveNode, rest: Rest) -> Rest:
        narrowing = self.narrowings.get(live)
        return rest if narrowing is None else narrowing.of(rest) or rest

    def _shaped(self, live: LiveNode, *, one_by_one: bool = False) -> Rest:
        rest = self.rest_if_well(live, one_by_one=one_by_one)
        doomed = self.forms.any_may_fail and live.status is Status.WAITING
        return unless_it_fails(rest) if live.mortal or doomed else rest

    def rest_if_well(self, live: LiveNode, *, one_by_one: bool = False) -> Rest:
        """What `live` may still grow, and must if it ends well, as its shape leaves it."""
        have = self.have.get(live, NOTHING_YET)
        return self.forms.of(live).rest(have, one_by_one=one_by_one)

    def turned(self) -> list[LiveNode]:
        """The growers whose share must be told anew, because now they may end in other ways than
        before."""
        outcomes = self.graph.outcomes
        if not outcomes.turned and not (outcomes.soft or self.forms.any_may_fail):
            return []
        turned, outcomes.turned = outcomes.turned, {}
        before = self.forms.any_may_fail
        # Whoever may wire anything may put whatever waits behind what fails.
        self.forms.any_may_fail = bool(outcomes.soft and self.openers)
        changed = turned if self.forms.any_may_fail == before else self.growers
        return [live for live in changed if live in self.growers]

    def share(self, grower: LiveNode, entries: Iterable[Entry]) -> None:
        """Says anew what `grower` may still grow, as its shape leaves it."""
        self.ledger.share(grower, self._shaped(grower), entries)

    def count_again(self, entries: Iterable[Entry]) -> None:
        """Says anew what may still come, where much has changed at once: nothing that bound or
        narrowed before is relied on."""
        entries = tuple(entries)
        self.ledger.release()
        for grower in self.growers:
            self.share(grower, entries)
        self.narrow(self.growers)

    def narrow(self, touched: Iterable[LiveNode], save: Save | None = None) -> None:
        """Takes promises about one slot into the shares of those growers where they changed, or
        whose shares were told anew (`touched`), until no formula leaves less than before."""
        self._narrow_once(touched, save)
        while self.ledger.settle(owed=self.owed):
            self._narrow_once((), save)

    def _narrow_once(self, touched: Iterable[LiveNode], save: Save | None) -> None:
        before, self.narrowings = self.narrowings, self._found()
        anew = set(touched)
        for grower in dict.fromkeys([*before, *self.narrowings]):
            old, now = before.get(grower), self.narrowings.get(grower)
            if grower in self.growers and (grower in anew or _bounds(old) != _bounds(now)):
                if save is not None:
                    save(grower)
                mine = now.entries if now else ()
                self.share(grower, mine)
                bound = {id(entry) for entry in mine}
                others = [e for e in self.ledger.entries if id(e) not in bound]
                self.ledger.share(grower, self.rest(grower), others)

    def _found(self) -> dict[LiveNode, Narrowing]:
        found: dict[LiveNode, Narrowing] = {}
        for entry in self.ledger.entries:
            grower = entry.only_grower
            if grower is not None and entry.sure == entry.have:
                rest = self._shaped(grower)
                bounds = slot_bounds(entry, grower, rest, owed=self.owed)
                if bounds is not None:
                    found[grower] = found.get(grower, NO_NARROWING).and_also(entry, bounds)
        return found

    def jam(self) -> Breach | None:
        """Promises about single slots of one grower that cannot be kept together."""
        for grower, narrowing in self.narrowings.items():
            if narrowing.of(self._shaped(grower)) is None:
                first, *others = [entry.vowed for entry in narrowing.entries]
                more = " and ".join(other.says or other.promise.kind for other in others)
                why = f"what {grower.id} may still grow cannot keep it"
                return breach_of(first, why + (f" together with {more}" if more else ""))
        return None


def _bounds(narrowing: Narrowing | None) -> object:
    return narrowing.bounds if narrowing is not None else None
