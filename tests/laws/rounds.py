"""Rounds of loops, by their plain definitions: what a loop takes back when it comes round, when it
does, and what may come after it.

A second reading, slow and simple, that shares no code with what re-arms nodes. A promise is judged
in each round by itself: by what may come if no loop came round any more (`Enumerator.here`). What
may come at all (`Rounds.future`) is found by going round and round until nothing new is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from foretell.promises.language import Promise
from tests.laws import meanings
from tests.laws.definitions import World
from tests.laws.moments import Final, Moment, Move

if TYPE_CHECKING:
    from tests.laws.enumerator import Enumerator


SOME = ""
"""Counted as a node to which some loop has come round: so that what may happen is tried before there
was a round, and after. So are counts that have begun anew, under the node's name after this."""
AGAIN = "again: "

# --- one round -----------------------------------------------------------------------------------


def cone(world: World, target: str) -> frozenset[str]:
    """What is done again with `target`: what comes after it, and what such nodes have made."""
    found = {target}
    while True:
        more = {tie.target for tie in world.ties if tie.source in found}
        more |= {birth.id for birth in world.nodes if birth.maker in found}
        if more <= found:
            return frozenset(found)
        found |= more


def rearmed(
    moment: Moment,
    target: str,
    caps: Mapping[str, int],
    watched: frozenset[str] = frozenset(),
) -> Moment:
    """The moment after a loop came round to `target`: its members wait again, and nothing that
    they have added is left. It stays known which of those `watched` have been done."""
    members = cone(moment.world, target)
    gone = {birth.id for birth in moment.world.nodes if birth.maker in members}
    nodes = frozenset(birth for birth in moment.world.nodes if birth.id not in gone)
    ties = frozenset(
        tie
        for tie in moment.world.ties
        if tie.maker not in members and tie.source not in gone and tie.target not in gone
    )
    vows = tuple(vow for vow in moment.vows if vow.maker not in members)
    if vows != moment.vows:  # nobody is left who asks what was there before those promises
        nodes = frozenset(birth._replace(epoch=0) for birth in nodes)
        ties = frozenset(tie._replace(epoch=0) for tie in ties)
    rounds = {node: n for node, n in moment.rounds if node == target or node not in members}
    rounds |= {AGAIN + node: 1 for node, n in moment.rounds if n and node not in rounds}
    rounds[SOME] = 1
    if target in caps:
        rounds[target] = min(rounds.get(target, 0) + 1, caps[target])
    return moment._replace(
        world=World(nodes, ties),
        started=moment.started - members,
        done=moment.done - members,
        failed=moment.failed - members,
        out=moment.out - members,
        vows=vows,
        looks=frozenset(x for x in moment.looks if x.maker not in members and x.node not in gone),
        asked=tuple(ask for ask in moment.asked if ask[0] not in members),
        finished=moment.finished | (moment.done & members & watched),
        rounds=tuple(sorted(rounds.items())),
    )


def standing(moment: Moment) -> Moment:
    """The moment, whatever rounds there were and are still to begin."""
    return moment._replace(asked=(), rounds=())


def running(moment: Moment) -> frozenset[str]:
    return moment.started - moment.done - moment.failed


def held_back(moment: Moment) -> frozenset[str]:
    """What does not start because it will be done again."""
    return frozenset[str]().union(*(cone(moment.world, target) for _, target in moment.asked))


def most_rounds(promises: list[Promise]) -> dict[str, int]:
    """How often a loop may come round to each node of which promises say so."""
    found: dict[str, int] = {}
    for promise in promises:
        for target, most in meanings.rounds_said(promise):
            found[target] = min(most, found.get(target, most))
    return found


# --- all of them ---------------------------------------------------------------------------------


