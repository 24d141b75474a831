"""Questions about what may still happen, from Python: before a run, and at any moment of one.

foresee(sum_of_squares).can(square)      must, may or never, and why
foresee(sum_of_squares).left             2 or more
compare(foresee(old).horizon, foresee(new).horizon)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from foretell.errors import LawBroken, UserError, nearest
from foretell.graph.live import Status
from foretell.graph.model import Edge, Node
from foretell.horizon.bounds import Left, left_of, without_bound
from foretell.horizon.difference import Difference, compare
from foretell.horizon.model import Horizon
from foretell.horizon.questions import Answer, can
from foretell.promises.reaching import Reach
from foretell_runtime.machine import State, horizon_of, register

if TYPE_CHECKING:
    from foretell.author.tasks import Task, Workflow
    from foretell.document.model import Change, Graph
    from foretell.graph.live import LiveNode

__all__ = ["Answer", "Difference", "Foresight", "Judged", "Left", "compare", "foresee"]


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a change would be allowed, and if not, why: `against` a law (then it is refused) or
    a promise (then it breaks the run). What it would add, with the edges that complete it, and
    what may still happen after it."""

    why: str = ""
    against: Literal["", "law", "promise"] = ""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    horizon: Horizon | None = None

    def __bool__(self) -> bool:
        return not self.against


@dataclass(frozen=True, slots=True)
class Foresight:
    """What may still happen in a run as it stands when it is asked; or, `before` it began."""

    state: State
    before: bool = False

    @property
    def horizon(self) -> Horizon:
        """All of it, as one finite drawing."""
        horizon = horizon_of(self.state)
        return replace(horizon, event=0) if self.before else horizon

    @property
    def left(self) -> Left:
        """How many nodes have not ended or may still come."""
        return left_of(self.horizon)

    @property
    def unbounded(self) -> tuple[str, ...]:
        """The nodes that may grow without bound; none if `left.high` is a number."""
        return without_bound(self.horizon)

    @property
    def warnings(self) -> list[str]:
        """Promises that speak of nodes that can never be, which may be mistakes."""
        return Reach(self.state.judge).warnings()

    def can(self, task: Task[..., Any] | str) -> Answer:
        """Whether nodes of `task`, or of the task of that name, may still come, and why."""
        return can(self.state.judge, task if isinstance(task, str) else self._name_of(task))

    def would(self, change: Change, by: str) -> Judged:
        """What would become of `change`, made by the node `by` as if it were running now. Nothing
        is changed. Raises `UserError` if that node can make no change."""
        maker = self._maker(by)
        try:
            proposal = self.state.propose(maker, change)
        except LawBroken as law:
            return Judged(str(law), "law")
        try:
            if proposal.breach is not None:
                return Judged(str(proposal.breach), "promise")
            nodes = tuple(live.node for live in proposal.addition.nodes)
            edges = tuple(edge.edge for _, edge in proposal.addition.pairs)
            return Judged("", "", nodes, edges, self.horizon)
        finally:
            self.state.judge.undo(proposal)

    def check_goes_on(self) -> None:
        """Raises `UserError` if the run has ended."""
        if self.state.status != "running":
            raise UserError(f"the run is {self.state.status}: nothing can be added to it any more")

    def _maker(self, node: str) -> LiveNode:
        self.check_goes_on()
        nodes = self.state.judge.graph.nodes
        if node not in nodes:
            raise UserError(f"there is no node {node!r}{nearest(node, nodes)}")
        live = nodes[node]
        if live.status not in (Status.WAITING, Status.RUNNING):
            raise UserError(f"{node!r} is {live.status.value}: only a node that runs may add")
        return live

    def _name_of(self, task: Task[..., Any]) -> str:
        from foretell.author.specs import known_name

        known = {name: spec.entry for name, spec in self.state.tasks.items()}
        return known_name(task, known) or task.__name__


def foresee(workflow: Workflow[..., Any], /, **static: object) -> Foresight:
    """What may happen when `workflow` is run, with these values of its `Static` inputs. Runs
    nothing; raises what registering it would."""
    from foretell.author.entry import base_of

    return foresee_graph(workflow.compile(**static), base_of(workflow))


def foresee_graph(graph: Graph, base: Path) -> Foresight:
    """`foresee` for a compiled graph; `base` is the folder its entry points are relative to."""
    state, _ = register(graph, {}, str(base), jobs=0)
    return Foresight(state, before=True)
