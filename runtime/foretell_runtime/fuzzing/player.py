"""One random run of a graph: its tasks are not run, their messages are made up.

The player starts nodes in any order and any number at a time, grows what the shapes of their tasks
allow, in one change or in several, wires, promises, fails, is cut off, and finishes. It proposes
only what the machine says it would accept; a finish is tried, and taken back if the run breaks.
So all that it plays is legal by the machine's own word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from foretell.document.model import Change, Graph
from foretell.graph.back import BackEdge, cone
from foretell.graph.live import LiveNode
from foretell.graph.model import Edge, Json, Pointer
from foretell.graph.pointers import tokens
from foretell.promises.language import Count
from foretell.protocol import messages as msg
from foretell_runtime.fuzzing.plans import Pair, Plan, Planner
from foretell_runtime.fuzzing.promising import random_vow
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.trying import objection, tried

FORESEEN = 0.3
"""How often a node fails where somebody waits for that."""
COMES_ROUND = 0.4
"""How often a node asks for another round that may ask for one."""
EMITTED = 0.4
"""How often a running node emits where it has not yet."""
ANSWERED = 0.2
"""How often a question is answered while something else may happen."""
TRIES = (None, None, 0, 1, 2, 4, 8, 16)
"""Each time that a node may not end as it was tried, it grows something else: what chance brings,
or just what it must and so much of everything."""
MANY = 40
"""Whoever owes something may leave it to what it grows, again and again. Once so many nodes have
been grown, besides those that promises ask for, each grows just what it must."""


class Surprise(Exception):
    """The machine did what it had said it would not."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a run is like. `jobs` None: nodes are started in any order, any number at a time;
    otherwise the machine starts them, so many at a time."""

    eager: float = 0.6
    jobs: int | None = None
    wires: float = 0.3
    promises: float = 0.0
    failures: float = 0.0
    crashes: float = 0.0
    orders: float = 0.0


def random_habits(rng: Random) -> Habits:
    """Most runs do most things now and then, and no run does all of them all the time."""
    return Habits(
        eager=rng.choice([0.0, 0.4, 0.6, 0.8]),
        jobs=rng.choice([None, None, 1, 3]),
        wires=rng.choice([0.0, 0.3, 0.7]),
        promises=rng.choice([0.0, 0.0, 0.1]),
        failures=rng.choice([0.0, 0.0, 0.0, 0.05]),
        crashes=rng.choice([0.0, 0.0, 0.0, 0.05]),
        orders=rng.choice([0.0, 0.0, 0.0, 0.05]),
    )


class Player:
    """A run under way. `facts` is its journal so far.

    After `steps` steps it grows no more than it must. `is_stuck`: no legal event was found any
    more, though nodes wait or run.
    """

    def __init__(
        self, rng: Random, graph: Graph, inputs: Mapping[str, Json], habits: Habits, steps: int
    ) -> None:
        """Raises `PromiseBroken` or `LawBroken` where registering the graph would."""
        self.habits = habits
        self._rng = rng
        given = {**_made_up_inputs(graph), **inputs}
        self.state, decision = register(graph, given, "", habits.jobs or 0)
        self.is_stuck = self.state.status == "broken"  # nothing may start, so nothing is played
        self.facts = list(decision.facts)
        self._registered = len(graph.nodes)
        self._enough = MANY + sum(
            vowed.promise.min for vowed in graph.promises if isinstance(vowed.promise, Count)
        )
        self._steps_left = steps
        self._blocked: set[str] = set()
        self._planner = Planner(rng, self.state.tasks, habits.eager)
        self._requests = 0
        self._now = 0.0
        """Nobody waits: when nothing else can happen, it is as late as the run waits for."""

    # --- one step ---

    def step(self) -> list[ev.Fact]:
        """Lets one thing happen; the facts of it. None at all: the run is over, or stuck."""
        self._steps_left -= 1
        while self.state.status == "running":
            before = len(self.facts)
            self._one_thing()
            if len(self.facts) > before:
                self._blocked.clear()
                return self.facts[before:]
            if self.is_stuck:
                break
        return []

    def _one_thing(self) -> None:
        startable = list(self._startable()) if self.habits.jobs is None else []
        idle = self._blocked | self.state.streams.concluded.keys()
        running = [node for node in self.state.running if node not in idle]
        if self.habits.orders and self._rng.random() < self.habits.orders:
            self._order()
        elif self.state.asks and (not (startable or running) or self._rng.random() < ANSWERED):
            self._answer(self._rng.choice(list(self.state.asks)))
        elif startable and (not running or self._rng.random() < 0.5):
            self._start(self._rng.choice(startable))
        elif running:
            self._act(self._rng.choice(running))
        elif (moment := self.state.next_moment) is not None:
            self._now = moment
            self.happen(ev.Rang())
        else:
            self.is_stuck = True

    def _startable(self) -> Iterator[LiveNode]:
        """The nodes that may start now. Limits say only when; so they are left aside."""
        state, judge = self.state, self.state.judge
        asked = judge.graph.back.asked
        later = set(cone(*(back.target for back in asked))) if asked else ()
        for live in judge.graph.nodes.values():
            if live in later:
                continue
            if live.startable and not (state.owed and judge.ledger.forbids_start(live)):
                yield live

    def _start(self, live: LiveNode) -> None:
        iteration = self.state.iterations.get(live.id, 0) + 1
        started = ev.Started(live.id, self.state.trials.get(live.id, 0) + 1, iteration)
        self.state.apply(started)
        self.facts.append(started)

    def _answer(self, live: LiveNode) -> None:
        """Somebody outside answers what a node asks; no task reads what."""
        wanted = self._rng.choice(self.state.wanted(live))
        self.happen(ev.Answer(live.id, wanted.input, None, self.state.seq))

    def _order(self) -> None:
        """Somebody cancels a node or skips it, whatever it is, if that breaks no promise; and whoever
        runs it stops it."""
        nodes = self.state.judge.graph.nodes.values()
        live = [one for one in nodes if one.live]
        if not live:
            return
        node = self._rng.choice(live)
        skip = self._rng.random() < 0.5
        value = skeleton(_places_read(self.state, node)) if skip else None
        order = ev.CancelNode(node.id, skip=skip, value=value)
        if not objection(tried(replay(self.facts), order), order):
            self.happen(order)
            if node.id in self.state.running:
                self.happen(ev.Lost(node.id, self.state.running[node.id], "it was stopped"))
                self.happen(order)

    def _act(self, node: str) -> None:
        rng, habits = self._rng, self.habits
        live = self.state.node(node)
        if rng.random() < habits.crashes:
            self._cut_off(node)
        elif rng.random() < (FORESEEN if live.handlers else habits.failures):
            self._fail(node)
        elif self._ports_left(live) and rng.random() < EMITTED:
            self._emit(node, rng.choice(self._ports_left(live)))
        elif rng.random() < habits.promises:
            self._promise(live)
        elif self._steps_left > 0 and rng.random() < 0.5:
            self._grow(live)
        else:
            self._finish(node)

    # --- what may happen ---

    def happen(self, happening: ev.Happening) -> ev.Decision:
        decision = decide(self.state, happening, self._now)
        self.facts += decision.facts
        for wish in decision.instructions:  # it has all pools for itself
            if isinstance(wish, ev.Reserve):
                self.happen(ev.Granted(wish.node, len(self.facts)))
        return decision

    def _heard(self, node: str, message: msg.FromTask) -> ev.Decision:
        return self.happen(ev.Heard(node, self.state.running[node], message))

    def _cut_off(self, node: str) -> None:
        """One trial is stopped, or all of them with the orchestrator."""
        if self._rng.random() < 0.5:
            self.happen(ev.Cut(node, self.state.running[node], "stopped"))
        else:
            self.state = replay(self.facts)
            self.state.jobs = self.habits.jobs or 0
            self._planner.tasks = self.state.tasks
            self.happen(ev.TakenUp())

    def _fail(self, node: str) -> None:
        """A trial fails, unless that breaks the run: then the node stays running."""
        kept = len(self.facts)
        if self._rng.random() < 0.5:
            self._heard(node, msg.Fail("it failed"))
        else:
            self.happen(ev.Lost(node, self.state.running[node], "its process is gone"))
        if self.state.status == "broken":
            self._take_back(kept)
            self._blocked.add(node)

    def _ports_left(self, live: LiveNode) -> list[str]:
        """The ports in which it has emitted nothing yet. Who may start is told by the first chunk."""
        return [port for port in self.state.tasks[live.node.task].ports if port not in live.begun]

    def _emit(self, node: str, port: str) -> None:
        gather = self.state.tasks[self.state.node(node).node.task].ports[port].gather
        chunk: Json = {"text": "", "merge": {}}.get(gather)
        self._heard(node, msg.Chunk(port, chunk))

    def _promise(self, live: LiveNode) -> None:
        nodes = list(self.state.judge.graph.nodes.values())
        have = Counter(other.node.task for other in nodes)
        vow = random_vow(self._rng, self.state.tasks, [other.id for other in nodes], have)
        self._propose(live, Change(promises=(vow,)))

    def _grow(self, live: LiveNode) -> None:
        """Some of what the node may grow; less of it if that is refused."""
        plan = self._plan(live)
        self._rng.shuffle(plan.units)
        some = plan.units[: self._rng.randrange(len(plan.units) + 1)]
        extra = self._extra_wires(live, some)
        if not self._propose(live, _change(live, plan, some, extra)):
            for unit in some:
                self._propose(live, _change(live, plan, [unit], []))
            for wire in extra:
                self._propose(live, _change(live, plan, [], [wire]))

    def _finish(self, node: str) -> None:
        """Grows what must still come, and perhaps more, and ends; or leaves the node running."""
        again = self._another_round(self.state.node(node))
        for just in (None, *TRIES) if again else TRIES:
            live = self.state.node(node)  # another one, after the last try was taken back
            plan = self._plan(live, just)
            change = _change(live, plan, plan.units, self._extra_wires(live, plan.units))
            if not self._would(live, change):
                change = _change(live, plan, plan.units, [])
            if self._would(live, change) and self._end(live, change, again):
                return
            again = None
        if self.state.node(node).handlers:  # it may be that it can end in no other way
            self._fail(node)
        else:
            self._blocked.add(node)

    def _another_round(self, live: LiveNode) -> BackEdge | None:
        """The loop that is to come round when `live` ends, if one is."""
        judge = self.state.judge
        may = [one for one in judge.graph.back.of(live) if judge.rounds.left(one.target) != 0]
        if not may or self._steps_left <= 0 or self._rng.random() >= COMES_ROUND:
            return None
        return self._rng.choice(may)

    def _end(self, live: LiveNode, change: Change, again: BackEdge | None) -> bool:
        """Ends a node with its last change, in one event or in two, unless that breaks the run."""
        kept = len(self.facts)
        at_once = self._rng.random() < 0.5
        if change and not at_once:
            self._propose(live, change)
        last = change if change and at_once else None
        if again is None:
            finish = msg.Finish(skeleton(_places_read(self.state, live)), change=last)
        else:
            sent = skeleton([again.edge.output or ""])
            finish = msg.Finish(sent, change=last, again=again.target.id)
        self._heard(live.id, finish)
        if self.state.status != "broken":
            return True
        self._take_back(kept)
        return False

    def _take_back(self, kept: int) -> None:
        """Goes back to where the journal had so many facts."""
        del self.facts[kept:]
        self.state = replay(self.facts)
        self.state.jobs = self.habits.jobs or 0
        self._planner.tasks = self.state.tasks

    # --- changes ---

    def _plan(self, live: LiveNode, just: int | None = None) -> Plan:
        planner = self._planner
        planner.grown = len(self.state.judge.graph.nodes) - self._registered
        planner.eager = self.habits.eager if just is None and self._steps_left > 0 else 0.0
        planner.at_least = just or 0 if planner.grown < self._enough else 0
        return planner.plan(live.id, live.node.task, [made.node for made in live.made])

    def _extra_wires(self, live: LiveNode, units: Iterable[Iterable[Any]]) -> list[Pair]:
        """Wires that nobody asked for, most often among what the node grows."""
        rng = self._rng
        if rng.random() >= self.habits.wires:
            return []
        own = [made.id for made in live.made] + [node.id for unit in units for node in unit]
        ends = own if rng.random() < 0.5 else [*own, *self.state.judge.graph.nodes]
        pairs = {(rng.choice(ends), rng.choice(ends)) for _ in range(rng.randrange(1, 4)) if ends}
        return sorted(pair for pair in pairs if pair[0] != pair[1])

    def _would(self, live: LiveNode, change: Change) -> bool:
        if not change:
            return True
        self._requests += 1
        decision = self._heard(live.id, msg.Would(self._requests, change))
        return _reply(decision).ok

    def _propose(self, live: LiveNode, change: Change) -> bool:
        """Makes the change if the machine says that it would be accepted."""
        if not change or not self._would(live, change):
            return False
        decision = self._heard(live.id, msg.Propose(self._requests, change))
        if self.state.status == "broken" or not _reply(decision).ok:
            raise Surprise(f"it would accept a change of {live.id!r}, and then did not: {change}")
        return True


def _reply(decision: ev.Decision) -> msg.Reply:
    return next(told.reply for told in decision.instructions if isinstance(told, ev.Tell))


def _change(live: LiveNode, plan: Plan, units: Iterable[list[Any]], extra: list[Pair]) -> Change:
    """These units of the plan, with all edges that must join them to each other and to what
    exists."""
    nodes = tuple(node for unit in units for node in unit)
    known = {made.id for made in live.made} | {node.id for node in nodes}
    old = {(made.id, after.id) for made in live.made for after in made.out}
    must = [pair for pair in plan.edges if known.issuperset(pair) and pair not in old]
    return Change(nodes, tuple(Edge(*pair) for pair in dict.fromkeys([*must, *extra])))


# --- values, of which nobody reads more than the places that wires name -------------------------


def skeleton(pointers: Iterable[Pointer]) -> Json:
    """A value that has all these places."""
    value: dict[str, Any] = {}
    for pointer in pointers:
        at = value
        for token in tokens(pointer):
            at = at.setdefault(token, {})
    return value or None


def _places_read(state: State, live: LiveNode) -> Iterator[Pointer]:
    """The places in the output of a node that edges and the output of the run read."""
    for pair in live.out.values():
        yield from (e.edge.output for e in pair.edges if e.edge.output and e.edge.port is None)
    yield from (hole.pointer for hole in state.result.holes if hole.source == live.id)


def _made_up_inputs(graph: Graph) -> dict[str, Json]:
    feeds = [feed for node in graph.nodes for feed in node.feeds] + list(graph.output.feeds)
    return {
        name: given.default
        if not given.required
        else skeleton(feed.output for feed in feeds if feed.name == name)
        for name, given in graph.inputs.items()
    }
