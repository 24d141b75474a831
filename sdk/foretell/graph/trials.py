"""What a node's options say about its trials: how many, how far apart, upon what, how long, and which
nodes go first.

    retries    further trials after a failure
    backoff    seconds before the second trial, or a `Backoff`
    retry_on   names of exceptions; any other failure is final
    timeout    seconds that one trial has
    cache      whether what a node comes to is kept, and an equal node given it: an object, perhaps with
               the `version` of what the task does and the seconds `within` which it counts
    priority   of nodes that could start at the same time, those of a higher one start first (0)

These are JSON, in documents and in what running tasks add; they are judged here whoever wrote them.
An exception is named as the entry point of a task is (`package.module:Name`, `file.py:Name`), one of
Python's own by its bare name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from foretell.errors import nearest

if TYPE_CHECKING:
    from foretell.graph.model import Json

MOST_SECONDS = 1e9
"""Some thirty years: more is a mistake."""
LARGEST_PRIORITY = 1_000_000
MOST_NAMES = 100
"""Exceptions in one `retry_on`."""
LONGEST_NAME = 400


class Backoff(NamedTuple):
    """How long a node waits before it is tried again: `first` seconds after the first failure,
    `factor` times that after each further one, and never more than `at_most`.

    `jitter` is the part of each wait that is left to chance, from 0 to 1, so that many nodes that
    failed together do not come back together.
    """

    # A tuple, since every child that loads a task with one would pay for dataclasses.

    first: float
    factor: float = 2.0
    at_most: float = 3600.0
    jitter: float = 0.1

    def seconds(self, failures: int, chance: float) -> float:
        """The wait after so many failures. `chance` is from 0 to 1."""
        try:
            wait = self.first * self.factor ** (failures - 1)
        except OverflowError:
            wait = self.at_most
        return min(wait, self.at_most) * (1 - self.jitter * chance)


def backoff_of(value: Json) -> Backoff:
    """What the option says; nothing to wait for if it says nothing."""
    if isinstance(value, Mapping):
        return Backoff(**value)
    return Backoff(value or 0.0)


def trials_fault(options: Mapping[str, Json]) -> str:
    """What is wrong with options of a node or task, in words; an empty text if nothing is."""
    for name, value in options.items():
        if name not in _CHECKS:
            return f"unknown option {name!r:.80}{nearest(str(name)[:80], _CHECKS)}"
        if why := option_fault(name, value):
            return f"{name} {why}"
    return ""


def option_fault(name: str, value: Json) -> str:
    """What is wrong with the value of one of these options, to read on after its name."""
    if name == "backoff" and isinstance(value, Mapping):
        return _parts_fault(value)
    why = _CHECKS[name](value)
    return f"{why}, not {value!r:.80}" if why else ""


def seconds_fault(value: object) -> str:
    """What is wrong with a number of seconds."""
    if not _is_number(value):
        return "must be a number of seconds"
    if not 0 <= value <= MOST_SECONDS:
        return f"must be from 0 to {MOST_SECONDS:,.0f} seconds"
    return ""


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _retries(value: Json) -> str:
    good = type(value) is int and value >= 0
    return "" if good else "must be a whole number from 0"


def _timeout(value: Json) -> str:
    return (
        "must be more than 0 seconds" if _is_number(value) and value == 0 else seconds_fault(value)
    )


def _priority(value: Json) -> str:
    good = type(value) is int and -LARGEST_PRIORITY <= value <= LARGEST_PRIORITY
    return "" if good else f"must be a whole number from -{LARGEST_PRIORITY} to {LARGEST_PRIORITY}"


def _parts_fault(backoff: Mapping[str, Json]) -> str:
    if "first" not in backoff:
        return "must have a 'first'"
    for name, number in backoff.items():
        if name not in Backoff._fields:
            known = ", ".join(Backoff._fields)
            return f"must have no {name!r:.80}; it has {known}{nearest(str(name)[:80], Backoff._fields)}"
        low, high = {"factor": (1.0, 1000.0), "jitter": (0.0, 1.0)}.get(name, (0.0, MOST_SECONDS))
        if not _is_number(number) or not low <= number <= high:
            return f"must have a {name!r} from {low:g} to {high:,.10g}, not {number!r:.80}"
    return ""


class Cached(NamedTuple):
    """That what a task comes to is kept for equal nodes of later runs: of the same task, inputs, types
    and `version`, by default a fingerprint of the task's source; and not `within` longer than that many
    seconds."""

    version: str = ""
    within: float | None = None


def cache_fault(options: Mapping[str, Json], *, grows: bool, emits: bool) -> str:
    """Why what a task comes to cannot be had from a cache, if these options want that: it is more than a
    value."""
    if options.get("cache") is None or not (grows or emits):
        return ""
    return (
        f"{'may grow nodes' if grows else 'emits'}, which a result from the cache would leave out; let a task "
        f"do the work that is worth keeping, and cache that"
    )


def _cache(value: Json) -> str:
    if not isinstance(value, Mapping) or not set(value) <= set(Cached._fields):
        return f"must be an object with no more than {' and '.join(map(repr, Cached._fields))}"
    version = value.get("version", "")
    if not isinstance(version, str) or len(version) > LONGEST_NAME or not version.isprintable():
        return f"must have a 'version' of visible characters, {LONGEST_NAME} at most"
    why = "" if value.get("within") is None else seconds_fault(value["within"])
    return f"must have a 'within' that {why}" if why else ""


def _retry_on(value: Json) -> str:
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_NAMES:
        return f"must be a list of 1 to {MOST_NAMES} names of exceptions"
    for name in value:
        if not isinstance(name, str) or not is_name_of_exception(name):
            return "must name exceptions: a bare name (Python's own), module:Name or file.py:Name"
    return ""


def is_name_of_exception(name: str) -> bool:
    home, colon, qualname = name.rpartition(":")
    parts = qualname.split(".")
    return (
        len(name) <= LONGEST_NAME
        and name.isprintable()
        and bool(home) is bool(colon)
        and all(part.isidentifier() for part in parts)
    )


class OptionsSchema:
    """What is published of these options as JSON Schema. (pydantic asks for it by this name.)"""

    def __get_pydantic_json_schema__(self, core: object, handler: object) -> dict[str, object]:
        seconds = {"type": "number", "minimum": 0, "maximum": MOST_SECONDS}
        backoff = {
            "type": "object",
            "properties": {
                "first": seconds,
                "factor": {"type": "number", "minimum": 1, "maximum": 1000},
                "at_most": seconds,
                "jitter": {"type": "number", "minimum": 0, "maximum": 1},
            },
            "required": ["first"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "title": "Options",
            "properties": {
                "retries": {"type": "integer", "minimum": 0},
                "backoff": {"anyOf": [seconds, backoff]},
                "retry_on": {
                    "type": "array",
                    "items": {"type": "string", "maxLength": LONGEST_NAME},
                    "minItems": 1,
                    "maxItems": MOST_NAMES,
                },
                "cache": {
                    "anyOf": [
                        {"type": "null"},
                        {
                            "type": "object",
                            "properties": {
                                "version": {"type": "string", "maxLength": LONGEST_NAME},
                                "within": seconds,
                            },
                            "additionalProperties": False,
                        },
                    ]
                },
                "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_SECONDS},
                "priority": {
                    "type": "integer",
                    "minimum": -LARGEST_PRIORITY,
                    "maximum": LARGEST_PRIORITY,
                },
            },
            "additionalProperties": False,
        }


def covers(retry_on: Iterable[str] | None, names: Iterable[str]) -> bool:
    """Whether a failure is one to be tried again, if its exception and the classes that this
    derives from have these names. Without a `retry_on` any is."""
    return retry_on is None or not set(retry_on).isdisjoint(names)


_CHECKS: dict[str, Callable[[Json], str]] = {
    "retries": _retries, "backoff": seconds_fault, "retry_on": _retry_on, "timeout": _timeout,
    "cache": lambda value: "" if value is None else _cache(value),
    "priority": _priority,
}  # fmt: skip
