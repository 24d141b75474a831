"""How far a run is, counted from its facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foretell.horizon.bounds import Left
from foretell_runtime.cli.words import progress_words
from foretell_runtime.machine.events import (
    Cancelled,
    Changed,
    Fact,
    Failed,
    Finished,
    Interrupted,
    Progressed,
    Rearmed,
    Recalled,
    Registered,
    Restarted,
    Retired,
    RuledOut,
    Skipped,
    Started,
)

if TYPE_CHECKING:
    from foretell.document.model import Change
    from foretell.horizon.model import Horizon

ENDED = ("done", "failed", "ruled out", "cancelled")


@dataclass(slots=True)
class Tally:
    """Counts by status, folded fact by fact at a constant cost each."""

    running: dict[str, str] = field(default_factory=dict)
    """Running nodes, and what they last said of their progress."""
    _status: dict[str, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def begin(self, horizon: Horizon) -> None:
        """Start from what a run is already."""
        for node in horizon.nodes:
            self._set(node.status.replace("_", " "), [node.id])
            if node.status == "running":
                self.running[node.id] = ""

    def __call__(self, fact: Fact) -> None:
        match fact:
            case Registered(graph=graph):
                self._set("waiting", (node.id for node in graph.nodes))
            case Started(node=node):
                self._set("running", [node])
                self.running[node] = ""
            case Changed(change=change):
                self._grew(change)
            case Progressed(node=node):
                self.running[node] = progress_words(fact)
            case Finished(node=node, change=change):
                if change is not None:
                    self._grew(change)
                self._set("done", [node])
            case Skipped(node=node) | Recalled(node=node):
                self._set("done", [node])
            case Failed(node=node, final=final):
                self._set("failed" if final else "waiting", [node])
            case Interrupted(node=node):
                self._set("waiting", [node])
            case Retired(nodes=nodes):
                self._set("retired", nodes)
            case Rearmed(nodes=nodes, retired=retired) | Restarted(nodes=nodes, retired=retired):
                self._set("waiting", nodes)
                self._set("retired", retired)
            case RuledOut(nodes=nodes):
                self._set("ruled out", nodes)
            case Cancelled(nodes=nodes):
                self._set("cancelled", nodes)
            case _:
                pass

    def count(self, status: str) -> int:
        return self._counts[status]

    @property
    def ended(self) -> int:
        """Nodes to which nothing more will happen."""
        return sum(self._counts[status] for status in ENDED)

    def words(self, left: Left | None) -> str:
        """`12 done, 1 failed, 3 running, 3 to 40 left`."""
        shown = [
            f"{self._counts[status]} {status}"
            for status in (*ENDED, "running")
            if self._counts[status] or status == "done"
        ]
        return ", ".join([*shown, *([str(left)] if left else [])])

    def _grew(self, change: Change) -> None:
        self._set("waiting", (node.id for node in change.nodes))

    def _set(self, status: str, nodes: Iterable[str]) -> None:
        for node in nodes:
            before = self._status.get(node)
            if before is not None:
                self._counts[before] -= 1
            self._status[node] = status
            self._counts[status] += 1
            if status != "running":
                self.running.pop(node, None)
