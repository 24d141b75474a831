"""Registration: runs a workflow's body once and notes every call as a node.

The registrar stands in `foretell.author.tasks.registrar` while the body runs. A workflow called
inside another is noted as a section: its nodes lie in a scope of their own. What becomes of the
notes (a graph document, or a template that is grown later) is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Generic, NamedTuple, TypeVar

from foretell.author.fields import UNKNOWN
from foretell.author.guarding import guard_branch, guard_workflow
from foretell.author.limiting import Limiting
from foretell.author.looping import Back, loop_edge
from foretell.author.names import (
    Place,
    is_placed,
    leads_to,
    raised_at,
    say_place,
    target_name,
    users,
)
from foretell.author.options import is_id
from foretell.author.ports import may_hold_refs
from foretell.author.refs import Node as Handle
from foretell.author.refs import Origin, Ref, origin
from foretell.author.specialising import refuse_static, static_ports, static_values
from foretell.author.tasks import Args, Kwargs, Task, Workflow, registrar
from foretell.author.vows import Vow
from foretell.author.wiring import Awaited, Names, awaited, make_node, node_options, wire
from foretell.errors import UserError, WiringError
from foretell.graph.model import ROOT, Edge, Node


class Section:
    """One use of a workflow: `scope` is where its nodes lie, `after` what all of it waits for."""

    __slots__ = ("after", "made", "names", "scope", "workflow")

    def __init__(self, workflow: str, scope: str, after: tuple[Awaited, ...] = ()) -> None:
        self.workflow = workflow
        self.scope = scope
        self.after = after
        self.names = Names()
        self.made: dict[str, None] = {}
        """The nodes, in order; a dict, because whether one is among them is often asked."""


NameOf = Callable[[Task[..., Any]], str]
SaidT = TypeVar("SaidT", Vow, Limiting)


class Said(Generic[SaidT]):
    """A vow or a limit, where it was made, and in which section."""

    __slots__ = ("said", "section", "where")

    def __init__(self, said: SaidT, where: str, section: Section) -> None:
        self.said: SaidT = said
        self.where = where
        self.section = section


class Noted(NamedTuple):
    """What was noted of a body, and what it returned. `flow` is the workflow whose body it is."""

    now: Registering
    result: Any
    flow: Workflow[..., Any] | None = None


class Registering:
    """Notes nodes, edges, promises and limits in the order in which the body makes them.

    `name_of` gives the name of a task in the graph, `place` says where in the source a frame is.
    A body that is noted while an `outer` one is may use what that one holds: it is `captured` as
    an input, by name; and what it is to run after is in `waits`.
    """

    def __init__(
        self,
        name: str,
        name_of: NameOf,
        place: Callable[[FrameType], str] = say_place,
        outer: Registering | None = None,
    ) -> None:
        self.captured: dict[str, Ref] = {}
        self.waits: list[Ref] = []
        self._inputs: dict[tuple[object, ...], str] = {}
        self._input_names = Names()
        self._outer = outer
        self.name_of = name_of
        self.place = place
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.vows: list[Said[Vow]] = []
        self.limits: list[Said[Limiting]] = []
        self._section = Section(name, ROOT)
        self._tasks: dict[str, Task[..., Any]] = {}
        """Those of the nodes."""
        self._stack: list[Task[..., Any]] = []

    def run(self, flow: Workflow[..., Any], static: Mapping[str, Any] | None = None) -> Any:
        """Runs the body on inputs that are not there yet, except the `static` ones, and returns
        what it does."""
        inputs: dict[str, Any] = dict(static or {})
        ports = [port for port in flow.ports.inputs.values() if port.name not in inputs]
        guard_workflow(flow, frozenset(port.name for port in ports))
        inputs |= {p.name: Ref(Origin(self, p.name, feed=p.name, hint=p.hint)) for p in ports}
        token = registrar.set(self)
        self._stack.append(flow._origin)
        try:
            return flow._fn(**inputs)
        except WiringError as error:
            place = raised_at(error)
            if is_placed(str(error)) or not place:
                raise
            raise WiringError(f"{place}: {error}") from error
        finally:
            self._stack.pop()
            registrar.reset(token)

    def within(self, name: str, body: Callable[..., Any], params: Mapping[str, Any]) -> Noted:
        """Notes another body, which may use what this one holds. `params` are what it is called
        with, by name, and their types."""
        if isinstance(body, Workflow):
            refuse_static(body, "what comes of it is decided while it runs")
        now = Registering(name, self.name_of, self.place, outer=self)
        given = [
            Ref(Origin(now, now._input_names.fresh(p), feed=p, hint=params[p])) for p in params
        ]
        if isinstance(body, Workflow):
            guard_workflow(body, frozenset(list(body.ports.inputs)[: len(given)]))
        else:
            guard_branch(body)
        token = registrar.set(now)
        try:
            result = (body._fn if isinstance(body, Workflow) else body)(*given)
        finally:
            registrar.reset(token)
        return Noted(now, result, body if isinstance(body, Workflow) else None)

    def adopt(self, ref: Ref) -> Origin | None:
        mine = origin(ref)
        if not self._is_outside(mine):
            return None
        if mine.node is None and mine.feed is None:
            raise WiringError(f"{mine.name!r} returns nothing that could be passed on")
        key = (
            id(mine.owner), mine.node, mine.feed, mine.pointer, id(mine.ending), mine.port, mine.early
        )  # fmt: skip
        if key not in self._inputs:
            name = self._inputs[key] = self._input_names.fresh(mine.name)
            self.captured[name] = ref
        return Origin(self, mine.name, feed=self._inputs[key], hint=mine.hint)

    def postpones(self, ref: Ref) -> bool:
        mine = origin(ref)
        if mine.feed is not None or not self._is_outside(mine):
            return False
        self.waits.append(ref)
        return True

    def _is_outside(self, mine: Origin) -> bool:
        """Whether it belongs to a registration around this one."""
        outer = self._outer
        while outer is not None and outer is not mine.owner:
            outer = outer._outer
        return outer is not None

    def call(self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType) -> Any:
        if isinstance(task, Workflow):
            return self._inline(task, args, kwargs, users(frame))[1]
        node = self._add(task, args, kwargs, frame)
        return Ref(Origin(self, node, node=node, hint=task.result))

    def node(
        self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType
    ) -> Handle[Any]:
        if isinstance(task, Workflow):
            raise WiringError(
                f"{say_place(frame)}: workflow {task.__name__!r} is many nodes; call it, or take "
                f"the node of one of its tasks"
            )
        node = self._add(task, args, kwargs, frame)
        return Handle(node, Ref(Origin(self, node, node=node, hint=task.result)))

    def promise(self, vows: tuple[Vow, ...], frame: FrameType) -> None:
        where = self.place(frame)
        self.vows += [Said(vow, where, self._section) for vow in vows]

    def limit(self, said: Limiting, frame: FrameType) -> None:
        self.limits.append(Said(said, self.place(frame), self._section))

    def back(self, said: Back, frame: FrameType) -> None:
        try:
            self.edges.append(loop_edge(said, self, self.edges, self._tasks))
        except UserError as error:
            raise WiringError(f"{say_place(frame)}: {said.says()}: {error}") from error
        if said.bound is not None:
            self.promise((said.bound,), frame)

    def _add(self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType) -> str:
        section = self._section
        options = node_options(task._origin, task._options)
        local = section.names.fresh(options.get("id") or self._name_for(task, frame))
        frame = users(frame)
        node = f"{section.scope}.{local}" if section.scope else local
        try:
            bound = task.ports.bind(args, kwargs)
            wired = wire(task, node, bound, self, Place(frame))
            if task._after:
                where = Place(frame)
                wired.run_after(node, awaited(task._after, self, where), where)
        except UserError as error:
            if is_placed(str(error)):
                raise
            raise WiringError(f"{say_place(frame)}: {error}") from error
        if section.after and not any(source in section.made for source in wired.sources):
            wired.run_after(node, section.after, Place(frame))
        name = self.name_of(task)
        self.nodes.append(make_node(node, name, section.scope, None, wired, options))
        self.edges += wired.edges
        section.made[node] = None
        self._tasks[node] = task
        return node

    def _name_for(self, task: Task[..., Any], frame: FrameType) -> str:
        """What the result is called where the user's own code gets it. A call that a library makes
        in the place of a body has no such name."""
        return self.result_name(frame) or task.called

    def result_name(self, frame: FrameType) -> str:
        """That name, or nothing."""
        name = target_name(users(frame)) if leads_to(frame, _WITHIN) is None else None
        return name if name and is_id(name) else ""

    def _check_static(
        self, flow: Workflow[..., Any], bound: Mapping[str, Any], frame: FrameType
    ) -> None:
        """What a workflow inside another takes as static has a value here."""
        given = {name: bound[name] for name in static_ports(flow) if name in bound}
        for name, value in given.items():
            if may_hold_refs(value):
                raise WiringError(
                    f"{say_place(frame)}: the input {name!r} of workflow {flow.__name__!r} is "
                    f"Static: it must be known when the workflow is registered, and this holds "
                    f"what is known only when it runs"
                )
        try:
            static_values(flow, given)
        except UserError as error:
            raise WiringError(f"{say_place(frame)}: {error}") from error

    def _inline(
        self, flow: Workflow[..., Any], args: Args, kwargs: Kwargs, frame: FrameType
    ) -> tuple[Section, Any]:
        outer = self._section
        if flow._origin in self._stack:
            raise WiringError(
                f"{say_place(frame)}: workflow {flow.__name__!r} calls itself without end; "
                f"recursion is for growing tasks (`@task(grows=lambda: ...)`)"
            )
        local = outer.names.fresh(flow._options.get("id") or flow.__name__)
        scope = f"{outer.scope}.{local}" if outer.scope else local
        after = tuple(awaited(flow._after, self, Place(frame)))
        section = Section(flow.__name__, scope, (*outer.after, *after))
        try:
            bound = flow.ports.bind(args, kwargs)
        except UserError as error:
            raise WiringError(f"{say_place(frame)}: {error}") from error
        self._check_static(flow, bound, frame)
        guard_workflow(flow, frozenset(n for n, value in bound.items() if type(value) is Ref))
        self._section = section
        self._stack.append(flow._origin)
        try:
            result = flow._fn(**bound)
        finally:
            self._section = outer
            self._stack.pop()
        outer.made |= section.made
        if result is None:
            result = Ref(Origin(self, scope, nodes=tuple(section.made), hint=UNKNOWN))
        return section, result


_WITHIN = Registering.within.__code__
