"""Holds the machine and its horizons to the laws at every moment of one universe.

T1  every future lies inside the drawing          T4  the end is the graph
T2  the drawing shows no more than the futures    T5  broken exactly when no future is left
T3  what is drawn only shrinks                    T8  no start is the break
T6  the same moment is drawn alike, whatever rounds led to it
L   the machine's graph and answers are those of the definitions
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from foretell.admits import Reading, quarrel_with
from foretell.document.model import Change
from foretell.graph.live import Status
from foretell.graph.model import Edge
from foretell.horizon.model import Horizon
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of
from foretell_runtime.machine import events as ev
from tests.laws import play
from tests.laws.drawings import Drawing, alike, laid, neighbours
from tests.laws.enumerator import Enumerator, Universe
from tests.laws.moments import Final, Moment, Move
from tests.laws.rounds import held_back, rounds_left, running
from tests.laws.tight import loose_exclusions, looseness

TURNS = ("again", "drained")
EVERY = 10
"""At every so manieth moment somebody cancels a node."""
ENDING = ("finish", "start")


@dataclass(frozen=True)
class Fault:
    """`law` was violated in `universe`, after the moves in `path`."""

    law: str
    universe: str
    path: tuple[Move, ...]
    text: str

    def __str__(self) -> str:
        moves = " · ".join(words(move) for move in self.path) or "at registration"
        return f"{self.law} in {self.universe}, {moves}: {self.text}"


def words(move: Move) -> str:
    if move.birth is not None:
        return f"{move.node} creates {move.birth.id}"
    if move.ends[0]:
        return f"{move.node} wires {move.ends[0]} -> {move.ends[1]}"
    if move.look is not None:
        return f"{move.node} gives {move.look.node} the {move.look.key} {move.look.value}"
    if move.back:
        return f"{move.node} goes back to {move.back}"
    return f"{move.node} promises" if move.promise is not None else f"{move.kind} {move.node}"


class Proof:
    """Everything about one universe. `faults` are violated laws, `loose` what is drawn wider than
    it is, `late` breaks that were not seen at once; `checked` counts by law and event kind."""

    def __init__(self, universe: Universe, limit: int = 1_000_000) -> None:
        self.universe = universe
        self.enumerator = Enumerator(universe, limit)
        self.checked: Counter[tuple[str, str]] = Counter()
        self.faults: list[Fault] = []
        self.loose: list[Fault] = []
        self.lies: list[Fault] = []
        self.late: list[Fault] = []
        self.unguarded: list[Fault] = []
        self.inexact = 0
        self.moments = 0
        self._seen: dict[Moment, Drawing] = {}
        self._failed: set[Moment] = set()
        self._drawings: dict[object, Drawing] = {}
        self._pool: list[Final] = []

    def run(self) -> Proof:
        begin = self.enumerator.begin()
        future = self.enumerator.here(begin)
        state = play.registered(self.universe)
        self._count("T5", "register")
        if state is None and future:
            self._fault("T5", (), "refused at registration, and there is a future")
        elif state is not None and not future:
            self._late((), "registered, and there is no future")
            self._check_comes_out(state, begin, ())
        if state is not None and future:
            self._explore(state, begin)
            self._check_shrinking()
        return self

    def _explore(self, begun: State, begin: Moment) -> None:
        """Visits every moment that has a future, and goes on from there with one move itself and
        with the others later, from a copy."""
        todo: list[tuple[bytes, tuple[Move, ...], Moment]] = [(play.packed(begun), (), begin)]
        kinds: dict[Moment, str] = {begin: "register"}
        while todo:
            copy, path, moment = todo.pop()
            if moment in self._seen:
                continue
            state: State | None = play.unpacked(copy)
            if path:
                assert state is not None
                state = self._step(state, path)
            while state is not None and moment not in self._seen:
                copy = play.packed(state)
                self._visit(state, copy, moment, path, kinds[moment])
                onward = [
                    (move, after)
                    for move, after in self.enumerator.moves(moment)
                    if self.enumerator.here(after)
                ]
                for move, after in onward:
                    kinds.setdefault(after, self._kind(moment, move))
                fresh = [(m, a) for m, a in onward if a not in self._seen]
                todo += [(copy, (*path, m), a) for m, a in fresh[1:]]
                if not fresh:
                    break
                move, moment = fresh[0]
                path = (*path, move)
                state = self._step(state, path)

    def _kind(self, moment: Moment, move: Move) -> str:
        """The kind of an event; the end of the last that ran before another round is one of its own."""
        rounds = self.enumerator.rounds
        drained = rounds and move.kind != "again" and rounds.turned.get((moment, move))
        return "drained" if drained else move.kind

    def _step(self, state: State, path: tuple[Move, ...]) -> State | None:
        """Plays the last move of the path, which leaves a future."""
        if play.play(state, self.universe, path[-1]) in ("running", "done"):
            return state
        self._fault("T5", path, f"a future is left, and the run is {state.status}: {state.error}")
        return None

    # --- one moment ---

    def _visit(
        self, state: State, copy: bytes, moment: Moment, path: tuple[Move, ...], kind: str
    ) -> None:
        self.moments += 1
        self._count("L", kind)
        wrong = play.disagreement(state, moment, self.enumerator.ruled_out(moment))
        if wrong:
            self._fault("L", path, wrong)
        over = self.enumerator.is_over(moment)
        if (state.status == "done") != over:
            self._fault("L", path, f"the run is {state.status}")
            self._seen[moment] = self._drawn(horizon_of(state))
            return
        horizon = horizon_of(state)
        self._seen[moment] = drawing = self._drawn(horizon)
        self._check_drawing(drawing, horizon, moment, path, kind)
        self._check_starts(state, moment, path)
        if self.enumerator.rounds is not None:
            self._check_rounds(state, copy, horizon, moment, path)
        for move, after in self.enumerator.moves(moment):
            kind = self._kind(moment, move)
            self._count("T5", kind)
            self._check_event(state, copy, path, move, after, kind if kind in TURNS else "")
        self._check_lawless(state, moment, path)
        self._check_cuts(copy, moment, path)
        self._check_failure(copy, moment, path)
        if not self.universe.loops:
            self._check_orders(copy, moment, path)

    def _drawn(self, horizon: Horizon) -> Drawing:
        opened = tuple((n.id, n.in_open, n.may_go) for n in horizon.nodes)
        shown = (horizon.classes, horizon.edges, horizon.groups, horizon.bundles)
        key = (opened, shown, horizon.exact)
        if key not in self._drawings:
            self._drawings[key] = Drawing(Reading(horizon), len(self._drawings))
        return self._drawings[key]

    def _check_drawing(
        self,
        drawing: Drawing,
        horizon: Horizon,
        moment: Moment,
        path: tuple[Move, ...],
        kind: str,
    ) -> None:
        future = self.enumerator.future(moment)
        for i in self.enumerator.chosen(future):
            self._count("T1", kind)
            why = self._quarrel(drawing, i)
            if why:
                self._fault("T1", path, why)
                return
        self._count("T2", kind)
        if not horizon.exact:
            self.inexact += 1
        if future and future not in drawing.tight:
            drawing.tight.add(future)
            placed = [drawing.placed[i] for i in self.enumerator.chosen(future)]
            loose = list(looseness(drawing.reading, placed))
            loose += loose_exclusions(drawing.reading, placed)
            for text in loose[:1]:
                fault = Fault("T2", self.universe.name, path, text)
                self.loose.append(fault)
                if horizon.exact:
                    self.lies.append(fault)
        if self.enumerator.is_over(moment):
            self._check_end(horizon, path)

    def _quarrel(self, drawing: Drawing, i: int) -> str:
        if i not in drawing.quarrels:
            placed = drawing.placed[i] = laid(drawing.reading, self.enumerator.finals[i])
            drawing.quarrels[i] = quarrel_with(placed)
        return drawing.quarrels[i]

    def _check_end(self, horizon: Horizon, path: tuple[Move, ...]) -> None:
        self._count("T4", path[-1].kind if path else "register")
        coming = horizon.classes or horizon.groups
        open_ends = any(node.in_open for node in horizon.nodes)
        unsure = any(edge.existence != "exists" for edge in horizon.edges)
        if coming or open_ends or unsure or horizon.status != "done" or not horizon.exact:
            self._fault("T4", path, f"all is over, and this is still drawn: {horizon}")

    # --- rounds ---

    def _check_rounds(
        self,
        state: State,
        copy: bytes,
        horizon: Horizon,
        moment: Moment,
        path: tuple[Move, ...],
    ) -> None:
        """In which iteration the nodes are, what may come round how often, and that nothing starts
        that will be done again."""
        self._count("L", "round")
        laps = self._laps(path)
        for node in horizon.nodes:
            if node.iteration != laps.get(node.id, 1):
                self._fault("L", path, f"{node.id} is drawn in iteration {node.iteration}")
        self._check_left(horizon, moment, path)
        for actor in sorted(running(moment))[:1]:
            loop = Edge(*self.universe.loops[0], kind="loop")
            if play.answer_to(state, actor, Change(edges=(loop,))) != "law":
                self._fault("L", path, f"{actor} adds a loop, which registration alone may")
        held = held_back(moment)
        if held and state.status == "running":
            moves = self.enumerator.moves(moment)
            may = {m.node for m, a in moves if m.kind == "start" and self.enumerator.here(a)}
            other: State = play.unpacked(copy)
            decide(other, ev.Slots(99))
            started = set(other.running) - set(state.running)
            if started & held or (not other.held and started != may):
                self._fault("L", path, f"{started} started, not {may}")

    def _check_left(self, horizon: Horizon, moment: Moment, path: tuple[Move, ...]) -> None:
        rounds = self.enumerator.rounds
        left = rounds_left(rounds, moment) if rounds is not None else {}
        drawn = {(e.source, e.target): e.rounds for e in horizon.edges if e.kind == "loop"}
        for loop in self.universe.loops:
            if drawn.get(loop, 0) != left[loop]:
                text = f"{left[loop]} more rounds of {loop} may come, not {drawn.get(loop, 0)}"
                self._fault("T1", path, text)

    def _laps(self, path: tuple[Move, ...]) -> dict[str, int]:
        """The iterations in which nodes are that have been done again."""
        rounds, moment = self.enumerator.rounds, self.enumerator.begin()
        laps: dict[str, int] = {}
        for move in path:
            after = dict(self.enumerator.moves(moment))[move]
            for members in rounds.turned.get((moment, move), ()) if rounds else ():
                laps |= {node: laps.get(node, 1) + 1 for node in members}
            left = {birth.id for birth in after.world.nodes}
            laps = {node: n for node, n in laps.items() if node in left}
            moment = after
        return laps

    # --- one event ---

    def _check_starts(self, state: State, moment: Moment, path: tuple[Move, ...]) -> None:
        starts = [(m, after) for m, after in self.enumerator.moves(moment) if m.kind == "start"]
        held = []
        for move, after in starts:
            self._count("T8", "start")
            future = self.enumerator.here(after)
            live = state.node(move.node)
            if live.unmet:
                self._fault("L", path, f"{move.node} may start, and the machine says it waits")
            if state.judge.ledger.forbids_start(live) is not None:
                held.append(move)
                if future:
                    text = f"{move.node} is held, and could start"
                    self.unguarded.append(Fault("T8", self.universe.name, path, text))
            elif not future:
                text = f"{move.node} is not held, and its start leaves no future"
                self.unguarded.append(Fault("T8", self.universe.name, path, text))
        if held and len(held) == len(starts) and moment.started == moment.done | moment.failed:
            self._fault("T5", path, "nothing runs, all is held, and there is a future")

    def _check_event(
        self,
        state: State,
        copy: bytes,
        path: tuple[Move, ...],
        move: Move,
        after: Moment,
        turned: str,
    ) -> None:
        future = self.enumerator.here(after)
        if move.kind == "start":
            return
        if move.kind in ("finish", "again", "fail"):
            if not future:
                self._check_last_finish(copy, (*path, move), after)
            elif turned:
                self._count("T6", turned)
                self._check_turn(copy, (*path, move), after)
            return
        said = play.answer(state, self.universe, move)
        if said == "law":
            self._fault("L", (*path, move), "refused, and no law forbids it")
        elif said == "promise" and future:
            self._fault("T5", (*path, move), "a future is left, and it is a break")
        elif said == "ok" and not future:
            self._late((*path, move), "no future is left, and it is no break")
            state = play.unpacked(copy)
            play.play(state, self.universe, move)
            self._check_comes_out(state, after, (*path, move))

    def _check_last_finish(self, copy: bytes, path: tuple[Move, ...], after: Moment) -> None:
        """A finish that leaves no future. (One that leaves some is played on the way.)"""
        state: State = play.unpacked(copy)
        if play.play(state, self.universe, path[-1]) != "broken":
            self._late(path, "no future is left, and it is no break")
            if not after.asked:  # a round that is not judged as it is given up is never judged
                self._check_comes_out(state, after, path)

    def _check_turn(self, copy: bytes, path: tuple[Move, ...], after: Moment) -> None:
        """What a round leads to, however often it was met before."""
        state: State = play.unpacked(copy)
        play.play(state, self.universe, path[-1])
        wrong = play.disagreement(state, after, self.enumerator.ruled_out(after))
        if wrong:
            self._fault("L", path, wrong)
        known = self._seen.get(after)
        if known is not None and not alike(known, self._drawn(horizon_of(state))):
            self._fault("T6", path, "another drawing than where this was met before")

    def _check_comes_out(self, state: State, moment: Moment, path: tuple[Move, ...]) -> None:
        """A break that was not seen at once is seen at the end, however short the way there."""
        while state.status == "running":
            ends = [(m, a) for m, a in self.enumerator.moves(moment) if m.kind in ENDING]
            if not ends:
                break
            move, moment = min(ends, key=lambda end: end[0].kind)
            path = (*path, move)
            play.play(state, self.universe, move)
        self._count("T5", "end")
        if state.status != "broken":
            self._fault("T5", path, f"the end, a promise is not kept, and it is {state.status}")

    def _check_lawless(self, state: State, moment: Moment, path: tuple[Move, ...]) -> None:
        """An edge into a node that has started, and one that makes a cycle, if there are such."""
        names = sorted(birth.id for birth in moment.world.nodes)
        waiting = [name for name in names if name not in moment.started]
        for actor in sorted(moment.started - moment.done - moment.failed)[:1]:
            for targets in (sorted(moment.started), waiting):
                moves = (
                    Move("connect", actor, ends=(source, target))
                    for target in targets
                    for source in names
                    if source != target
                )
                lawless = (m for m in moves if self.enumerator.after(moment, m) is None)
                move = next(lawless, None)
                if move is not None:
                    self._count("L", "connect")
                    if play.answer(state, self.universe, move) != "law":
                        self._fault("L", (*path, move), "not refused, and a law forbids it")

    def _check_cuts(self, copy: bytes, moment: Moment, path: tuple[Move, ...]) -> None:
        """A trial that is interrupted: what it added is retired, and the node waits again."""
        for actor in sorted(moment.started - moment.done - moment.failed):
            after = self.enumerator.cut(moment, actor)
            if after is None or (after.world == moment.world and not moment.asked):
                continue
            state: State = play.unpacked(copy)
            decide(state, ev.Cut(actor, state.running[actor], "cut"))
            self._count("T5", "cut")
            if moment.asked and not self.enumerator.here(after):
                continue  # the next round cannot be kept
            wrong = play.disagreement(state, after, self.enumerator.ruled_out(after))
            if wrong or state.status != "running":
                self._fault("L", path, f"after {actor} is cut: {wrong or state.error}")
                continue
            if not self.enumerator.future(after):
                continue
            drawing = self._drawn(horizon_of(state))
            for i in self.enumerator.chosen(self.enumerator.future(after)):
                self._count("T1", "cut")
                why = self._quarrel(drawing, i)
                if why:
                    self._fault("T1", path, f"after {actor} is cut: {why}")
                    break

    def _check_orders(self, copy: bytes, moment: Moment, path: tuple[Move, ...]) -> None:
        """Somebody cancels a node, or skips it: another one at each moment."""
        ended = moment.done | moment.failed | self.enumerator.ruled_out(moment)
        nodes = sorted({birth.id for birth in moment.world.nodes} - ended)
        if not nodes or self.moments % EVERY:
            return
        node = nodes[self.moments // EVERY % len(nodes)]
        for kind, after in (
            ("cancel", self.enumerator.cancelled(moment, node)),
            ("skip", self.enumerator.skipped(moment, node)),
        ):
            if after is not None:
                self._check_order(copy, ev.CancelNode(node, skip=kind == "skip"), after, path, kind)

    def _check_order(
        self, copy: bytes, order: ev.CancelNode, after: Moment, path: tuple[Move, ...], kind: str
    ) -> None:
        state: State = play.unpacked(copy)
        play.cancelled(state, order)
        self._count("T5", kind)
        said = f"after {kind} {order.node}"
        if not self.enumerator.here(after):
            refused = order.skip and state.node(order.node).status is not Status.DONE
            if state.status != "broken" and not refused:
                self._late(path, f"{said} no future is left, and it is no break")
            return
        wrong = play.disagreement(
            state, after, self.enumerator.ruled_out(after), frozenset({order.node})
        )
        if wrong or state.status not in ("running", "done"):
            self._fault("L", path, f"{said}: {wrong or state.error}")
            return
        drawing = self._drawn(horizon_of(state))
        for i in self.enumerator.chosen(self.enumerator.future(after)):
            self._count("T1", kind)
            why = self._quarrel(drawing, i)
            if why:
                self._fault("T1", path, f"{said}: {why}")
                return

    def _check_failure(self, copy: bytes, moment: Moment, path: tuple[Move, ...]) -> None:
        """The node that has run longest fails for good, though nobody waits for that, and the rest
        goes on to its end."""
        running = sorted(moment.started - moment.done - moment.failed)
        after = self.enumerator.failing(moment, running[0]) if running else None
        if after is None or not after.lost:
            return
        if after in self._failed or not self.enumerator.future(after):
            return
        state: State = play.unpacked(copy)
        decide(state, play.heard(state, running[0], msg.Fail("bad")))
        while state.status == "running":
            if after in self._failed:
                return  # from here it was played already
            self._failed.add(after)
            self._check_after_failure(state, after, path, running[0])
            onward = self.enumerator.moves(after)
            open_ways = [(m, a) for m, a in onward if self.enumerator.future(a)]
            if not open_ways:
                decide(state, ev.Slots(1))  # some may be ready, and were to be done again
                if state.status == "running":
                    self._fault("L", path, "all is over, and the run goes on")
                    return
                break
            move, after = open_ways[-1]
            path = (*path, move)
            play.play(state, self.universe, move)
        self._count("T5", "fail")
        if state.status != "failed":
            text = f"{running[0]} failed, and the run is {state.status}: {state.error}"
            self._fault("T5", path, text)

    def _check_after_failure(
        self, state: State, moment: Moment, path: tuple[Move, ...], failed: str
    ) -> None:
        horizon = horizon_of(state)
        drawing = self._drawn(horizon)
        self._check_left(horizon, moment, path)
        for i in self.enumerator.chosen(self.enumerator.future(moment)):
            self._count("T1", "fail")
            why = self._quarrel(drawing, i)
            if why:
                self._fault("T1", path, f"after {failed} failed: {why}")
                return

    # --- all moments ---

    def _check_shrinking(self) -> None:
        raw = [final for final in self.enumerator.finals if final.old is None]
        self._pool = [*raw, *neighbours(raw[:6])][:40]
        admitted: dict[object, int] = {}
        compared: set[object] = set()
        for moment, drawing in list(self._seen.items()):
            for move, after in self.enumerator.moves(moment):
                later = self._seen.get(after)
                if later is None or not self._must_shrink(drawing, later, move):
                    continue
                self._count("T3", self._kind(moment, move))
                gone = self._gone(moment, after)
                if (drawing.number, later.number, gone) in compared:
                    continue
                compared.add((drawing.number, later.number, gone))
                for d, renamed in ((drawing, gone), (later, frozenset[str]())):
                    if (d.number, renamed) not in admitted:
                        admitted[d.number, renamed] = self._admitted(d, renamed)
                before = admitted[drawing.number, gone]
                grown = admitted[later.number, frozenset[str]()] & ~before
                if grown:
                    final = self._pool[next(self.enumerator.chosen(grown))]
                    why = quarrel_with(laid(drawing.reading, final, gone))
                    self._fault("T3", (move,), f"before it there was no {final}: {why}")

    def _must_shrink(self, drawing: Drawing, later: Drawing, move: Move) -> bool:
        """Drawings of loops are compared where both say that they are exact; but not where a node
        has come that may go: it is then drawn by itself that it goes, whatever comes instead."""
        if self.enumerator.rounds is None:
            return True
        came = later.reading.real.get(move.birth.id) if move.birth is not None else None
        exact = drawing.reading.drawing.exact and later.reading.drawing.exact
        return exact and not (came is not None and came.may_go)

    def _gone(self, moment: Moment, after: Moment) -> frozenset[str]:
        """What is there no more: whoever has such an id after it is somebody else."""
        if self.enumerator.rounds is None:
            return frozenset()
        left = {birth.id for birth in after.world.nodes}
        return frozenset(b.id for b in moment.world.nodes if b.id not in left)

    def _admitted(self, drawing: Drawing, renamed: frozenset[str]) -> int:
        found = 0
        for i, final in enumerate(self._pool):
            if not quarrel_with(laid(drawing.reading, final, renamed)):
                found |= 1 << i
        return found

    # --- books ---

    def _count(self, law: str, kind: str) -> None:
        self.checked[law, kind] += 1

    def _fault(self, law: str, path: tuple[Move, ...], text: str) -> None:
        self.faults.append(Fault(law, self.universe.name, path, text))

    def _late(self, path: tuple[Move, ...], text: str) -> None:
        self.late.append(Fault("T5", self.universe.name, path, text))
