"""Values on their way: a node's inputs put together, and holes in outputs filled.

Reads JSON Pointers (RFC 6901). Nothing is copied but the containers on the way to a place that
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foretell.graph.model import Feed, Hole, Json, NodeId, Output, Pointer


class NoSuchPlace(Exception):
    """A pointer leads nowhere. The message says where it stopped."""


def tokens(pointer: Pointer) -> list[str]:
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise NoSuchPlace(f"{pointer!r} is not a JSON Pointer: it must start with '/'")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def get(value: Json, pointer: Pointer) -> Json:
    """The value at `pointer`."""
    for token in tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            raise NoSuchPlace(f"there is no place {pointer!r} in it")
    return value


class Draft:
    """A JSON value under change; the value it started from stays as it was."""

    def __init__(self, value: Json) -> None:
        self._own: dict[int, Json] = {}  # by id; kept here so that no id is used again
        self.value = value

    def put(self, pointer: Pointer, new: Json) -> None:
        """Puts `new` at `pointer`. `-` as the last token appends to an array."""
        path = tokens(pointer)
        if not path:
            self.value = new
            return
        self.value = container = self._owned(self.value)
        for token in path[:-1]:
            key = _key(container, token, pointer)
            inner = self._owned(container[key])
            container[key] = container = inner
        if isinstance(container, list) and path[-1] == "-":
            container.append(new)
        elif isinstance(container, dict):
            container[path[-1]] = new
        else:
            container[_key(container, path[-1], pointer)] = new

    def _owned(self, value: Json) -> Json:
        if id(value) in self._own:
            return value
        if not isinstance(value, (dict, list)):
            raise NoSuchPlace("a place lies inside of something that is no object or array")
        copy = value.copy()
        self._own[id(copy)] = copy
        return copy


def _key(container: Json, token: str, pointer: Pointer) -> Any:
    if isinstance(container, dict) and token in container:
        return token
    if isinstance(container, list) and token.isdecimal() and int(token) < len(container):
        return int(token)
    raise NoSuchPlace(f"there is no place {pointer!r} in it")


def feed(draft: Draft, feeds: Iterable[Feed], inputs: Mapping[str, Json]) -> None:
    """Puts workflow inputs where `feeds` say."""
    for item in feeds:
        draft.put(item.input, get(inputs.get(item.name), item.output))


def complete(outputs: dict[NodeId, Output], node: NodeId) -> Json:
    """The output of `node` with all its holes filled, transitively; remembered in `outputs`.

    The nodes that fill holes have ended, because they lie before whoever reads.
    """
    stack = [node]
    while stack:
        current = stack[-1]
        output = outputs[current]
        inner = [hole.node for hole in output.holes if outputs[hole.node].holes]
        if inner:
            stack.extend(inner)
            continue
        stack.pop()
        if output.holes:
            outputs[current] = Output(fill(output.value, output.holes, outputs))
    return outputs[node].value


def fill(value: Json, holes: Iterable[Hole], outputs: Mapping[NodeId, Output]) -> Json:
    """`value` with each hole filled from an output that has none."""
    draft = Draft(value)
    for hole in holes:
        draft.put(hole.at, get(outputs[hole.node].value, hole.pointer))
    return draft.value
