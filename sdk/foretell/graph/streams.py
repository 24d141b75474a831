"""What the chunks of a port come to as a whole.

Chunks are JSON values in the order in which they were emitted. Who emitted them, and who reads them
when, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

Gather: TypeAlias = Literal["list", "text", "latest", "merge"]


def gathered(chunks: Sequence[Any], how: Gather) -> Any:
    """All chunks as one value: their list, the text they make together, the latest of them (None
    where there is none), or one object with what each key was said last."""
    match how:
        case "list":
            return list(chunks)
        case "text":
            return "".join(chunks)
        case "latest":
            return chunks[-1] if chunks else None
        case "merge":
            return _merged(chunks)


def chunk_fault(chunk: Any, how: Gather) -> str:
    """Why a chunk cannot be gathered so; an empty text is none."""
    if how == "text" and not isinstance(chunk, str):
        return f"its chunks make a text, and this is {_kind(chunk)}"
    if how == "merge" and not isinstance(chunk, dict):
        return f"its chunks are merged key by key, and this is {_kind(chunk)}"
    return ""


def gathered_schema(chunk: Mapping[str, Any], how: Gather) -> dict[str, Any]:
    """The JSON Schema of what chunks with the schema `chunk` come to."""
    own = {key: value for key, value in chunk.items() if key != "$defs"}
    defs = {"$defs": chunk["$defs"]} if "$defs" in chunk else {}
    match how:
        case "list":
            return {"type": "array", "items": own, **defs}
        case "text":
            return {"type": "string"}
        case "latest":
            return {"anyOf": [own, {"type": "null"}], **defs}
        case "merge":
            return {key: value for key, value in chunk.items() if key != "required"}


def _merged(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for chunk in chunks:
        whole.update(chunk)
    return whole


def _kind(value: Any) -> str:
    from foretell.graph.plain import json_type

    return json_type(value)
