"""Questions about what may still happen, from Python: before a run, and at any moment of one.

foresee(sum_of_squares).can(square)      must, may or never, and why
foresee(sum_of_squares).left             2 or more
compare(foresee(old).horizon, foresee(new).horizon)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foretell.horizon.bounds import Left, left_of, without_bound
from foretell.horizon.difference import Difference, compare
from foretell.horizon.model import Horizon
from foretell.horizon.questions import Answer, can
from foretell.promises.reaching import Reach
from foretell_runtime.machine import State, horizon_of, register

if TYPE_CHECKING:
    from foretell.author.tasks import Task, Workflow
    from foretell.document.model import Graph

__all__ = ["Answer", "Difference", "Foresight", "Left", "compare", "foresee"]


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

    def _name_of(self, task: Task[..., Any]) -> str:
        from foretell.author.specs import known_name

        known = {name: spec.entry for name, spec in self.state.tasks.items()}
        return known_name(task, known) or task.__name__


def foresee(workflow: Workflow[..., Any]) -> Foresight:
    """What may happen when `workflow` is run. Runs nothing; raises what registering it would."""
    from foretell.author.entry import base_of

    return foresee_graph(workflow.compile(), base_of(workflow))


def foresee_graph(graph: Graph, base: Path) -> Foresight:
    """`foresee` for a compiled graph; `base` is the folder its entry points are relative to."""
    state, _ = register(graph, {}, str(base), jobs=0)
    return Foresight(state, before=True)
