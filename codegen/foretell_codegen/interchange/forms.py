"""Reading foreign JSON step by step, with the path of every fault.

A foreign document is nobody's dataclass: it may hold more than we know, and what we do not know is
noted rather than refused. What we need must be there and of its type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from foretell.errors import DocumentError, nearest
from foretell.graph.plain import json_type
from foretell.graph.wellformed import LONGEST_NAME, name_fault
from foretell_codegen.interchange.notes import Notes

Object: TypeAlias = Mapping[str, Any]


def an_object(value: Any, where: str) -> Object:
    if not isinstance(value, dict):
        raise DocumentError(where, f"expected an object, got {json_type(value)}")
    return value


def a_list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DocumentError(where, f"expected an array, got {json_type(value)}")
    return value


def a_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise DocumentError(where, f"expected a string, got {json_type(value)}")
    return value


def objects(value: Any, where: str) -> Iterator[tuple[str, Object]]:
    """The objects of an array, each with its path."""
    for i, item in enumerate(a_list(value, where)):
        yield f"{where}[{i}]", an_object(item, f"{where}[{i}]")


def texts(value: Any, where: str) -> list[str]:
    return [a_text(item, f"{where}[{i}]") for i, item in enumerate(a_list(value, where))]


def need(record: Object, key: str, where: str) -> Any:
    """What stands at `key`, which must be there."""
    if key not in record:
        raise DocumentError(where, f"it has no {key!r}{nearest(key, record)}")
    return record[key]


def a_name(value: Any, where: str) -> str:
    """A text that can be the name of a node, a task or an input as it stands."""
    if why := name_fault(a_text(value, where)):
        raise DocumentError(where, why)
    return str(value)


def tidy_name(value: str, where: str, notes: Notes, default: str) -> str:
    """A name made of any text; noted where it is another one."""
    name = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    name = name[:LONGEST_NAME].strip() or default
    if name != value:
        notes.changed(where, f"it is called {name!r:.80} here")
    return name


def drop_rest(record: Object, known: Collection[str], where: str, notes: Notes) -> None:
    """Notes every key of `record` that nobody reads."""
    for key in record:
        if key not in known:
            notes.dropped(f"{where}.{key}", "nothing here says the like")


def known_id(name: str, ids: Collection[str], where: str, what: str = "task") -> str:
    if name not in ids:
        raise DocumentError(where, f"there is no {what} {name!r:.80}{nearest(name[:80], ids)}")
    return name


def new_id(name: str, taken: Mapping[str, str], where: str, what: str = "task") -> None:
    """Raises if something else is called so; `taken` tells where that is."""
    if name in taken:
        raise DocumentError(where, f"there is another {what} {name!r:.80}, at {taken[name]}")


def refuse_cycles(before: Mapping[str, Collection[str]], where: str, field: str) -> None:
    """Raises if tasks wait for each other; `before` are those that each waits for."""
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        cycle = list(error.args[1])
        shown = cycle if len(cycle) <= 12 else [*cycle[:6], "...", *cycle[-5:]]
        raise DocumentError(
            where,
            f"the tasks wait for each other in a circle: {' -> '.join(shown)}. {field} has no loops; "
            f"take one of these edges out",
        ) from None
