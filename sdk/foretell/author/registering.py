"""Registration: runs a workflow's body once and notes every call as a node.

The registrar stands in `foretell.author.tasks.registrar` while the body runs. A workflow called
inside another is noted as a section: its nodes lie in a scope of their own. What becomes of the
notes (a graph document, or a template that is grown later) is not its business.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any, Generic, TypeVar

from foretell.author.bodies import guard_workflow
from foretell.author.fields import UNKNOWN
from foretell.author.limiting import AtATime
from foretell.author.names import say_place, target_name
from foretell.author.options import is_id
from foretell.author.refs import Node as Handle
from foretell.author.refs import Origin, Ref
from foretell.author.tasks import Args, Kwargs, Task, Workflow, registrar
from foretell.author.vows import Vow
from foretell.author.wiring import Names, make_node, node_options, sources_of, wire
from foretell.errors import UserError, WiringError
from foretell.graph.model import ROOT, Edge, Node


class Section:
    """One use of a workflow: `scope` is where its nodes lie, `after` what all of it waits for."""

    __slots__ = ("after", "made", "names", "scope", "workflow")

    def __init__(self, workflow: str, scope: str, after: tuple[str, ...] = ()) -> None:
        self.workflow = workflow
        self.scope = scope
        self.after = after
        self.names = Names()
        self.made: dict[str, None] = {}
        """The nodes, in order; a dict, because whether one is among them is often asked."""


NameOf = Callable[[Task[..., Any]], str]
SaidT = TypeVar("SaidT", Vow, AtATime)


class Said(Generic[SaidT]):
    """A vow or a limit, where it was made, and in which section."""

    __slots__ = ("said", "section", "where")

    def __init__(self, said: SaidT, where: str, section: Section) -> None:
        self.said: SaidT = said
        self.where = where
        self.section = section


class Registering:
    """Notes nodes, edges, promises and limits in the order in which the body makes them.

    `name_of` gives the name of a task in the graph, `place` says where in the source a frame is.
    """

    def __init__(
        self, name: str, name_of: NameOf, place: Callable[[FrameType], str] = say_place
    ) -> None:
        self.name_of = name_of
        self._place = place
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.vows: list[Said[Vow]] = []
        self.limits: list[Said[AtATime]] = []
        self._section = Section(name, ROOT)
        self._stack: list[Task[..., Any]] = []

    def run(self, flow: Workflow[..., Any]) -> Any:
        """Runs the body on inputs that are not there yet, and returns what it does."""
        guard_workflow(flow, frozenset(flow.ports.inputs))
        ports = flow.ports.inputs.values()
        inputs = {p.name: Ref(Origin(self, p.name, feed=p.name, hint=p.hint)) for p in ports}
        token = registrar.set(self)
        self._stack.append(flow._origin)
        try:
            return flow._fn(**inputs)
        finally:
            self._stack.pop()
            registrar.reset(token)

    def call(self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType) -> Any:
        if isinstance(task, Workflow):
            return self._inline(task, args, kwargs, frame)[1]
        node = self._add(task, args, kwargs, frame)
        return Ref(Origin(self, node, node=node, hint=task.ports.result))

    def node(
        self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType
    ) -> Handle[Any]:
        if isinstance(task, Workflow):
            raise WiringError(
                f"{say_place(frame)}: workflow {task.__name__!r} is many nodes; call it, or take "
                f"the node of one of its tasks"
            )
        node = self._add(task, args, kwargs, frame)
        return Handle(node, Ref(Origin(self, node, node=node, hint=task.ports.result)))

    def promise(self, vows: tuple[Vow, ...], frame: FrameType) -> None:
        where = self._place(frame)
        self.vows += [Said(vow, where, self._section) for vow in vows]

    def limit(self, said: AtATime, frame: FrameType) -> None:
        self.limits.append(Said(said, self._place(frame), self._section))

    def _add(self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType) -> str:
        section = self._section
        options = node_options(task._origin, task._options)
        local = section.names.fresh(options.get("id") or self._name_for(task, frame))
        node = f"{section.scope}.{local}" if section.scope else local
        try:
            bound = task.ports.bind(args, kwargs)
            wired = wire(task, node, bound, self, say_place(frame))
            if task._after:
                wired.run_after(node, sources_of(task._after, self, say_place(frame)))
        except WiringError:
            raise
        except UserError as error:
            raise WiringError(f"{say_place(frame)}: {error}") from error
        if section.after and not any(source in section.made for source in wired.sources):
            wired.run_after(node, section.after)
        name = self.name_of(task)
        self.nodes.append(make_node(node, name, section.scope, None, wired, options))
        self.edges += wired.edges
        section.made[node] = None
        return node

    def _name_for(self, task: Task[..., Any], frame: FrameType) -> str:
        name = target_name(frame)
        return name if name and is_id(name) else task.__name__

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
        after = tuple(sources_of(flow._after, self, say_place(frame)))
        section = Section(flow.__name__, scope, (*outer.after, *after))
        bound = flow.ports.bind(args, kwargs)
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
