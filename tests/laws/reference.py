"""A journal, read as a stranger would: plain nodes, the edges that somebody wrote, the definitions.

`Reference.see` takes one fact after the other, says whether it may follow, and keeps what it says of
nodes and values. It knows no structural edges, no counters and no books: an edge speaks of its
source with all that this grew, and everything is looked for anew each time. So it is slow, small,
and shares nothing with the machine but the records of the journal. It knows no promises: whether
one was broken, or holds a node back, it takes from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.limits import Limit
from foretell.promises.selectors import EveryNode, IdIs, TagIs, TaskIs
from foretell.protocol.messages import Finish
from foretell_runtime.machine import events as ev

BADLY = ("failed", "ruled_out", "cancelled")
ENDED = ("done", *BADLY)


class Lacking(Exception):
    """A value is not there."""


@dataclass
class Thing:
    """A node. `trials` and `iterations` are those that it has begun itself, in its present
    iteration and in all; `wants` are the places for which the outside still owes it something, and
    `since` from when on."""

    spec: Node
    maker: str | None
    status: str = "waiting"
    trials: int = 0
    iterations: int = 0
    retries: int = 0
    rests: float | None = None
    wait: float = 0.0
    overdue: bool = False
    wants: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    sent: tuple[str, Any] | None = None
    output: Any = None
    holes: tuple[Any, ...] = ()
    chunks: dict[str, list[Any]] = field(default_factory=dict)
    concluded: bool = False
    failure: tuple[int, str] | None = None
    held: bool = False
    until: float | None = None


@dataclass
class Reference:
    """What is known of a run after some facts. `excused` are nodes whose last failure was said to be
    permanent; only who made it up can know."""

    things: dict[str, Thing] = field(default_factory=dict)
    edges: list[tuple[Edge, str | None]] = field(default_factory=list)
    limits: list[tuple[Limit, str | None]] = field(default_factory=list)
    tasks: dict[str, TaskSpec] = field(default_factory=dict)
    last_trial: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    graph: Graph | None = None
    status: str = "running"
    output: Any = None
    paused: bool = False
    stopping: dict[str, ev.CancelNode] = field(default_factory=dict)
    begins: list[tuple[float, Node]] = field(default_factory=list)
    """Of all trials, when they began; and below, when they ended. Limits by the clock read these."""
    ends: list[tuple[float, Node]] = field(default_factory=list)
    seen: int = 0
    excused: set[str] = field(default_factory=set)

    # --- what the definitions say ---

    def under(self, maker: str) -> list[str]:
        """What `maker` grew, and what that grew."""
        found = [maker]
        for name in found:
            found += [other for other, thing in self.things.items() if thing.maker == name]
        return found[1:]

    def waits(self, name: str) -> Iterator[tuple[Edge | None, list[str]]]:
        """Each edge that `name` waits for, and of whom it speaks. None: of whoever grew it."""
        maker = self.things[name].maker
        if maker is not None:
            yield None, [maker]
        for edge, _ in self.edges:
            if edge.target == name and edge.kind != "loop":
                kin = self.under(edge.source)
                yield edge, [edge.source] if name in kin else [edge.source, *kin]

    def met(self, name: str) -> bool:
        """Whether all are there for whom `name` waits."""
        return all(self._is_met(name, edge, kin) for edge, kin in self.waits(name))

    def _is_met(self, name: str, edge: Edge | None, kin: list[str]) -> bool:
        ends = [self.things[one].status for one in kin]
        on = "ok" if edge is None else edge.on
        if on == "ok" and edge is not None and self.reads_early(edge):
            return ends == ["done"] or (
                ends == ["running"] and bool(self.things[kin[0]].chunks.get(edge.port or ""))
            )
        if on == "ok":
            return all(end == "done" for end in ends)
        over = all(end in ENDED for end in ends)
        return over and (on == "any" or "failed" in ends)

    def reads_early(self, edge: Edge) -> bool:
        """Whether it is early, and no other one between the same two waits for the end."""
        return edge.early and all(
            other.early
            for other, _ in self.edges
            if (other.source, other.target) == (edge.source, edge.target) and other.kind != "loop"
        )

    def never(self) -> set[str]:
        """The waiting nodes that can no longer start, given how others have ended."""
        gone: set[str] = set()

        def end(name: str) -> str:
            return "ruled_out" if name in gone else self.things[name].status

        def is_never(name: str) -> bool:
            for edge, kin in self.waits(name):
                ends = [end(one) for one in kin]
                on = "ok" if edge is None else edge.on
                if on == "ok" and any(one in BADLY for one in ends):
                    return True
                if on == "fail" and "failed" not in ends and all(one in ENDED for one in ends):
                    return True
            return False

        while True:
            waiting = {n for n, thing in self.things.items() if thing.status == "waiting"} - gone
            more = {name for name in waiting if is_never(name)}
            if not more:
                return gone
            gone |= more

    def cone(self, tops: Iterable[str]) -> set[str]:
        """These, and all that comes after one of them."""
        found = set(tops)
        while True:
            more = {
                name
                for name in self.things.keys() - found
                if any(found.intersection(kin) for _, kin in self.waits(name))
            }
            if not more:
                return found
            found |= more

    def startable(self, now: float | None) -> list[str]:
        """Who waits for nothing but a place among those that run."""
        later = self.cone(target for _, target in self.asked) if self.asked else set()
        return [
            name
            for name, thing in self.things.items()
            if thing.status == "waiting" and not thing.wants and thing.rests is None
            and not thing.held and name not in later and self.met(name)
            and name not in self.stopping and not self.full(name, now)
        ]  # fmt: skip

    def full(self, name: str, now: float | None) -> Limit | None:
        """A limit upon `name` that does not allow it to start."""
        for limit, maker in self.limits:
            timed = maker is None and now is not None and self._selects(limit, name)
            if timed and self._is_early(limit, now or 0.0):
                return limit
            running = sum(
                thing.status == "running" and self._selects(limit, other)
                for other, thing in self.things.items()
            )
            full = limit.running is not None and running >= limit.running
            if full and self._selects(limit, name):
                return limit
        return None

    def _is_early(self, limit: Limit, now: float) -> bool:
        """Whether it is too soon after others."""
        begins = [at for at, spec in self.begins if self._speaks_of(limit, spec)]
        ends = [at for at, spec in self.ends if self._speaks_of(limit, spec)]
        early = False
        if limit.starts is not None and limit.per_s is not None:
            n, per = limit.starts, limit.per_s
            if limit.spaced:
                n, per = 1, per / n
            early = sum(now < at + per for at in begins) >= n
        return early or (limit.rest_s is not None and any(now < at + limit.rest_s for at in ends))

    def _selects(self, limit: Limit, name: str) -> bool:
        return self._speaks_of(limit, self.things[name].spec)

    def _speaks_of(self, limit: Limit, spec: Node) -> bool:
        match limit.of:
            case EveryNode():
                return True
            case TaskIs(task):
                return spec.task == task
            case TagIs(tag):
                return tag in (*spec.tags, *self.tasks[spec.task].tags)
            case IdIs(glob):
                return spec.id == glob
            case other:
                raise AssertionError(f"teach the reference {other}")

    def option(self, name: str, option: str) -> Any:
        spec = self.things[name].spec
        return spec.options.get(option, self.tasks[spec.task].options.get(option))

    def begun(self, name: str) -> bool:
        thing = self.things[name]
        return thing.trials > 0 or thing.status != "waiting"

    def handles(self, name: str) -> bool:
        """Whether somebody may run although `name` has failed, of whom it is known by now."""
        never = self.never()
        for other, thing in self.things.items():
            ways = [edge for edge, kin in self.waits(other) if name in kin]
            soft = bool(ways) and all(edge is not None and edge.on != "ok" for edge in ways)
            if thing.status == "waiting" and other not in never and soft:
                return True
        return False

    # --- values ---

    def value(self, name: str, port: str | None = None) -> Any:
        """What `name` came to, with what it grew put in."""
        thing = self.things.get(name)
        if thing is None or thing.status != "done":
            raise Lacking(name)
        if port is not None:
            return list(thing.chunks.get(port, []))
        return self._filled(thing.output, thing.holes)

    def _filled(self, value: Any, holes: Iterable[Any]) -> Any:
        value = deepcopy(value)
        for hole in holes:
            value = put(value, hole.at, get(self.value(hole.node, hole.port), hole.pointer))
        return value

    def result(self) -> Any:
        assert self.graph is not None
        return self._filled(self.graph.output.value, self.graph.output.holes)

    def inputs(self, name: str) -> Mapping[str, Any]:
        """What `name` is started with."""
        thing = self.things[name]
        value: Any = deepcopy(dict(thing.spec.inputs))
        for at, answer in thing.answers.items():
            value = put(value, at, answer)
        for edge, kin in self.waits(name):
            if edge is not None and edge.input is not None:
                value = self._brought(value, edge, kin)
        whole: Mapping[str, Any] = value if thing.sent is None else put(value, *thing.sent)
        return whole

    def _brought(self, value: Any, edge: Edge, kin: list[str]) -> Any:
        at, place = edge.input or "", edge.output or ""
        if edge.early:
            return put(value, at, [])
        if edge.carries == "failures":
            failed = sorted(
                (thing.failure, name) for name in kin if (thing := self.things[name]).failure
            )
            told = [
                {"node": name, "task": self.things[name].spec.task, "error": failure[1]}
                for failure, name in failed
            ]  # fmt: skip
            return put(value, at, get(told, place)) if told else value
        if edge.on == "ok" or all(self.things[one].status == "done" for one in kin):
            return put(value, at, get(self.value(edge.source, edge.port), place))
        return value

    # --- the facts, one by one ---

    def see(self, fact: ev.Fact, now: float | None = None) -> None:
        """Raises `AssertionError` if `fact` may not follow. `now` is when it was decided."""
        assert self.status == "running" or isinstance(fact, ev.Restarted), "the run is over"
        change = fact.change if isinstance(fact, (ev.Changed, ev.Finished)) else None
        if change is not None and isinstance(fact, (ev.Changed, ev.Finished)):
            self._add(change, fact.node)
        ends = fact.nodes if isinstance(fact, ev.Cancelled) else ()
        ends = (fact.node,) if isinstance(fact, (ev.Finished, ev.Failed, ev.Interrupted)) else ends
        over = [self.things[name] for name in ends]
        self.ends += [(now or 0.0, thing.spec) for thing in over if thing.status == "running"]
        getattr(self, f"_{fact.kind.replace('-', '')}")(fact, now)
        self.seen += 1

    def _running(self, fact: Any) -> Thing:
        thing = self.things[fact.node]
        assert thing.status == "running", f"{fact.kind} of {fact.node}, which is {thing.status}"
        assert fact.trial == self.last_trial[fact.node], f"{fact.kind} of an old trial: {fact}"
        return thing

    def _add(self, change: Change, maker: str | None) -> None:
        assert maker is None or self.things[maker].status == "running"
        self.tasks.update(change.tasks)
        for node in change.nodes:
            assert node.id not in self.things, f"a second {node.id}"
            wants = {one.input: one for one in node.outside}
            self.things[node.id] = Thing(node, maker, wants=wants)
        for edge in change.edges:
            assert edge.source in self.things
            assert edge.kind == "loop" or self.things[edge.target].status == "waiting"
            self.edges.append((edge, maker))
        self.limits += [(limit, maker) for limit in change.limits]

    def _registered(self, fact: ev.Registered, now: float | None) -> None:
        assert not self.things
        self.graph = fact.graph
        self._add(fact.graph.as_change(), None)

    def _started(self, fact: ev.Started, now: float | None) -> None:
        name, thing = fact.node, self.things[fact.node]
        assert thing.status == "waiting", f"{name} starts, and is {thing.status}"
        assert self.met(name), f"{name} starts before all are there for whom it waits"
        assert not thing.wants, f"{name} starts without what it wants from outside"
        assert thing.rests is None, f"{name} starts before its moment"
        assert self.full(name, now) is None, f"{name} starts beyond {self.full(name, now)}"
        assert not self.paused, f"{name} starts, and the run is paused"
        assert name not in self.stopping, f"{name} starts, and is to be cancelled"
        assert not self.asked or name not in self.cone(target for _, target in self.asked)
        assert fact.trial == self.last_trial.get(name, 0) + 1, f"{name} starts as {fact.trial}"
        assert fact.iteration == thing.iterations + 1
        limit = self.option(name, "timeout")
        assert (fact.until is None) == (limit is None)
        if now is not None and limit is not None:
            assert fact.until == now + limit
        self.last_trial[name] = fact.trial
        self.begins.append((now or 0.0, thing.spec))
        thing.status, thing.trials, thing.chunks = "running", thing.trials + 1, {}
        thing.held, thing.until = False, fact.until

    def _changed(self, fact: ev.Changed, now: float | None) -> None:
        assert not self._running(fact).overdue

    def _refused(self, fact: ev.Refused, now: float | None) -> None:
        assert not self._running(fact).overdue

    def _progress(self, fact: ev.Progressed, now: float | None) -> None:
        assert not self._running(fact).overdue

    def _emitted(self, fact: ev.Emitted, now: float | None) -> None:
        thing = self._running(fact)
        assert not thing.overdue
        assert fact.port in self.tasks[thing.spec.task].ports
        thing.chunks.setdefault(fact.port, []).append(fact.chunk)

    def is_certain(self, name: str) -> bool:
        return all(
            self.things[edge.source].status == "done"
            for edge, _ in self.waits(name)
            if edge is not None and edge.early
        )

    def _concluded(self, fact: ev.Concluded, now: float | None) -> None:
        thing = self._running(fact)
        assert not thing.concluded
        assert not self.is_certain(fact.node)
        thing.concluded, thing.until = True, None
        assert not isinstance(fact.word, Finish) or fact.word.change is None

    def _ends(self, fact: Any) -> Thing:
        thing = self._running(fact)
        assert self.is_certain(fact.node), f"{fact.node} ends before what it reads is certain"
        thing.concluded = thing.overdue = False
        thing.until = None
        return thing

    def _finished(self, fact: ev.Finished, now: float | None) -> None:
        assert not self.things[fact.node].overdue, "it had had its time"
        thing = self._ends(fact)
        thing.status, thing.output, thing.holes = "done", fact.output, fact.holes
        for hole in fact.holes:
            assert self.things[hole.node].maker == fact.node
        if fact.again is not None:
            self.asked.append((fact.node, fact.again))
            assert any(
                edge.kind == "loop" and (edge.source, edge.target) == self.asked[-1]
                for edge, _ in self.edges
            )

    def _failed(self, fact: ev.Failed, now: float | None) -> None:
        name, thing = fact.node, self._ends(fact)
        may = self.option(name, "retries") or 0
        assert fact.final or thing.retries < may, f"{name} is tried again once too often"
        assert not fact.final or thing.retries == may or name in self.excused, (
            f"{name} has {may - thing.retries} retries left"
        )
        self.excused.discard(name)
        if not fact.final:
            thing.status, thing.retries, thing.rests = "waiting", thing.retries + 1, fact.again_at
            thing.wait = fact.wait
            return
        thing.status, thing.failure = "failed", (self.seen, fact.error)
        after = replace(self, things={n: replace(one) for n, one in self.things.items()})
        after._take_back(name)
        assert fact.handled == after.handles(name), f"handled: {fact.handled}, of {name}"
        if not fact.handled:
            self.lost.add(name)

    def _due(self, fact: ev.Due, now: float | None) -> None:
        thing = self.things[fact.node]
        if fact.what == "timeout":
            self._running(fact)
            assert not thing.overdue
            assert now is None or (thing.until is not None and now >= thing.until)
            thing.overdue = True
        else:
            assert thing.rests is not None
            assert now is None or now >= thing.rests
            thing.rests = None

    def _interrupted(self, fact: ev.Interrupted, now: float | None) -> None:
        thing = self._running(fact)
        if thing.overdue:
            assert fact.why == "it is done again" or not self.is_certain(fact.node), (
                "it had its time"
            )
        thing.status, thing.until = "waiting", None
        thing.concluded = thing.overdue = False

    def _take_back(self, name: str) -> set[str]:
        """What the trial of `name` has added goes."""
        gone = set(self.under(name))
        self.limits = [one for one in self.limits if one[1] not in gone | {name}]
        self.edges = [
            (edge, maker)
            for edge, maker in self.edges
            if maker not in gone | {name} and edge.source not in gone and edge.target not in gone
        ]
        for one in gone:
            assert self.things[one].status in ("waiting", "ruled_out"), one
            del self.things[one]
        return gone

    def _retired(self, fact: ev.Retired, now: float | None) -> None:
        gone = self._take_back(fact.node)
        assert gone == set(fact.nodes), f"{fact.node} takes back {gone}, told were {fact.nodes}"

    def _do_again(self, tops: Iterable[str], nodes: Iterable[str], retired: Iterable[str]) -> None:
        cone = self.cone(tops)
        go = {name for name in cone if self.things[name].maker in cone}
        begun = {name for name in cone - go if self.begun(name)}
        assert set(nodes) == begun, f"done again: {sorted(nodes)}, begun are {sorted(begun)}"
        assert set(retired) == go
        self.asked = [one for one in self.asked if one[0] not in cone]
        self.limits = [one for one in self.limits if one[1] not in cone]
        self.edges = [
            (edge, maker)
            for edge, maker in self.edges
            if maker not in cone and edge.source not in go and edge.target not in go
        ]
        self.lost -= cone
        self.stopping = {name: one for name, one in self.stopping.items() if name not in cone}
        for name in go:
            assert self.things[name].status != "running"
            del self.things[name]
        for name in cone - go:
            old = self.things[name]
            assert old.status != "running", f"{name} runs, and is done again"
            new = self.things[name] = Thing(old.spec, old.maker, iterations=old.iterations)
            new.wants, new.answers = old.wants, old.answers
            new.sent = old.sent if name in tops else None
            if name in begun:
                new.iterations += 1
                new.wants, new.answers = {one.input: one for one in old.spec.outside}, {}

    def _rearmed(self, fact: ev.Rearmed, now: float | None) -> None:
        assert (fact.by, fact.node) in self.asked, "nobody asked for this round"
        assert not self.lost
        edge = next(
            edge
            for edge, _ in self.edges
            if edge.kind == "loop" and (edge.source, edge.target) == (fact.by, fact.node)
        )
        sent = self.things[fact.by].output
        self._do_again([fact.node], fact.nodes, fact.retired)
        if edge.input is not None:
            self.things[fact.node].sent = edge.input, get(sent, edge.output or "")
        else:
            self.things[fact.node].sent = None

    def _restarted(self, fact: ev.Restarted, now: float | None) -> None:
        self._do_again(fact.tops, fact.nodes, fact.retired)
        self.status = "running"

    def _ruled_out(self, fact: ev.RuledOut, now: float | None) -> None:
        never = self.never()
        for name in fact.nodes:
            assert name in never, f"{name} might still start"
            self.things[name].status, self.things[name].rests = "ruled_out", None

    def _held(self, fact: ev.Held, now: float | None) -> None:
        thing = self.things[fact.node]
        assert thing.status == "waiting"
        thing.held = fact.why.startswith("promise ")
        assert thing.held or self.full(fact.node, now) is not None

    def _asked(self, fact: ev.Asked, now: float | None) -> None:
        assert self.things[fact.node].wants[fact.input].timed
        assert self.met(fact.node)

    def _answered(self, fact: ev.Answered, now: float | None) -> None:
        thing = self.things[fact.node]
        assert thing.status == "waiting"
        del thing.wants[fact.input]
        thing.answers[fact.input] = fact.value

    def _broken(self, fact: ev.Broken, now: float | None) -> None:
        """Promises are not known here."""

    def _paused(self, fact: ev.Paused, now: float | None) -> None:
        assert not self.paused
        self.paused = True

    def _unpaused(self, fact: ev.Unpaused, now: float | None) -> None:
        assert self.paused
        self.paused = False

    def _stopping(self, fact: ev.Stopping, now: float | None) -> None:
        thing = self._running(fact)
        assert fact.node not in self.stopping
        self.stopping[fact.node] = fact.order
        thing.overdue, thing.until = False, None

    def _cancel_refused(self, fact: ev.CancelRefused, now: float | None) -> None:
        self.stopping.pop(fact.node, None)

    def _skipped(self, fact: ev.Skipped, now: float | None) -> None:
        thing = self._let_go(fact.node)
        thing.status, thing.output, thing.holes, thing.chunks = "done", fact.output, (), {}

    def _recalled(self, fact: ev.Recalled, now: float | None) -> None:
        name = fact.node
        assert self.met(name), f"{name} is looked up before all are there for whom it waits"
        assert not self.things[name].wants, (
            f"{name} is looked up without what it wants from outside"
        )
        assert not self.paused, f"{name} is looked up, and the run is paused"
        assert name not in self.stopping, f"{name} is looked up, and is to be cancelled"
        thing = self._let_go(name)
        thing.status, thing.output, thing.holes, thing.chunks = "done", fact.output, (), {}

    def _let_go(self, name: str) -> Thing:
        """Somebody ended it, and it is not running: nothing is waited for any more."""
        thing = self.things[name]
        assert thing.status == "waiting"
        self.stopping.pop(name, None)
        thing.rests = None
        thing.wants, thing.answers = {}, {}
        return thing

    def _waived(self, fact: ev.Waived, now: float | None) -> None:
        assert self.things[fact.node].status in ("cancelled", "done")
        self.lost.add(fact.node)

    def _cancelled(self, fact: ev.Cancelled, now: float | None) -> None:
        if fact.alone:
            for name in fact.nodes:
                self._let_go(name).status = "cancelled"
            return
        running = {name for name, thing in self.things.items() if thing.status == "running"}
        assert running == set(fact.nodes)
        for name in running:
            thing = self.things[name]
            thing.status, thing.concluded, thing.overdue = "cancelled", False, False

    def _resumed(self, fact: ev.Resumed, now: float | None) -> None:
        """By a clock that may have been set back, nobody waits longer than they were to."""
        for thing in self.things.values():
            if thing.rests is not None and fact.at is not None:
                thing.rests = min(thing.rests, fact.at + thing.wait)
        if fact.at is not None:
            self.begins = [(min(at, fact.at), spec) for at, spec in self.begins]
            self.ends = [(min(at, fact.at), spec) for at, spec in self.ends]

    def _ended(self, fact: ev.Ended, now: float | None) -> None:
        states = {thing.status for thing in self.things.values()}
        assert "running" not in states, "the run is over, and somebody runs"
        self.status, self.output = fact.status, fact.output
        self.paused, self.stopping = False, {}
        for thing in self.things.values():
            thing.rests = None
        if fact.status not in ("done", "failed"):
            return
        left = self.startable(None)
        assert not left, f"the run is over, and {left} may start"
        if fact.status == "done":
            assert "waiting" not in states
            assert not self.lost
            assert fact.output == self.result()
        elif not self.lost:  # its result is not there
            try:
                self.result()
            except Lacking:
                return
            raise AssertionError("the run failed, and nobody did")


def get(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def put(value: Any, pointer: str, new: Any) -> Any:
    """`value` with `new` at `pointer`; `value` itself may change."""
    if not pointer:
        return new
    *path, last = pointer.split("/")[1:]
    at = value
    for token in path:
        at = at[int(token)] if isinstance(at, list) else at[token]
    at[int(last) if isinstance(at, list) else last] = new
    return value
