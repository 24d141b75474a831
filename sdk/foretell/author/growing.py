"""Growth in a running task: every use of a right is one change, proposed to the orchestrator.

Bounds of rights are also counted here, so that the error is raised at the line that goes too far.
The orchestrator has the last word: it alone judges shapes and promises, and a breach it finds ends
the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import FrameType
from typing import Any

from foretell.author.entry import current_base
from foretell.author.growth import Answer, Anything, Call, Grower, Right
from foretell.author.names import say_place, target_name
from foretell.author.options import is_id
from foretell.author.promising import Speaker, vowed
from foretell.author.refs import Node as Handle
from foretell.author.refs import Origin, Ref, origin
from foretell.author.specs import Specs, known_name
from foretell.author.tasks import Task
from foretell.author.vows import Vow
from foretell.author.wiring import make_node, node_options, sources_of, wire
from foretell.document.model import Change, TaskSpec
from foretell.errors import LawBroken, PromiseBroken, UserError, WiringError
from foretell.graph.model import Edge, Node, grown_id, growth_scope


class LiveHand:
    """Carries out the growth of one trial."""

    def __init__(self, task: Task[..., Any], grower: Grower) -> None:
        growth = task.growth
        assert growth is not None
        self._grower = grower
        self._scope = growth_scope(grower.node)
        self._open = issubclass(growth, Anything)
        self._used: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def use(self, right: Right[..., Any], calls: list[Call], frame: FrameType) -> list[Handle[Any]]:
        taken = dict(self._taken)
        task = self._name_of(right._task)
        change, handles = self._change(right, task, calls, frame, right._name)
        fault = self._too_many(right, len(calls))
        try:
            if change:
                self._grower.propose(change)
        except PromiseBroken as error:
            self._taken = taken
            raise PromiseBroken(f"{say_place(frame)}: {fault}" if fault else str(error)) from error
        except LawBroken:
            self._taken = taken
            raise
        if fault:
            raise PromiseBroken(f"{say_place(frame)}: {fault}")
        self._used[right._name] = self._used.get(right._name, 0) + len(calls)
        return handles

    def would(self, right: Right[..., Any], call: Call, frame: FrameType) -> Answer:
        fault = self._too_many(right, 1)
        if fault:
            return Answer(False, fault)
        taken = dict(self._taken)
        try:
            task = self._name_of(right._task)
            change, _ = self._change(right, task, [call], frame, right._name)
        finally:
            self._taken = taken
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

    def create(self, task: Task[..., Any], call: Call, frame: FrameType) -> Handle[Any]:
        taken = dict(self._taken)
        specs = self._specs_for(task)
        name = self._names[id(task._origin)]
        change, handles = self._change(task, name, [call], frame, None)
        try:
            self._grower.propose(Change(change.nodes, change.edges, tasks=specs))
        except (LawBroken, PromiseBroken):
            self._taken = taken
            raise
        return handles[0]

    def connect(self, before: Handle[Any], after: Handle[Any]) -> None:
        ends = [self._id_of(before), self._id_of(after)]
        self._grower.propose(Change(edges=(Edge(ends[0], ends[1]),)))

    def existing(self, node: str) -> Handle[Any]:
        return Handle(node, Ref(Origin(self, node, node=node)))

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
        after = sources_of(used._after, self, where)
        for args, kwargs in calls:
            node = grown_id(self._grower.node, self._fresh(local))
            try:
                wired = wire(task, node, task.ports.bind(args, kwargs), self, where)
            except WiringError:
                raise
            except UserError as error:
                raise WiringError(f"{where}: {error}") from error
            wired.run_after(node, after)
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

    def _fresh(self, name: str) -> str:
        count = self._taken.get(name, 0) + 1
        while count > 1 and f"{name}_{count}" in self._taken:
            count += 1
        self._taken[name] = count
        if count == 1:
            return name
        self._taken[f"{name}_{count}"] = 1
        return f"{name}_{count}"

    def _name_of(self, task: Task[..., Any]) -> str:
        """The name by which the graph knows `task`."""
        task = task._origin
        name = self._names.get(id(task))
        if name is None:
            name = known_name(task, self._grower.tasks)
            if name is None:
                raise WiringError(
                    f"the graph does not know task {task.__name__!r}: the source has changed since "
                    f"the workflow was registered"
                )
            self._names[id(task)] = name
        return name

    def _specs_for(self, task: Task[..., Any]) -> dict[str, TaskSpec]:
        """The specs that the graph lacks for `task`; notes its name."""
        task = task._origin
        if id(task) in self._names:
            return {}
        specs = Specs(current_base(), self._grower.tasks)
        self._names[id(task)] = specs.name_of(task)
        return specs.all()

    def _vows(self, vows: tuple[Vow, ...], frame: FrameType) -> Change:
        speaker = Speaker(self._name_of, lambda tag: None, self)
        where, by = say_place(frame), self._grower.node
        return Change(promises=tuple(vowed(vow, speaker, where, by) for vow in vows))

    def _id_of(self, handle: Any) -> str:
        if isinstance(handle, Handle):
            return handle.id
        if isinstance(handle, Ref) and origin(handle).node is not None:
            return str(origin(handle).node)
        raise WiringError(f"connect() takes nodes, not {handle!r:.80}")
