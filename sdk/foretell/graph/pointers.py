"""JSON Pointers (RFC 6901): reading and filling places of a JSON value.

Nothing is copied but the containers on the way to a place that changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from foretell.graph.references import KEY, has_places, inside, is_reference

if TYPE_CHECKING:
    from foretell.graph.model import Json, Pointer

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


class CannotPutTogether(Exception):
    """A value cannot be made of its parts. The message says why."""


class NoSuchPlace(CannotPutTogether):
    """A pointer leads nowhere. The message says where it stopped."""


def escape(token: str) -> str:
    """A token, as it stands in a pointer."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def tokens(pointer: Pointer) -> list[str]:
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise NoSuchPlace(f"{pointer!r:.80} is not a JSON Pointer: it must start with '/'")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def get(value: Json, pointer: Pointer) -> Json:
    """The value at `pointer`; where it lies in one that is kept elsewhere, the reference to it."""
    path = tokens(pointer)
    for n, token in enumerate(path):
        if isinstance(value, dict) and KEY in value and is_reference(value):
            if not has_places(value):
                raise NoSuchPlace(
                    f"there is no place {pointer!r:.80} in it: a value of the codec "
                    f"{value[KEY]['codec']!r:.80} is one piece"
                )
            return inside(value, "".join(f"/{escape(one)}" for one in path[n:]))
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and (at := _index(token)) is not None and at < len(value):
            value = value[at]
        else:
            raise NoSuchPlace(f"there is no place {pointer!r:.80} in it")
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
        if KEY in value and is_reference(value):
            raise NoSuchPlace("a place lies inside of a value that is kept elsewhere")
        copy = value.copy()
        self._own[id(copy)] = copy
        return copy


def _key(container: Json, token: str, pointer: Pointer) -> Any:
    if isinstance(container, dict) and token in container:
        return token
    if isinstance(container, list) and (at := _index(token)) is not None and at < len(container):
        return at
    raise NoSuchPlace(f"there is no place {pointer!r:.80} in it")


def _index(token: str) -> int | None:
    return int(token) if _INDEX.fullmatch(token) else None
