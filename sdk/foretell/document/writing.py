"""Laying out a graph document as JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def text_of(data: Mapping[str, Any]) -> str:
    """`data` as JSON, one node and one edge a line, so that two versions can be compared."""
    parts = [f"{_dump(key)}: {_block(value)}" for key, value in data.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_dump(item)}" for item in value) + "\n]"
    if isinstance(value, dict) and value:
        items = (f"  {_dump(key)}: {_dump(item)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + "\n}"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
