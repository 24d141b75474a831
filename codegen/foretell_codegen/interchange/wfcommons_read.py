"""Reading WfFormat: a graph of stand-ins that can be run.

Knows what is in an instance and where it goes. Files decide data edges: a file that one task makes and
a later one reads is carried from the one to the other; parents from which nothing is read stay as
mere order. Files that nobody makes are constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.errors import DocumentError
from foretell.graph.model import Edge, Hole, Json, Node, Output
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
    refuse_cycles,
    texts,
    tidy_name,
)
from foretell_codegen.interchange.names import with_ids_of_ours
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.wfcommons import (
    EXECUTION,
    FILES,
    MAKES,
    MEASURED,
    NAME,
    ORIGIN,
    READS,
    SECONDS,
    TASKS,
    VERSIONS,
    file,
    stand_in,
)


@dataclass(slots=True)
class _Task:
    """A task of the instance. `before` are its parents, and those of which it is a child."""

    where: str
    name: str
    reads: list[str]
    makes: list[str]
    before: dict[str, None] = field(default_factory=dict)
    measured: Mapping[str, Json] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    """The place of each file that it makes, in the list of them."""

    def __post_init__(self) -> None:
        for i, made in enumerate(self.makes):
            self.at.setdefault(made, i)


def read(data: Object, notes: Notes, pace: float = 0.0) -> Graph:
    """The graph of an instance. With a `pace` each stand-in takes that part of the time that was
    measured."""
    version = _version(data)
    workflow = an_object(need(data, "workflow", "$"), "$.workflow")
    drop_rest(workflow, ("specification", "execution"), "$.workflow", notes)
    said = an_object(need(workflow, "specification", "$.workflow"), "$.workflow.specification")
    drop_rest(said, ("tasks", "files", "metrics"), "$.workflow.specification", notes)
    if "metrics" in said:
        notes.dropped("$.workflow.specification.metrics", "it can be computed from the rest")
    sizes = _sizes(said, notes)
    tasks = _tasks(said, notes)
    _refuse_unused(sizes, tasks, notes)
    ran = _execution(workflow.get("execution"), tasks, notes)
    header = {key: data[key] for key in data if key not in ("name", "schemaVersion", "workflow")}
    origin = {"format": NAME, "version": version, "said": header, "execution": ran}
    name = a_text(need(data, "name", "$"), "$.name")
    called = tidy_name(name, "$.name", notes, "workflow")
    graph = _Wiring(tasks, sizes, notes, pace).graph(called, origin)
    return with_ids_of_ours(graph, ORIGIN, f"{TASKS}[{{}}].id", notes)


def _version(data: Object) -> str:
    version = a_text(need(data, "schemaVersion", "$"), "$.schemaVersion")
    if version not in VERSIONS:
        parts = [int(part) for part in version.split(".") if part.isdecimal()]
        older = parts < [int(part) for part in VERSIONS[0].split(".")]
        cure = (
            "Bring it to 1.6 first: WfFormat has tools/wfcommons-migrate-instance.py for that"
            if older
            else "Install a newer foretell"
        )
        raise DocumentError(
            "$.schemaVersion",
            f"this is WfFormat {version!r:.40}; this foretell reads {' and '.join(VERSIONS)}. {cure}",
        )
    return version


def _sizes(said: Object, notes: Notes) -> dict[str, int]:
    sizes: dict[str, int] = {}
    places: dict[str, str] = {}
    for where, record in objects(said.get("files", []), FILES):
        name = a_text(need(record, "id", where), f"{where}.id")
        new_id(name, places, f"{where}.id", "file")
        size = need(record, "sizeInBytes", where)
        if type(size) is not int or size < 0:
            raise DocumentError(
                f"{where}.sizeInBytes", f"expected a number of bytes, got {size!r:.40}"
            )
        sizes[name], places[name] = size, where
        drop_rest(record, ("id", "sizeInBytes"), where, notes)
    return sizes


def _tasks(said: Object, notes: Notes) -> dict[str, _Task]:
    tasks: dict[str, _Task] = {}
    named: list[tuple[str, str, str]] = []
    places: dict[str, str] = {}
    for where, record in objects(need(said, "tasks", "$.workflow.specification"), TASKS):
        name = a_name(need(record, "id", where), f"{where}.id")
        new_id(name, places, f"{where}.id")
        places[name] = where
        tasks[name] = _Task(
            where,
            tidy_name(
                a_text(need(record, "name", where), f"{where}.name"), f"{where}.name", notes, "task"
            ),
            texts(record.get("inputFiles", []), f"{where}.inputFiles"),
            texts(record.get("outputFiles", []), f"{where}.outputFiles"),
        )
        for key in ("parents", "children"):
            for i, other in enumerate(texts(need(record, key, where), f"{where}.{key}")):
                named.append((name, other, f"{where}.{key}[{i}]"))
        drop_rest(
            record, ("name", "id", "parents", "children", "inputFiles", "outputFiles"), where, notes
        )
    if not tasks:
        raise DocumentError(TASKS, "there are no tasks")
    _order(tasks, named, notes)
    return tasks


def _order(tasks: dict[str, _Task], named: list[tuple[str, str, str]], notes: Notes) -> None:
    said: dict[tuple[str, str], list[str]] = {}
    for name, other, where in named:
        known_id(other, tasks, where)
        pair = (other, name) if ".parents[" in where.removeprefix(TASKS) else (name, other)
        said.setdefault(pair, []).append(where)
    for (source, target), places in said.items():
        tasks[target].before[source] = None
        sides = {".parents[" in place for place in places}
        if len(sides) == 1:
            notes.changed(
                places[0],
                f"{target!r} comes after {source!r}, which only one of the two says; now both do",
            )
        for place in places[len(sides) :]:
            notes.dropped(place, "it is said before")
    refuse_cycles({name: task.before for name, task in tasks.items()}, TASKS, NAME)


def _refuse_unused(sizes: Mapping[str, int], tasks: Mapping[str, _Task], notes: Notes) -> None:
    used = {name for task in tasks.values() for name in (*task.reads, *task.makes)}
    for i, name in enumerate(sizes):
        if name not in used:
            notes.dropped(f"{FILES}[{i}]", f"no task reads or makes the file {name!r:.80}")


def _execution(value: Any, tasks: Mapping[str, _Task], notes: Notes) -> dict[str, Json] | None:
    """What was measured of each task goes to it; of the rest, what is not computed from it."""
    if value is None:
        return None
    ran = an_object(value, EXECUTION)
    places: dict[str, str] = {}
    for where, record in objects(need(ran, "tasks", EXECUTION), f"{EXECUTION}.tasks"):
        name = known_id(a_text(need(record, "id", where), f"{where}.id"), tasks, f"{where}.id")
        new_id(name, places, f"{where}.id")
        places[name] = where
        runtime = need(record, "runtimeInSeconds", where)
        if type(runtime) not in (int, float) or not 0 <= runtime < 1e9:
            raise DocumentError(
                f"{where}.runtimeInSeconds", f"expected seconds, got {runtime!r:.40}"
            )
        tasks[name].measured = {key: value for key, value in record.items() if key != "id"}
    if "metrics" in ran:
        notes.dropped(f"{EXECUTION}.metrics", "it can be computed from the rest")
    return {key: value for key, value in ran.items() if key not in ("tasks", "metrics")}


class _Wiring:
    """From tasks and files to nodes and edges."""

    def __init__(
        self, tasks: Mapping[str, _Task], sizes: Mapping[str, int], notes: Notes, pace: float
    ) -> None:
        self.tasks = tasks
        self.sizes = sizes
        self.notes = notes
        self.pace = pace
        self.makers: dict[str, dict[str, None]] = {}
        self.read: set[tuple[str, str]] = set()
        """Maker and file, for those that an edge carries."""
        for name, task in tasks.items():
            for made in task.makes:
                self.makers.setdefault(made, {})[name] = None

    def graph(self, name: str, origin: Mapping[str, Json]) -> Graph:
        edges = tuple(edge for each in self.tasks for edge in self._edges(each))
        nodes = tuple(self._node(each, task) for each, task in self.tasks.items())
        products = [
            Hole("", each, f"/{i}")
            for each, task in self.tasks.items()
            for made, i in task.at.items()
            if (each, made) not in self.read
        ]
        holes = tuple(Hole(f"/{i}", one.node, one.pointer) for i, one in enumerate(products))
        return Graph(
            name,
            tasks=self._specs(),
            nodes=nodes,
            edges=edges,
            output=Output([None] * len(holes), holes) if holes else Output(),
            layout={ORIGIN: origin},
        )

    def _specs(self) -> dict[str, TaskSpec]:
        counts: dict[str, list[int]] = {}
        for task in self.tasks.values():
            counts.setdefault(task.name, []).append(len(task.makes))
        return {
            name: stand_in(name, min(many), max(many), bool(self.pace))
            for name, many in counts.items()
        }

    def _node(self, name: str, task: _Task) -> Node:
        inputs: dict[str, Json] = {MAKES: [file(made, self.sizes) for made in task.makes]}
        if task.reads:
            inputs[READS] = [
                None if self._maker(name, one) else file(one, self.sizes) for one in task.reads
            ]
        if task.measured:
            inputs[MEASURED] = dict(task.measured)
        if self.pace:
            inputs[SECONDS] = round(
                self.pace * float(task.measured.get("runtimeInSeconds", 0.0)), 6
            )
        return Node(name, task.name, inputs=inputs)

    def _edges(self, name: str) -> list[Edge]:
        task = self.tasks[name]
        wires = []
        for i, one in enumerate(task.reads):
            maker = self._maker(name, one)
            if maker:
                self.read.add((maker, one))
                at = self.tasks[maker].at[one]
                wires.append(Edge(maker, name, "data", f"/{at}", f"/{READS}/{i}"))
            elif self.makers.get(one, {}).keys() - {name}:
                self.notes.changed(
                    f"{task.where}.inputFiles[{i}]",
                    f"the file {one!r:.80} is made by a task that is no parent of {name!r:.80}, so it is "
                    f"taken as one that is there from the beginning",
                )
        carried = {wire.source for wire in wires}
        order = [Edge(source, name) for source in task.before if source not in carried]
        return [*order, *wires]

    def _maker(self, reader: str, name: str) -> str | None:
        """The parent of `reader` that makes the file, the last if there are several."""
        before = self.tasks[reader].before
        return next((one for one in reversed(self.makers.get(name, {})) if one in before), None)
