"""The streams that a task reads, over the channel.

The task asks for what comes next when it wants it, so nothing piles up on its side. Loaded only for
tasks that read early.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foretell.author.ports import Ports
from foretell.author.streams import Pull, is_stream, open_stream
from foretell.worker.channel import Channel


def arguments(
    channel: Channel, streams: Iterable[str], ports: Ports, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of a task, of which these inputs are streams. Where it wants a list instead, it
    is given all of it once that is there."""
    pulls = {name: _pull(channel, name) for name in streams}
    whole = {n: _all(pulls[n]) for n in pulls if not _is_stream(ports, n)}
    loaded = ports.load_inputs({**inputs, **whole})
    for name in pulls.keys() - whole.keys():
        open_stream(loaded[name], pulls[name])
    return loaded


def _is_stream(ports: Ports, name: str) -> bool:
    return name in ports.inputs and is_stream(ports.inputs[name].hint)


def _all(pull: Pull) -> list[Any]:
    found: list[Any] = []
    while (chunks := pull()) is not None:
        found += chunks
    return found


def _pull(channel: Channel, name: str) -> Pull:
    seen = 0
    ended = False

    def pull() -> list[Any] | None:
        nonlocal seen, ended
        if ended:
            return None
        reply = channel.ask({"kind": "take", "input": name, "seen": seen})
        chunks: list[Any] = reply.get("chunks", [])
        seen += len(chunks)
        ended = bool(reply.get("end", False))
        return chunks

    return pull
