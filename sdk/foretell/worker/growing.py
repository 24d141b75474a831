"""Growth over the channel: what a running task adds is proposed to its orchestrator.

Loaded only for tasks that grow; it needs the dataclasses of the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foretell.author.names import caller_frame, say_place
from foretell.document.model import Change, TaskSpec
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph import plain
from foretell.promises.shapes import Shape
from foretell.worker.channel import Channel


class ChannelGrower:
    """Proposes the changes of one trial. `tasks` are those that the graph knows: name -> entry."""

    def __init__(self, start: Mapping[str, Any], channel: Channel) -> None:
        self.node: str = start["node"]
        self.tasks: Mapping[str, str] = start.get("tasks", {})
        self._grows: Any = start.get("grows")
        self._channel = channel

    @property
    def grows(self) -> Shape | None:
        """What the node may grow. Read when it is asked for: few growths need to know."""
        return plain.decode(TaskSpec, {"entry": "", "grows": self._grows}).grows

    def propose(self, change: Change, *, attempt: bool = False) -> None:
        """Add `change` to the graph, whole.

        Raises `LawBroken`, or `PromiseBroken`, where nothing of it was added. A broken promise
        ends the run, unless this was an `attempt`.
        """
        extra: dict[str, Any] = {"where": say_place(caller_frame())}
        if attempt:
            extra["attempt"] = True
        reply = self._ask("change", change, extra)
        if not reply["ok"]:
            broken = PromiseBroken if reply.get("against") == "promise" else LawBroken
            raise broken(reply.get("why", ""))

    def would(self, change: Change) -> tuple[bool, str]:
        """Whether `change` would be accepted now, and why not."""
        reply = self._ask("would", change, {})
        return bool(reply["ok"]), str(reply.get("why", ""))

    def _ask(self, kind: str, change: Change, extra: dict[str, Any]) -> dict[str, Any]:
        return self._channel.ask({"kind": kind, "change": plain.encode(change), **extra})