class Rounds:
    """All events of a universe with loops, and its futures: `Enumerator.steps` knows neither."""

    def __init__(self, enumerator: Enumerator) -> None:
        self.of = enumerator
        said = [*enumerator.universe.promises, *enumerator.universe.vows]
        self.caps = {
            target: 1 + max(n for p in said for t, n in meanings.rounds_said(p) if t == target)
            for target in most_rounds(said)
        }
        """As soon as there are so many it does not matter how many there are."""
        self.turned: dict[tuple[Moment, Move], list[frozenset[str]]] = {}
        """What had begun, or never would, and waits again after an event: for each loop that came
        round with it."""
        self._moves: dict[Moment, list[tuple[Move, Moment]]] = {}
        self._futures: dict[Moment, int] = {}
        self._forgotten: dict[tuple[int, str], int] = {}
        self._without: dict[tuple[int, str], int] = {}

    # --- events ---

    def moves(self, moment: Moment) -> list[tuple[Move, Moment]]:
        known = self._moves.get(moment)
        if known is None:
            known = self._moves[moment] = list(self._find_moves(moment))
        return known

    def _find_moves(self, moment: Moment) -> Iterator[tuple[Move, Moment]]:
        held = held_back(moment)
        for move, after in self.of.steps(standing(moment)):
            if move.kind == "start" and move.node in held:
                continue
            after = after._replace(asked=moment.asked, rounds=moment.rounds)
            if move.kind == "promise" and self._too_many(after):
                after = after._replace(spoiled=True)
            if move.kind in ("finish", "fail"):
                turned: list[frozenset[str]] = []
                yield move, self.settled(after, turned)
                self.turned[moment, move] = turned
            else:
                yield move, after
            if move.kind == "finish" and not moment.lost:
                yield from self._asks(moment, after, move.node)

    def _asks(self, moment: Moment, after: Moment, node: str) -> Iterator[tuple[Move, Moment]]:
        """`node` finishes, and asks for another round."""
        for source, target in self.of.universe.loops:
            if source == node:
                move, turned = Move("again", node, back=target), list[frozenset[str]]()
                asking = after._replace(asked=(*after.asked, (node, target)))
                if self.left(asking, target) == 0:
                    yield move, asking._replace(spoiled=True)
                else:
                    yield move, self.settled(asking, turned)
                self.turned[moment, move] = turned

    def settled(self, moment: Moment, turned: list[frozenset[str]] | None = None) -> Moment:
        """The moment after all rounds have begun that nothing waits for, each judged by itself."""
        while not moment.lost and self.of.here(moment):
            idle = (v for _, v in moment.asked if not cone(moment.world, v) & running(moment))
            target = next(idle, None)
            if target is None:
                return moment
            if turned is not None:
                begun = moment.started | self.of.ruled_out(moment)
                turned.append(cone(moment.world, target) & begun)
            moment = self.of.with_ends(rearmed(moment, target, self.caps, self.of.universe.watched))
        return moment if moment.lost else moment._replace(spoiled=True)

    def left(self, moment: Moment, target: str) -> int | None:
        """How often a loop may still come round to `target`; None if nobody counts that."""
        said = [*self.of.universe.promises, *(vow.promise for vow in moment.vows)]
        most = most_rounds(said).get(target)
        return None if most is None else max(0, most - dict(moment.rounds).get(target, 0))

    def _too_many(self, moment: Moment) -> bool:
        most = most_rounds([vow.promise for vow in moment.vows])
        return any(n > most.get(node, n) for node, n in moment.rounds)

    # --- the future ---

    def future(self, moment: Moment) -> int:
        if moment not in self._futures:
            self._solve(self._reachable(moment))
        return self._futures[moment]

    def _reachable(self, begin: Moment) -> list[Moment]:
        """Every moment to come of which the future is not known yet, the last ones first."""
        order: list[Moment] = []
        seen = {begin}
        todo = [(begin, iter(self._onward(begin)))]
        while todo:
            moment, onward = todo[-1]
            _, after = next(onward, (None, None))
            if after is None:
                order.append(moment)
                todo.pop()
            elif after not in seen and after not in self._futures:
                seen.add(after)
                todo.append((after, iter(self._onward(after))))
        return order

    def _onward(self, moment: Moment) -> list[tuple[Move, Moment]]:
        return self.moves(moment) if self.of.here(moment) else []

    def _solve(self, order: list[Moment]) -> None:
        for moment in order:
            over = self.of.here(moment) and not self.moves(moment)
            self._futures[moment] = self._end(moment) if over else 0
        changed = True
        while changed:
            changed = False
            for moment in order:
                found = known = self._futures[moment]
                for move, after in self._onward(moment):
                    found |= self._before(move, self._futures[after])
                if found != known:
                    self._futures[moment], changed = found, True

    def _end(self, moment: Moment) -> int:
        if not self.of.kept(standing(moment)):
            return 0
        pairs = frozenset((tie.source, tie.target) for tie in moment.world.ties)
        grown = frozenset(birth.id for birth in moment.world.nodes if birth.maker is not None)
        return 1 << self.of.index(Final(moment.world.nodes, pairs, grown))

    def _before(self, move: Move, future: int) -> int:
        """The same futures, seen from before the move: what it created is new."""
        if move.birth is None or not future:
            return future
        born, found = move.birth.id, 0
        if (future, born) not in self._without:
            for i in self.of.chosen(future):
                found |= 1 << self._without_one(i, born)
            self._without[future, born] = found
        return self._without[future, born]

    def _without_one(self, i: int, born: str) -> int:
        if (i, born) not in self._forgotten:
            final = self.of.finals[i]
            assert final.old is not None
            self._forgotten[i, born] = self.of.index(final._replace(old=final.old - {born}))
        return self._forgotten[i, born]


# --- how many are left ---------------------------------------------------------------------------


def rounds_left(rounds: Rounds, moment: Moment) -> dict[tuple[str, str], int | None]:
    """For each loop, the most that may be left for it, before one around it comes round, in any
    moment to which loops lead; those that were asked for and have not begun come first."""
    loops = rounds.of.universe.loops
    best: dict[tuple[str, str], int | None] = dict.fromkeys(loops, 0)
    ended = moment.done | moment.failed | rounds.of.ruled_out(moment)
    todo = [] if moment.lost else [moment._replace(done=ended & {source for source, _ in loops})]
    seen: set[Moment] = set()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        for source, target in at.asked or loops:
            left, known = rounds.left(at, target), best[source, target]
            if left == 0 or (source in at.done and not at.asked):
                continue
            best[source, target] = None if left is None or known is None else max(known, left)
            after, members = rearmed(at, target, rounds.caps), cone(moment.world, target)
            todo.append(after._replace(world=at.world, done=at.done - members))
    return best
