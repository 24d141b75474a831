"""Growth in a running task: every use of a right is one change, proposed to the orchestrator.

Bounds of rights are also counted here, so that the error is raised at the line that goes too far.
The orchestrator has the last word: it alone judges shapes and promises, and a breach it finds ends
the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import product
from types import FrameType
from typing import Any, Literal

from foretell.author.entry import current_base
from foretell.author.growth import Answer, Call, Grower, Right
from foretell.author.lets import rights_in_lets
from foretell.author.limiting import Limiting, limited
from foretell.author.names import here, is_placed, say_place, target_name
from foretell.author.options import is_id
from foretell.author.ports import Wires, holes_of, to_json
from foretell.author.promising import Speaker, vowed
from foretell.author.refs import Node as Handle
from foretell.author.refs import Origin, Ref, origin
from foretell.author.sections import Instance, complete
from foretell.author.specs import Specs, known_name
from foretell.author.tasks import Task, Workflow
from foretell.author.vows import Vow
from foretell.author.wiring import Awaited, Names, awaited, make_node, node_options, wire
from foretell.author.writing import Writer, Written
from foretell.document.model import Change, TaskSpec
from foretell.document.template import Template, begins_of, ends_of, joined
from foretell.errors import PromiseBroken, UserError, WiringError
from foretell.graph import plain
from foretell.graph.model import Edge, Node, Output, Restyle, grown_id, growth_scope
from foretell.graph.pointers import Draft, escape
from foretell.graph.references import references_in
from foretell.promises.filled import ANY_USE
from foretell.promises.shapes import leaves


class LiveHand:
    """Carries out the growth of one trial."""

    def __init__(self, task: Task[..., Any], grower: Grower) -> None:
        growth = task.growth
        assert growth is not None
        self._grower = grower
        self._growth = growth
        self._scope = growth_scope(grower.node)
        self._used: dict[str, int] = {}
        self._ids = Names()
        self._known = dict(grower.tasks)
        """Name -> entry point, of the tasks that the graph knows."""
        self._writer = Writer(self._name_of)
        self._last: tuple[str, ...] = ()
        """The nodes with which the section ends that was added last."""
        self._created: dict[int, Written] = {}
        """The workflows of which there are nodes that `create` has made, by identity."""
        self._tasks: dict[int, str] = {}
        """The names of tasks, by the identity of what is called."""

    def use(self, right: Right[..., Any], calls: list[Call], frame: FrameType) -> list[Handle[Any]]:
        fault = self._too_many(right, len(calls))
        with self._ids_kept_if_accepted():
            change, handles = self._proposed(right, calls, frame)
            try:
                if change:
                    self._grower.propose(change)
            except PromiseBroken as error:
                where = say_place(frame)
                raise PromiseBroken(f"{where}: {fault}" if fault else str(error)) from error
        if fault:
            raise PromiseBroken(f"{say_place(frame)}: {fault}")
        self._used[right._name] = self._used.get(right._name, 0) + len(calls)
        return handles

    def would(self, right: Right[..., Any], call: Call, frame: FrameType) -> Answer:
        fault = self._too_many(right, 1)
        if fault:
            return Answer(False, fault)
        try:
            change, _ = self._proposed(right, [call], frame)
        finally:
            self._ids.give_back()
        return Answer(*self._grower.would(change))

    def left(self, right: Right[..., Any]) -> int | None:
        if right._high is None:
            return None
        return max(0, right._high - self._used.get(right._name, 0))

    def promise(self, vows: tuple[Vow, ...], frame: FrameType) -> None:
        if vows:
            self._grower.propose(self._vows(vows, frame))

    def would_promise(self, vows: tuple[Vow, ...], frame: FrameType) -> Answer:
        return Answer(*self._grower.would(self._vows(vows, frame)))

    def limit(self, said: Limiting, frame: FrameType) -> None:
        found = limited(said, self._speaker(), say_place(frame), self._grower.node)
        self._grower.propose(Change(limits=(found,)))

    def style(
        self, node: object, label: str | None, style: Mapping[str, str], frame: FrameType
    ) -> None:
        named = self._grower.node if node is None else self._id_of(node, "style")
        self._grower.propose(Change(styles=(Restyle(named, label, style),)))

    def create(
        self, task: Task[..., Any], call: Call, frame: FrameType, slot: str | None = None
    ) -> Handle[Any]:
        if isinstance(task, Workflow):
            return self._create_section(task, call, frame, slot)
        name, specs = self._introduced(task)
        with self._ids_kept_if_accepted():
            change, handles = self._change(task, name, [call], frame, slot)
            self._grower.propose(Change(change.nodes, change.edges, tasks=specs))
        # Only now the graph knows them.
        self._tasks[id(task._origin)] = name
        self._known.update((new, spec.entry) for new, spec in specs.items())
        return handles[0]

    def _create_section(
        self, flow: Workflow[..., Any], call: Call, frame: FrameType, slot: str | None
    ) -> Handle[Any]:
        """All nodes of a workflow that nothing has said before."""
        written = self._created.get(id(flow._origin))
        specs: dict[str, TaskSpec] = {}
        if written is None:
            new = Specs(current_base(), self._known)
            written = new.writer.grown(flow)
            specs = new.all()
        place, bracket, key = (slot or "").partition("[")
        local = flow._options.get("id") or self._local_name(flow, frame)
        where = say_place(frame)
        after = awaited(flow._after, self, where)
        with self._ids_kept_if_accepted():
            with _said_at(where):
                instance = self._instance(written, local, call)
                change = instance.change(place or None, bracket + key, after, where, {})
            if change:
                self._grower.propose(replace(change, tasks=specs))
        self._created[id(flow._origin)] = written
        self._known.update((new, spec.entry) for new, spec in specs.items())
        return Handle(instance.scope, instance.result(), begins_of(change), ends_of(change))

    def connect(self, before: Handle[Any], after: Handle[Any]) -> None:
        for handle in (before, after):
            self._id_of(handle, "connect")
        pairs = product(_of(before, "last"), _of(after, "first"))
        self._grower.propose(Change(edges=tuple(Edge(a, b) for a, b in pairs)))

    def existing(self, node: str) -> Handle[Any]:
        return Handle(node, Ref(Origin(self, node, node=node)))

    def _proposed(
        self, right: Right[..., Any], calls: list[Call], frame: FrameType
    ) -> tuple[Change, list[Handle[Any]]]:
        """The change that using `right` comes to."""
        task = right._task
        if isinstance(task, Workflow):
            change, handles = self._sections(right, task, calls, frame)
        else:
            name, slot = self._name_of(task), right._name + right._key
            change, handles = self._change(right, name, calls, frame, slot)
        use = ANY_USE if right._use is None and right._name in self._in_lets else right._use
        if use:
            nodes = tuple(replace(node, slot=use + (node.slot or "")) for node in change.nodes)
            change = replace(change, nodes=nodes)
        return change, handles

    def _sections(
        self, right: Right[..., Any], flow: Workflow[..., Any], calls: list[Call], frame: FrameType
    ) -> tuple[Change, list[Handle[Any]]]:
        """The change that adds an instance of a workflow for each call."""
        written, where = self._writer.grown(flow), say_place(frame)
        local = right._options.get("id") or self._local_name(flow, frame)
        after = awaited(right._after, self, where)
        changes: list[Change] = []
        handles: list[Handle[Any]] = []
        for call in calls:
            with _said_at(where):
                instance = self._instance(written, local, call)
                change = instance.change(right._name, right._key, after, where, self._names)
            changes.append(change)
            handles.append(Handle(instance.scope, instance.result()))
        return joined(changes), handles

    def _instance(self, written: Written, local: str, call: Call) -> Instance:
        scope = grown_id(self._grower.node, self._ids.fresh(local))
        return Instance(written, scope, complete(written, written.flow.ports.bind(*call)), self)

    def sections(
        self,
        data: Mapping[str, Any],
        given: Iterable[Mapping[str, Any]],
        frame: FrameType,
        *,
        in_turn: bool = False,
    ) -> list[Any]:
        template = plain.decode(Template, data["template"])
        changes: list[Change] = []
        results: list[Any] = []
        with self._ids_kept_if_accepted():
            for more in given:
                wires = Wires()
                value = _json_of({**data["given"], **more}, wires)
                whole = Output(value, holes_of(wires))
                scope = grown_id(self._grower.node, self._ids.fresh(template.name))
                after: list[Awaited] = [(n, "ok") for n in self._last] if in_turn else []
                changes.append(
                    template.instance(scope, template.name, whole, after, names=self._names)
                )
                self._last = ends_of(changes[-1])
                results.append(self._referring(template.result(scope, whole)))
            if change := joined(changes):
                self._grower.propose(change)
        return results

    def _referring(self, output: Output) -> Any:
        """A value with references where it has holes."""
        draft = Draft(output.value)
        for hole in output.holes:
            mine = Origin(self, hole.node, node=hole.node, pointer=hole.pointer, port=hole.port)
            draft.put(hole.at, Ref(mine))
        return draft.value

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names that the graph has for the tasks of what may be grown, by slot."""
        shape = self._grower.grows
        return {} if shape is None else {leaf.slot: leaf.task for leaf in leaves(shape)}

    @cached_property
    def _in_lets(self) -> frozenset[str]:
        """The rights that have a place in each use of a name."""
        return rights_in_lets(self._growth)

    def adopt(self, ref: Ref) -> Origin | None:
        """What belongs to others stays with them."""
        return None

    def postpones(self, ref: Ref) -> bool:
        return False

    def _change(
        self, used: Right[..., Any] | Task[..., Any], name: str,
        calls: Iterable[Call], frame: FrameType, slot: str | None,
    ) -> tuple[Change, list[Handle[Any]]]:  # fmt: skip
        """The change that adds a node for each call of `used`, a right or a task."""
        task = used._task if isinstance(used, Right) else used
        nodes: list[Node] = []
        edges: list[Edge] = []
        options = node_options(task._origin, used._options)
        local = options.get("id") or self._local_name(task, frame)
        where = say_place(frame)
        after = awaited(used._after, self, where)
        for args, kwargs in calls:
            node = grown_id(self._grower.node, self._ids.fresh(local))
            with _said_at(where):
                wired = wire(task, node, task.ports.bind(args, kwargs), self, where)
            wired.run_after(node, after, where)
            nodes.append(make_node(node, name, self._scope, slot, wired, options))
            edges += wired.edges
        hint = task.ports.result
        handles = [Handle(n.id, Ref(Origin(self, n.id, node=n.id, hint=hint))) for n in nodes]
        return Change(tuple(nodes), tuple(edges)), handles

    def _too_many(self, right: Right[..., Any], more: int) -> str:
        """What is wrong with using `right` for `more` nodes; empty if nothing."""
        return right._over(self._used.get(right._name, 0), more)

    def _local_name(self, task: Task[..., Any], frame: FrameType) -> str:
        name = target_name(frame)
        return name if name and is_id(name) else task.__name__

    @contextmanager
    def _ids_kept_if_accepted(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._ids.give_back()
            raise
        self._ids.keep()

    def _name_of(self, task: Task[..., Any]) -> str:
        """The name by which the graph knows `task`."""
        if task._use is not None:
            return task._use.name  # the graph knows it by its slot: see `_names`
        task = task._origin
        name = self._tasks.get(id(task))
        if name is None:
            name = known_name(task, self._known)
            if name is None:
                raise WiringError(
                    f"the graph does not know task {task.__name__!r}: neither is it used in the workflow "
                    f"nor may anything grow it (or its source has changed since registration)"
                )
            self._tasks[id(task)] = name
        return name

    def _introduced(self, task: Task[..., Any]) -> tuple[str, dict[str, TaskSpec]]:
        """The name of `task` in the graph, and the specs that the graph lacks for it."""
        known = self._tasks.get(id(task._origin))
        if known is not None:
            return known, {}
        specs = Specs(current_base(), self._known)
        return specs.name_of(task), specs.all()

    def _speaker(self) -> Speaker:
        return Speaker(self._name_of, lambda tag: None, self, template_of=self._writer.of)

    def _vows(self, vows: tuple[Vow, ...], frame: FrameType) -> Change:
        speaker = self._speaker()
        where, by = say_place(frame), self._grower.node
        return Change(promises=tuple(vowed(vow, speaker, where, by) for vow in vows))

    def _id_of(self, handle: Any, asking: str) -> str:
        if isinstance(handle, Handle):
            if asking == "style" and handle.first != (handle.id,):
                raise WiringError(
                    f"{here()}: style() is of one node, and {handle!r} stands for many"
                )
            return handle.id
        if isinstance(handle, Ref) and origin(handle).node is not None:
            return str(origin(handle).node)
        raise WiringError(f"{here()}: {asking}() takes nodes, not {handle!r:.80}")


def _of(handle: Any, side: Literal["first", "last"]) -> tuple[str, ...]:
    """The nodes at this side of what a handle, or the result of a node, stands for."""
    if isinstance(handle, Handle):
        return handle.first if side == "first" else handle.last
    return (str(origin(handle).node),)


@contextmanager
def _said_at(where: str) -> Iterator[None]:
    """Mistakes are told with the place of the line that made them."""
    try:
        yield
    except UserError as error:
        if is_placed(str(error)):
            raise
        raise WiringError(f"{where}: {error}") from error


def _json_of(given: Mapping[str, Any], wires: Wires) -> dict[str, Any]:
    """What a section is given. What was only passed on is JSON already, with references in it."""
    return {
        name: value
        if any(True for _ in references_in(value))
        else to_json(value, wires, f"/{escape(name)}")
        for name, value in given.items()
    }
