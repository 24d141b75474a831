"""Whether a value that is not there yet fits where it is wired to, by the annotations of both.

Refuses what can never fit, with the line of the call. What fits sometimes is checked when it runs.
"""

from __future__ import annotations

from typing import Any

from foretell.author.fields import UNKNOWN, say_type
from foretell.author.refs import Origin, Ref, origin
from foretell.author.schemas import schema_of
from foretell.author.streams import is_stream
from foretell.author.tasks import Task
from foretell.document.fits import Fit, Place, at, fit
from foretell.document.words import in_words
from foretell.errors import WiringError

_LAST = 30
"""Items of an array from here on are alike: no tuple is annotated that long."""

_fits: dict[tuple[int, bool, int, str], tuple[Any, Any, Fit]] = {}
"""By identity, because annotations need not be hashable; they are kept alive with the answer."""
_schemas: dict[tuple[int, str], tuple[Any, Place]] = {}


def check_fit(task: Task[..., Any], pointer: str, ref: Ref, where: object) -> None:
    """Raises `WiringError` if `ref` can never go to the place `pointer` of the inputs of `task`."""
    mine = origin(ref)
    given = mine.hint
    if given is UNKNOWN and mine.ending.on != "any":
        return
    name, _, rest = pointer[1:].partition("/")
    wanted = task.ports.inputs[name.replace("~1", "/").replace("~0", "~")].hint
    if mine.early and (rest or not is_stream(wanted)):
        raise WiringError(
            f"{where}: {mine.name!r} is read chunk by chunk, and input {name + _said(rest)!r} of task "
            f"{task.called!r} takes {_taken(wanted)}: only a parameter annotated Stream[...] is read "
            f"so; the whole of a port is `{mine.port}.final(...)`"
        )
    if mine.ending.on == "any":
        _check_stand_in(task, mine, name, rest, _wanted(wanted, rest), where)
    if mine.early:  # each chunk by itself: an empty stream fits everywhere
        given, rest = mine.chunk, "0"
    key = (id(given), mine.feed is None, id(wanted), rest)
    known = _fits.get(key)
    if known is None:
        known = _fits[key] = (given, wanted, _fit(given, mine.feed is None, wanted, rest))
    if known[2] == "incompatible":
        takes = in_words(_wanted(wanted, rest).schema) if rest else say_type(wanted)
        raise WiringError(
            f"{where}: {mine.name!r} is {say_type(mine.hint)}, but input {name + _said(rest)!r} of task "
            f"{task.called!r} takes {takes}"
        )


def _taken(wanted: Any) -> str:
    return "it in parts" if is_stream(wanted) else say_type(wanted)


def _check_stand_in(
    task: Task[..., Any], mine: Origin, name: str, rest: str, wanted: Place, where: object
) -> None:
    """What stands there if there is no such value must fit as well."""
    stays = mine.ending.default
    if fit(Place.of({"const": stays}), wanted) == "incompatible":
        raise WiringError(
            f"{where}: {stays!r:.60} stands for {mine.name!r}, but input {name + _said(rest)!r} of task "
            f"{task.called!r} takes {in_words(wanted.schema)}"
        )


def _said(rest: str) -> str:
    """A place in an input: `[rows][2]`."""
    return "".join(f"[{token}]" for token in rest.split("/")) if rest else ""


def _fit(given: Any, is_output: bool, wanted: Any, rest: str) -> Fit:
    if given is wanted and not rest:
        return "compatible"  # of a type and itself the worst that can happen is found in the child
    return fit(
        _schema(given, "serialization" if is_output else "validation"), _wanted(wanted, rest)
    )


def _wanted(wanted: Any, rest: str) -> Place:
    whole = _schema(wanted, "validation")
    if not rest:
        return whole
    tokens = rest.split("/")
    return at(
        whole, "/" + "/".join(str(min(int(t), _LAST)) if t.isdecimal() else t for t in tokens)
    )


def _schema(hint: Any, mode: str) -> Place:
    found = _schemas.get((id(hint), mode))
    if found is None:
        try:
            place = Place.of(schema_of(hint, mode))
        except WiringError:  # said with the name of its task, when all tasks are looked at
            place = Place.of(True)
        found = _schemas[id(hint), mode] = (hint, place)
    return found[1]
