"""What a task reads that does not come with its start: large values, and streams.

Large values it fetches itself, from where they are kept. Of a stream it asks for what comes next when
it wants it, so nothing piles up on its side. Loaded only for tasks that have the one or the other.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from foretell.author.ports import Ports
from foretell.author.streams import Pull, is_stream, open_stream
from foretell.errors import CodecError, UserError, ValueLost
from foretell.graph.pointers import NoSuchPlace
from foretell.values.ground import ground_from
from foretell.values.loading import Loader
from foretell.worker.channel import Channel


def fetched(start: Mapping[str, Any], unread: Container[str] = ()) -> dict[str, Any]:
    """The inputs of a trial, with what is kept elsewhere in its place, but for the `unread` ones.
    Raises `ValueLost`, or `UserError` for what cannot be read."""
    loader = _loader(start)
    found: dict[str, Any] = {}
    for name, value in start["inputs"].items():
        try:
            found[name] = value if name in unread else loader.loaded(value)
        except ValueLost as lost:
            raise lost.wanted_for(f"input {name!r}") from None
        except (CodecError, NoSuchPlace) as fault:
            raise UserError(f"input {name!r}: {fault}") from None
    return found


def _loader(start: Mapping[str, Any]) -> Loader:
    return Loader(ground_from(start["values"]) if start.get("values") else None)


def arguments(
    channel: Channel, start: Mapping[str, Any], ports: Ports, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of a task, of which these inputs are streams. Where it wants a list instead, it
    is given all of it once that is there."""
    loader = _loader(start)
    pulls = {name: _pull(channel, loader, name) for name in start["streams"]}
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


def _pull(channel: Channel, loader: Loader, name: str) -> Pull:
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
        return [loader.loaded(chunk) for chunk in chunks]

    return pull
