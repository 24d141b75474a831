"""Opening Workglow's compound tasks: what is within a `GraphAsTask` stands beside the others.

There, what a compound is given goes to those within that wait for nobody, and to whatever reads its
`InputTask`; what it gives is what its `OutputTask` reads, or what the last one within gives. So values can
go straight to where they are used, and nothing of the compound is left to do. Where that is not all
there is to it (several last ones, all outputs at once, its failures), it stays closed. So do loops and maps,
which only Workglow knows how to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from foretell_codegen.interchange.forms import (
    Object,
    a_name,
    a_text,
    an_object,
    drop_rest,
    known_id,
    need,
    new_id,
    objects,
)
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.workglow import ALL, ERROR, INPUT, OUTPUT

COMPOUND = "GraphAsTask"


@dataclass(frozen=True, slots=True)
class Flow:
    """A dataflow, the place where it is said, and how it is written there."""

    source: str
    gives: str
    target: str
    takes: str
    where: str
    written: Object

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.gives


@dataclass(slots=True)
class Level:
    """The tasks of a graph by id, each with its place, and its flows."""

    tasks: dict[str, tuple[str, Object]] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)


def task_id(value: Any, where: str) -> str:
    """Ids are of any kind there; a number is read as the text of it."""
    return a_name(str(value) if type(value) is int else value, where)


def flows_of(value: Any, where: str) -> Iterator[Flow]:
    for at, flow in objects(value, where):
        source, target = (
            task_id(need(flow, f"{side}TaskId", at), f"{at}.{side}TaskId")
            for side in ("source", "target")
        )
        gives, takes = (
            a_text(need(flow, f"{side}TaskPortId", at), f"{at}.{side}TaskPortId")
            for side in ("source", "target")
        )
        yield Flow(source, gives, target, takes, at, flow)


def opened(name: str, item: Object, where: str, around: list[Flow], notes: Notes) -> Level | None:
    """What stands in the place of a compound task: the tasks within, and all flows of its level with
    those in it; None if it stays closed. `around` are the flows of its level."""
    if item.get("type") != COMPOUND or not isinstance(item.get("subgraph"), dict):
        return None
    inside = Notes()
    level = _within(item["subgraph"], f"{where}.subgraph", inside)
    defaults = dict(an_object(item.get("defaults", {}), f"{where}.defaults"))
    opening = _Opening(name, defaults, level, around)
    if not opening.can():
        return None
    notes.add(inside)
    drop_rest(item, ("id", "type", "subgraph", "defaults"), where, notes)
    for one in (*opening.inputs, *([opening.output] if opening.output else ())):
        at, edge = level.tasks[one]
        drop_rest(edge, ("id", "type", "defaults"), at, notes)
    notes.changed(
        f"{where}.subgraph",
        f"its tasks stand beside the others, as {f'{name}/...'!r:.80}, and what it is given goes "
        f"straight to them",
    )
    for flow in opening.given:
        if not list(opening.into(flow)):
            notes.dropped(flow.where, f"nothing within {name!r:.80} reads it")
    for key in opening.unread():
        notes.dropped(f"{where}.defaults.{key}", "nothing within reads it")
    return Level(opening.tasks(), opening.flows())


def _within(data: Object, where: str, notes: Notes) -> Level:
    drop_rest(data, ("tasks", "dataflows"), where, notes)
    level = Level()
    places: dict[str, str] = {}
    for at, item in objects(need(data, "tasks", where), f"{where}.tasks"):
        name = task_id(need(item, "id", at), f"{at}.id")
        new_id(name, places, f"{at}.id")
        level.tasks[name], places[name] = (at, item), at
    level.flows = list(flows_of(need(data, "dataflows", where), f"{where}.dataflows"))
    for flow in level.flows:
        known_id(flow.source, level.tasks, f"{flow.where}.sourceTaskId")
        known_id(flow.target, level.tasks, f"{flow.where}.targetTaskId")
    for name, (at, item) in list(level.tasks.items()):
        found = opened(name, item, at, level.flows, notes)
        if found is not None:
            del level.tasks[name]
            level.tasks |= found.tasks
            level.flows = found.flows
    return level


class _Opening:
    def __init__(
        self, name: str, defaults: dict[str, Any], level: Level, around: list[Flow]
    ) -> None:
        self.name = name
        self.defaults = defaults
        self.level = level
        self.around = around
        self.given = [flow for flow in around if flow.target == name]
        self.read = [flow for flow in around if flow.source == name]
        reached = {flow.target for flow in level.flows}
        sources = {flow.source for flow in level.flows}
        self.first = [one for one in level.tasks if one not in reached]
        self.inputs = {one for one in self.first if self._type(one) == INPUT}
        ends = [one for one in level.tasks if one not in sources]
        self.output = next((one for one in ends if self._type(one) == OUTPUT), None)
        self.last = [one for one in ends if one != self.output]

    def _type(self, one: str) -> object:
        return self.level.tasks[one][1].get("type")

    def can(self) -> bool:
        """Whether all that goes in and out can go to and come from those within."""
        if any(flow.takes == ALL for flow in self.given) and (len(self.given) > 1 or self.defaults):
            return False
        if self.output and self.level.tasks[self.output][1].get("defaults"):
            return False
        if not self.read:
            return True
        if any(flow.gives == ERROR for flow in self.read):
            return False
        if self.output is None:
            return len(self.last) == 1
        return all(flow.gives != ALL and self._behind(flow.gives) for flow in self.read)

    def tasks(self) -> dict[str, tuple[str, Object]]:
        found: dict[str, tuple[str, Object]] = {}
        for one, (where, item) in self.level.tasks.items():
            if one not in self.inputs and one != self.output:
                defaults = {**item.get("defaults", {}), **self._constants(one)}
                found[self._inner(one)] = (
                    where, {**item, "id": self._inner(one), **({"defaults": defaults} if defaults else {})}
                )  # fmt: skip
        return found

    def _constants(self, one: str) -> Mapping[str, Any]:
        """What the constants of the compound are to one within."""
        if one in self.first:
            return self.defaults
        constants = {}
        for flow in self.level.flows:
            if flow.target == one and flow.source in self.inputs:
                said = {**self.level.tasks[flow.source][1].get("defaults", {}), **self.defaults}
                if flow.gives in said:
                    constants[flow.takes] = said[flow.gives]
        return constants

    def flows(self) -> list[Flow]:
        found: list[Flow] = []
        for flow in self.around:
            if flow.target == self.name:
                found += self.into(flow)
            elif flow.source == self.name:
                found += self._out_of(flow)
            else:
                found.append(flow)
        for flow in self.level.flows:
            if flow.source not in self.inputs and flow.target != self.output:
                found.append(
                    _with(flow, source=self._inner(flow.source), target=self._inner(flow.target))
                )
        return found

    def into(self, flow: Flow) -> Iterator[Flow]:
        """Where a flow into the compound goes within."""
        for one in self.first:
            if one not in self.inputs and one != self.output:
                yield _with(flow, target=self._inner(one))
        for inside in self.level.flows:
            if inside.source in self.inputs and flow.takes in (inside.gives, ALL):
                gives = inside.gives if flow.takes == ALL else flow.gives
                yield _with(
                    flow, gives=gives, target=self._inner(inside.target), takes=inside.takes
                )

    def unread(self) -> list[str]:
        """The constants of the compound that are nobody's within."""
        if self.inputs != set(self.first) - {self.output}:
            return []
        read = {flow.gives for flow in self.level.flows if flow.source in self.inputs}
        return [key for key in self.defaults if key not in read]

    def _out_of(self, flow: Flow) -> Iterator[Flow]:
        if self.output is None:
            yield _with(flow, source=self._inner(self.last[0]))
        for inside in self._behind(flow.gives) if self.output is not None else ():
            gives = flow.gives if inside.takes == ALL else inside.gives
            yield _with(flow, source=self._inner(inside.source), gives=gives)

    def _behind(self, port: str) -> list[Flow]:
        """What the output task reads for a port."""
        return [
            flow
            for flow in self.level.flows
            if flow.target == self.output
            and flow.source not in self.inputs
            and (flow.takes == port or (flow.takes == ALL and flow.gives == ALL))
        ]

    def _inner(self, one: str) -> str:
        return f"{self.name}/{one}"


def _with(flow: Flow, **other: str) -> Flow:
    ends = {"source": flow.source, "gives": flow.gives, "target": flow.target, "takes": flow.takes}
    return Flow(**{**ends, **other}, where=flow.where, written=flow.written)
