"""Reads the `.sql` files beside it, so that SQL lives in SQL files and has names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_NAME = "-- name:"


def schema(layout: int) -> str:
    """The statements that make a store of this layout from one of the layout before."""
    name = "schema.sql" if layout == 1 else f"schema-{layout}.sql"
    return (_HERE / name).read_text(encoding="utf-8")


def sql(name: str) -> str:
    """The statement of that name."""
    return queries()[name]


@cache
def queries() -> Mapping[str, str]:
    """Statement by name."""
    found: dict[str, str] = {}
    for block in (_HERE / "queries.sql").read_text(encoding="utf-8").split(_NAME)[1:]:
        name, _, body = block.partition("\n")
        lines = [line for line in body.splitlines() if not line.startswith("--")]
        found[name.strip()] = "\n".join(lines).strip()
    return found
