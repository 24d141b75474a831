"""How a value stands in JSON that is kept elsewhere, or that JSON has no word for: as a reference.

    {"$value": {"codec": "json", "digest": "9f86...", "size": 31400000}}      in a file, by its SHA-256
    {"$value": {"codec": "numpy", "data": "k05VTVBZ..."}}                    small enough to stand here

`codec` and `version` say how the bytes are read, `at` is a JSON Pointer into the value, `deep` says
that there are further references in the file, `by` which node it was that wrote it. Whatever else
looks like this is not one, and is an object like any other.

Every child process imports this, so it imports next to nothing. Where files are is not known here.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Any

KEY = "$value"
"""The one key of a JSON object that stands for a value kept elsewhere."""

JSON = "json"
"""The codec of values that are JSON: there are places in them."""
BYTES = "bytes"
"""The codec of plain bytes, which JSON can hold too, as base64."""

INLINE = 100_000
"""Bytes of JSON up to which a value stands in messages and in the journal. SQLite reads larger ones
quicker from files of their own than from a database (https://sqlite.org/intern-v-extern-blob.html)."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIELDS: dict[str, type] = {
    "codec": str, "version": int, "digest": str, "size": int, "data": str, "at": str, "deep": bool,
    "by": str,
}  # fmt: skip


class Held:
    """A value for which JSON has no word, on its way into JSON or out of it. `codec` is the name of
    what writes and reads it."""

    __slots__ = ("codec", "record", "value")

    def __init__(self, codec: str, value: Any, record: Any = None) -> None:
        self.codec = codec
        self.value = value
        self.record = record
        """Its reference, once it is written."""

    def __repr__(self) -> str:
        return repr(self.value)


def reference(
    codec: str, digest: str, size: int, version: int = 1, by: str = "", *, deep: bool = False
) -> dict[str, Any]:
    """The reference to a file."""
    found: dict[str, Any] = {"codec": codec, "digest": digest, "size": size}
    if version != 1:
        found["version"] = version
    if deep:
        found["deep"] = True
    if by:
        found["by"] = by
    return {KEY: found}


def small(codec: str, data: str, version: int = 1) -> dict[str, Any]:
    """The reference to bytes that stand in it, as base64."""
    found: dict[str, Any] = {"codec": codec, "data": data}
    if version != 1:
        found["version"] = version
    return {KEY: found}


_URL_SAFE = str.maketrans("+/", "-_")


def text_of_bytes(value: bytes) -> str:
    """Bytes as they stand in JSON."""
    return binascii.b2a_base64(value, newline=False).decode().translate(_URL_SAFE)


def is_reference(value: Any) -> bool:
    """Whether a JSON value stands for one that is kept elsewhere."""
    if type(value) is not dict or len(value) != 1 or KEY not in value:
        return False
    record = value[KEY]
    if (
        type(record) is not dict
        or not record.get("codec")
        or ("digest" in record) == ("data" in record)
    ):
        return False
    if any(type(item) is not _FIELDS.get(name) for name, item in record.items()):
        return False
    return "data" in record or ("size" in record and bool(_DIGEST.fullmatch(record["digest"])))


def has_places(value: Any) -> bool:
    """Whether a pointer may lead into what a reference stands for."""
    return bool(value[KEY]["codec"] == JSON)


def inside(value: Any, pointer: str) -> Any:
    """The reference to the place `pointer` of what a reference stands for."""
    record = value[KEY]
    return {KEY: {**record, "at": record.get("at", "") + pointer}}


def references_in(value: Any) -> Iterator[dict[str, Any]]:
    """What is said of each value that is kept elsewhere, somewhere in a JSON value."""
    todo = [value]
    while todo:
        one = todo.pop()
        if type(one) is dict:
            if is_reference(one):
                yield one[KEY]
            else:
                todo += one.values()
        elif type(one) is list or type(one) is tuple:
            todo += one


def say_reference(value: Any) -> str:
    """A reference in words: `<numpy, 1.2 MB, sha256 9f86d081>`."""
    record = value[KEY]
    at = f" at {record['at']}" if record.get("at") else ""
    if "data" in record:
        return f"<{record['codec']}, {say_size(len(record['data']) * 3 // 4)}{at}>"
    return f"<{record['codec']}, {say_size(record['size'])}, sha256 {record['digest'][:8]}{at}>"


def say_size(size: float) -> str:
    """`1.2 MB`."""
    if size < 1000:
        return f"{size} B"
    units = iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    size /= 1000
    while size >= 1000 and (larger := next(units, "")):
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if size >= 100 else f"{size:.1f} {unit}"
