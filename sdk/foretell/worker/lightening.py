"""Messages without what is too large for them: values go into files, and references in their places.

Loaded only once a task has such a value, or one that JSON has no word for.
"""

from __future__ import annotations

from typing import Any

from foretell.author.secrets import given
from foretell.values.ground import Ground, ground_from
from foretell.values.keeping import Keeper


class Lightener:
    """`start` is the message that began the trial, or empty where nothing can be kept."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._keeper = Keeper(_ground_of(start), start.get("node", ""), given)

    def lightened(self, message: dict[str, Any]) -> dict[str, Any]:
        """Raises `StoreError` where a value cannot be kept, `CodecError` where a codec fails."""
        match message["kind"]:
            case "finish":
                open_at = [hole["at"] for hole in message.get("holes", ())]
                return {**message, "output": self._keeper.lightened(message["output"], open_at)}
            case "chunk":
                return {**message, "chunk": self._chunk(message["chunk"])}
            case "change" | "would":
                return {**message, "change": self._change(message["change"])}
            case _:
                return message

    def _chunk(self, chunk: Any) -> Any:
        """Texts may be going to be joined, and objects to be merged, so they stay what they are."""
        if isinstance(chunk, str):
            return chunk
        return self._parts(chunk) if isinstance(chunk, dict) else self._keeper.lightened(chunk)

    def _parts(self, value: dict[str, Any], open_at: tuple[str, ...] = ()) -> dict[str, Any]:
        return {key: self._keeper.part(key, item, open_at) for key, item in value.items()}

    def _change(self, change: dict[str, Any]) -> dict[str, Any]:
        ends = [
            (edge["target"], edge["input"]) for edge in change.get("edges", ()) if edge.get("input")
        ]
        nodes: list[dict[str, Any]] = []
        for node in change.get("nodes", ()):
            filled = [at for target, at in ends if target == node["id"]]
            filled += [one.get("input", "") for one in node.get("feeds", ())]
            filled += [one["input"] for one in node.get("outside", ())]
            inputs = node.get("inputs", {})
            nodes.append({**node, "inputs": self._parts(inputs, tuple(filled))} if inputs else node)
        return {**change, "nodes": nodes} if nodes else change


def _ground_of(start: dict[str, Any]) -> Ground | None:
    return ground_from(start["values"]) if start.get("values") else None
