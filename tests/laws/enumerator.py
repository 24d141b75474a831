"""All futures of a small universe, by the plain definitions and without any cleverness.

Shares no code with what judges promises or draws horizons: the laws, the completion of growth,
slots, shapes, selectors and counting are written down a second time in `definitions`, `instances`
and `meanings`, so that two independent readings can be compared.

A `Moment` is a state of a run: a `World` (the graph), which nodes have started, which are done and
which have failed, and the promises made on the way. `Enumerator.moves` are all lawful events, in every order and with any
number of nodes running; `Enumerator.future` is the set of finished worlds that can be reached from
a moment with all promises kept. What loops add to that is written down in `rounds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from foretell.promises import shapes as sh
from foretell.promises.language import Promise
from foretell.promises.shapes import Shape
from tests.laws import definitions as defined
from tests.laws import instances, meanings
from tests.laws.definitions import Birth, Tie, World
from tests.laws.moments import Final, Look, Moment, Move, Vow
from tests.laws.rounds import Rounds, standing


class Flavour(NamedTuple):
    """A way in which an open grower may name and tag what it creates."""

    stem: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Universe:
    """`grows` is what each task may grow (None: nobody said). `late` tasks become known only when
    a node of them is created. `vows` are promises that any running node may make, one in a run;
    `styles` are keys and values that any running node may give to any node. `outcomes` are further
    edges, with how their source must end; `loops` are pairs of nodes of which the first may ask for
    another round from the second; `asks` are nodes that want an answer, which changes nothing of what
    may come."""

    name: str
    grows: dict[str, Shape | None]
    given: tuple[tuple[str, str], ...]
    edges: tuple[tuple[str, str], ...] = ()
    promises: tuple[Promise, ...] = ()
    flavours: tuple[Flavour, ...] = (Flavour(),)
    late: tuple[str, ...] = ()
    vows: tuple[Promise, ...] = ()
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    styles: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[tuple[str, str, str], ...] = ()
    loops: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()

    @cached_property
    def speaks_of_edges(self) -> bool:
        """Whether it matters who added an edge, and how often."""
        return bool(self.outcomes or self.loops) or any(
            map(meanings.speaks_of_edges, (*self.promises, *self.vows))
        )

    @cached_property
    def watched(self) -> frozenset[str]:
        """The nodes of which it matters who was born after they were done."""
        text = repr((self.promises, self.vows))
        return frozenset(node for node, _ in self.given if f"BornAfter(node={node!r}" in text)

    def closed(self, task: str) -> Shape | None:
        """The shape of what nodes of `task` grow; None if that may be anything."""
        shape = self.grows[task]
        return None if isinstance(shape, sh.Anything) else shape


class View:
    """What is asked of a world again and again."""

    def __init__(self, world: World) -> None:
        self.nodes = sorted(world.nodes)
        self.births = {birth.id: birth for birth in self.nodes}
        into: dict[str, set[str]] = {node: set() for node in self.births}
        for tie in world.ties:
            into[tie.target].add(tie.source)
        self.into = {node: frozenset(sources) for node, sources in into.items()}
        self._above: dict[str, frozenset[str]] = {}
        self._loose: dict[bool, list[tuple[str, str]]] = {}

    def unordered(self, twice: bool) -> list[tuple[str, str]]:
        """The ends of all edges that make no cycle; of those too that are there, if `twice`."""
        if twice not in self._loose:
            self._loose[twice] = [
                (source, target)
                for source in self.births
                for target in self.births
                if not self.is_after(source, target) and (twice or source not in self.into[target])
            ]
        return self._loose[twice]

    def is_after(self, node: str, other: str) -> bool:
        """Whether `node` is `other`, or comes after it."""
        return node == other or other in self.above(node)

    def above(self, node: str) -> frozenset[str]:
        if node not in self._above:
            direct = self.into[node]
            self._above[node] = direct.union(*map(self.above, direct))
        return self._above[node]


class TooLarge(Exception):
    """The universe has more moments than anybody wants to see."""


class Enumerator:
    """Futures are sets of indices into `finals`, as bits of an integer."""

    def __init__(self, universe: Universe, limit: int = 1_000_000) -> None:
        self.universe = universe
        self.finals: list[Final] = []
        self._limit = limit
        self._index: dict[Final, int] = {}
        self._futures: dict[Moment, int] = {}
        self._views: dict[World, View] = {}
        self._steps: dict[Moment, list[tuple[Move, Moment]]] = {}
        self._additions: dict[object, tuple[World, frozenset[str]] | None] = {}
        self._openings: dict[object, list[Move]] = {}
        self._hopeless: dict[tuple[World, tuple[Vow, ...], bool], bool] = {}
        self.rounds = Rounds(self) if universe.loops else None

    def begin(self) -> Moment:
        tags = self.universe.tags
        nodes = frozenset(
            Birth(node, task, tags=tags.get(task, ())) for node, task in self.universe.given
        )
        ties = [Tie(*edge) for edge in self.universe.edges]
        ties += [Tie(source, target, on=on) for source, target, on in self.universe.outcomes]
        return Moment(World(nodes, frozenset(ties)))

    # --- the future ---

    def future(self, moment: Moment) -> int:
        """All finished worlds that may come."""
        return self.rounds.future(moment) if self.rounds else self.here(moment)

    def here(self, moment: Moment) -> int:
        """Those that may come if no loop comes round any more. Without one, a promise is broken."""
        if self.rounds:
            moment = standing(moment)
        known = self._futures.get(moment)
        if known is None:
            if len(self._steps) > self._limit:
                raise TooLarge(self.universe.name)
            known = self._futures[moment] = self._find_here(moment)
        return known

    def _find_here(self, moment: Moment) -> int:
        if self.hopeless(moment):
            return 0
        if not self.steps(moment):
            return self._final(moment) if self.kept(moment) else 0
        found = 0
        for _, after in self.steps(moment):
            found |= self.here(after)
        return found

    def _final(self, moment: Moment) -> int:
        pairs = frozenset((tie.source, tie.target) for tie in moment.world.ties)
        return 1 << self.index(Final(moment.world.nodes, pairs))

    def index(self, final: Final) -> int:
        if final not in self._index:
            self._index[final] = len(self.finals)
            self.finals.append(final)
        return self._index[final]

    def chosen(self, future: int) -> Iterator[int]:
        """The indices in a future."""
        while future:
            lowest = future & -future
            yield lowest.bit_length() - 1
            future ^= lowest

    # --- lawful events ---

    def moves(self, moment: Moment) -> list[tuple[Move, Moment]]:
        """What may happen next, and the moment after it."""
        return self.rounds.moves(moment) if self.rounds else self.steps(moment)

    def steps(self, moment: Moment) -> list[tuple[Move, Moment]]:
        """The same if there were no loops."""
        known = self._steps.get(moment)
        if known is None:
            known = [(m, self.with_ends(after)) for m, after in self._find_steps(moment)]
            self._steps[moment] = known
        return known

    def with_ends(self, moment: Moment) -> Moment:
        out = self.ruled_out(moment)
        return moment if out == moment.out else moment._replace(out=out)

    def _find_steps(self, moment: Moment) -> Iterator[tuple[Move, Moment]]:
        started, done, view = moment.started, moment.done, self.view(moment.world)
        ends = (moment.world, done, moment.failed)
        out = self.ruled_out(moment)
        for birth in view.nodes:
            node = birth.id
            if node in done or node in moment.failed or node in out:
                continue
            if node in started:
                yield from self._moves_of(moment, birth)
                yield Move("finish", node), moment._replace(done=done | {node})
                if self.universe.outcomes:
                    yield from self._foreseen_failure(moment, node)
            elif defined.may_start(node, *ends, out):
                yield Move("start", node), moment._replace(started=started | {node})

    def _foreseen_failure(self, moment: Moment, node: str) -> Iterator[tuple[Move, Moment]]:
        """The node fails; only where somebody waits for that it is foreseen."""
        after = self.failing(moment._replace(lost=False), node)
        if after is not None and not after.lost:
            yield Move("fail", node), after._replace(lost=moment.lost)

    def failing(self, moment: Moment, node: str) -> Moment | None:
        """The moment after `node` fails for good; None where nobody can tell what it added."""
        before = self._taken_back(moment, node)
        if before is None:
            return None
        failed = moment.failed | {node}
        handled = defined.is_handled(node, before.world, moment.done, failed, moment.out)
        return before._replace(
            started=moment.started, failed=failed, lost=moment.lost or not handled
        )

    def cut(self, moment: Moment, actor: str) -> Moment | None:
        """The moment after the trial of `actor` is interrupted; None where nobody can tell what it
        added."""
        after = self._taken_back(moment, actor)
        return self.rounds.settled(after) if self.rounds and after is not None else after

    def cancelled(self, moment: Moment, node: str) -> Moment | None:
        """The moment after somebody has cancelled `node`, which has not ended; None where nobody can
        tell what it added. It has not failed, and never ends well: as what is ruled out."""
        if self._is_in_hands(moment, node):
            return None
        running = node in moment.started
        before = self._taken_back(moment, node) if running else moment
        if before is None:
            return None
        return self.with_ends(before._replace(out=before.out | {node}))

    def _is_in_hands(self, moment: Moment, node: str) -> bool:
        """Whether its maker still runs."""
        running = moment.started - moment.done - moment.failed
        return any(birth.id == node and birth.maker in running for birth in moment.world.nodes)

    def skipped(self, moment: Moment, node: str) -> Moment | None:
        """The moment after somebody has ended `node` well, which grows nothing; None where they may
        not, or nobody can tell what it added."""
        ends = (moment.world, moment.done, moment.failed, self.ruled_out(moment))
        if node not in moment.started and not defined.may_start(node, *ends):
            return None
        before = self._taken_back(moment, node) if node in moment.started else moment
        if before is None:
            return None
        started, done = before.started | {node}, before.done | {node}
        return self.with_ends(before._replace(started=started, done=done))

    def _taken_back(self, moment: Moment, actor: str) -> Moment | None:
        births = {birth.id: birth for birth in moment.world.nodes}
        open_ended = self.universe.closed(births[actor].task) is None
        gone = {birth.id for birth in births.values() if birth.maker == actor}
        if moment.vows or moment.looks or (open_ended and not self.universe.speaks_of_edges):
            return None
        nodes = frozenset(birth for birth in births.values() if birth.id not in gone)
        ties = frozenset(
            tie
            for tie in moment.world.ties
            if tie.maker != actor and tie.source not in gone and tie.target not in gone
        )
        return moment._replace(world=World(nodes, ties), started=moment.started - {actor})

    def ruled_out(self, moment: Moment) -> frozenset[str]:
        """What can never start."""
        if not (moment.failed or moment.out or self.universe.outcomes):
            return frozenset()
        out = moment.out & {birth.id for birth in moment.world.nodes}
        return defined.ruled_out(moment.world, moment.done, moment.failed, out)

    def is_over(self, moment: Moment) -> bool:
        ended = moment.done | moment.failed | self.ruled_out(moment)
        return len(ended) == len(moment.world.nodes)

    def view(self, world: World) -> View:
        known = self._views.get(world)
        if known is None:
            known = self._views[world] = View(world)
        return known

    def _moves_of(self, moment: Moment, actor: Birth) -> Iterator[tuple[Move, Moment]]:
        outside = False
        for move in (*self._creations_once(moment, actor), *self._connections(moment, actor)):
            if outside and not self._has_right(moment, move):
                continue  # of what nobody has a right to, one example is enough
            after = self.after(moment, move)
            if after is None or after == moment:
                continue
            outside = outside or after.spoiled
            yield move, after
        yield from self._restylings(moment, actor)
        for promise in () if moment.vows else self.universe.vows:
            vow = Vow(promise, actor.id, len(moment.vows) + 1)
            world, looks = (
                moment.world,
                [look[:3] for look in moment.looks],
            )
            false = not meanings.may_look(promise, world, vow.epoch, looks)
            placed = self._placed(moment, vow)
            if placed is not None:
                after = moment._replace(world=placed, vows=(*moment.vows, vow), spoiled=false)
                yield Move("promise", actor.id, promise=promise), after

    def _placed(self, moment: Moment, vow: Vow) -> World | None:
        """The world in which what was grown freely fills the places of the shapes that the vow
        gives; None where it could fill several, for then nobody may promise that."""
        world, found = moment.world, dict[Birth, Birth]()
        for owner in world.nodes:
            for shape in meanings.shapes_said(vow.promise, world, owner, vow.epoch):
                for birth in instances.grown(world, owner):
                    leaves = [
                        (x, n) for x, n in instances.deep_leaves(shape) if x.task == birth.task
                    ]
                    if birth.slot is None and leaves:
                        if len(leaves) > 1 or leaves[0][1]:
                            return None
                        found[birth] = birth._replace(slot=leaves[0][0].slot)
        return World(frozenset(found.get(birth, birth) for birth in world.nodes), world.ties)

    def _restylings(self, moment: Moment, actor: Birth) -> Iterator[tuple[Move, Moment]]:
        """Each node gets each look at most once, in the order in which they are listed: else there
        would be no end of it."""
        styles = self.universe.styles
        for birth in moment.world.nodes if styles else ():
            for i, (key, value) in enumerate(styles):
                look = Look(birth.id, key, value, actor.id if self.rounds else "")
                old = {other for other in moment.looks if other[:2] == look[:2]}
                if not any(styles.index((key, other.value)) >= i for other in old):
                    spoiled = not all(
                        meanings.may_restyle(promise, moment.world, epoch, look[:3])
                        for promise, epoch in self._promises(moment)
                    )
                    after = moment._replace(looks=moment.looks - old | {look}, spoiled=spoiled)
                    yield Move("style", actor.id, look=look), after

    def shapes(self, moment: Moment, owner: Birth) -> list[Shape]:
        """What was said of the scope of `owner`: by its task, and by promises."""
        said = [self.universe.closed(owner.task)]
        for promise, epoch in self._promises(moment):
            said += meanings.shapes_said(promise, moment.world, owner, epoch)
        return [shape for shape in said if shape is not None and not isinstance(shape, sh.Anything)]

    def _creations_once(self, moment: Moment, actor: Birth) -> list[Move]:
        watched = self.universe.watched
        after = (moment.done | moment.finished) & watched if watched else None
        key = (moment.world, moment.vows, after, actor)
        known = self._openings.get(key)
        if known is None:
            known = self._openings[key] = list(self._creations(moment, actor))
        return known

    def _creations(self, moment: Moment, actor: Birth) -> Iterator[Move]:
        """Every node that `actor` may create, and one that it may not."""
        shapes, tasks = self.shapes(moment, actor), list(self.universe.grows)
        if not shapes:
            for task in tasks:
                for flavour in self.universe.flavours:
                    yield self._creation(moment, actor, task, None, flavour)
            return
        these = instances.fills(moment.world, actor)
        known = {leaf.task for shape in shapes for leaf in sh.leaves(shape)}
        for task, fill in dict.fromkeys(x for s in shapes for x in instances.openings(s, these)):
            yield self._creation(moment, actor, task, instances.slot_of(fill), Flavour())
        for task in [t for t in tasks if t not in known][:1]:
            if task not in self.universe.late:
                yield self._creation(moment, actor, task, None, Flavour())

    def _creation(
        self, moment: Moment, actor: Birth, task: str, slot: str | None, flavour: Flavour
    ) -> Move:
        stem = f"{actor.id}.{flavour.stem}{slot or task}{''.join(flavour.tags)}"
        stem += "'" * len(moment.vows)
        after = (moment.done | moment.finished) & self.universe.watched
        stem += "".join(f"+{node}" for node in sorted(after))
        taken = {birth.id for birth in moment.world.nodes}
        number = next(n for n in range(1, 99) if f"{stem}{n}" not in taken)
        tags = flavour.tags + self.universe.tags.get(task, ())
        born = Birth(f"{stem}{number}", task, actor.id, slot, tags, len(moment.vows), after)
        return Move("create", actor.id, birth=born)

    def _connections(self, moment: Moment, actor: Birth) -> Iterator[Move]:
        for ends in self.view(moment.world).unordered(self.universe.speaks_of_edges):
            if ends[1] not in moment.started:
                yield Move("connect", actor.id, ends=ends)

    def _has_right(self, moment: Moment, move: Move) -> bool:
        """Who declared its growth wires only itself and what it grew, to what it grew."""
        births = self.view(moment.world).births
        if move.kind != "connect" or self.universe.closed(births[move.node].task) is None:
            return True
        source, target = move.ends
        return births[target].maker == move.node and move.node in (source, births[source].maker)

    def after(self, moment: Moment, move: Move) -> Moment | None:
        """The moment after a creation or connection; None where a law forbids it."""
        if move.ends[1] in moment.started or move.ends[1] in self.ruled_out(moment):
            return None  # it has started, or ended
        if self.universe.outcomes and any(
            (t.source, t.target, t.on, t.maker) == (*move.ends, "fail", None)
            for t in moment.world.ties
        ):
            return None  # nobody both ends well and fails
        epoch = len(moment.vows)
        births = frozenset([move.birth] if move.birth else [])
        ties = frozenset([Tie(*move.ends, move.node, epoch)] if move.ends[0] else [])
        grown = self._grown(moment.world, births, ties, move.node, epoch)
        if grown is None:
            return None
        world, targets = grown
        if not targets.isdisjoint(moment.started):
            return None  # a new edge may only end at a node that has not started
        return moment._replace(world=world, spoiled=not self._has_right(moment, move))

    def _grown(
        self, world: World, births: frozenset[Birth], ties: frozenset[Tie], maker: str, epoch: int
    ) -> tuple[World, frozenset[str]] | None:
        """The world with these and all that structured growth adds, and where the new edges end;
        None if that is a cycle."""
        by: tuple[str | None, int] = (maker, epoch)
        if not self.universe.speaks_of_edges:  # then nobody can tell who added an edge
            by = (None, 0)
            ties = frozenset(Tie(tie.source, tie.target) for tie in ties)
        key = (world, births, ties, by)
        if key not in self._additions:
            grown = defined.completed(World(world.nodes | births, world.ties | ties), *by)
            targets = frozenset(tie.target for tie in grown.ties - world.ties)
            self._additions[key] = None if defined.has_cycle(grown) else (grown, targets)
        return self._additions[key]

    # --- promises ---

    def hopeless(self, moment: Moment) -> bool:
        """Whether something is there already that no finished world may have; as nothing is ever
        taken away, there is no way on."""
        if moment.spoiled:
            return True
        key = (moment.world, moment.vows, self._may_take_back(moment))
        known = self._hopeless.get(key)
        if known is None:
            known = self._hopeless[key] = any(self._excesses(moment))
        return known

    def _may_take_back(self, moment: Moment) -> bool:
        """Whether a failure that somebody waits for may take back what is there. Even then there is
        never more of anything than one promise allows; which of several promises is kept stays open.
        """
        running = moment.started - moment.done - moment.failed if self.universe.outcomes else ()
        failing = ((node, self.failing(moment, node)) for node in running)
        return any(m is not None and not m.lost and m.world != moment.world for _, m in failing)

    def _excesses(self, moment: Moment) -> Iterator[bool]:
        world = moment.world
        for promise, epoch in self._promises(moment):
            if not (self._may_take_back(moment) and meanings.is_composed(promise)):
                yield meanings.is_lost(promise, world, epoch)
        for owner in world.nodes:
            for shape in self.shapes(moment, owner):
                yield instances.unfit(shape, world, owner)
                yield not instances.may_become(shape, instances.fills(world, owner))
                yield instances.is_disordered(shape, world, owner)

    def kept(self, moment: Moment) -> bool:
        """Whether a finished world keeps all promises. Once a node has failed for good, and nobody
        waited for that, nobody can be asked for what is lacking; but who ended well has grown what
        it promised."""
        for promise, epoch in () if moment.lost else self._promises(moment):
            if not meanings.holds(promise, moment.world, epoch):
                return False
        for owner in moment.world.nodes:
            for shape in self.shapes(moment, owner) if owner.id in moment.done else ():
                if not instances.is_instance(shape, instances.fills(moment.world, owner)):
                    return False
                if not instances.is_ordered(shape, moment.world, owner):
                    return False
        return not self.hopeless(moment)

    def _promises(self, moment: Moment) -> Iterator[tuple[Promise, int]]:
        """All promises, and when they were made."""
        for promise in self.universe.promises:
            yield promise, 0
        for vow in moment.vows:
            yield vow.promise, vow.epoch
