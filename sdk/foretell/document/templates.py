"""Texts with places for inputs: what a program's arguments, its environment and its stdin are made of.

    {name}     the input `name`: a text as it is, anything else as JSON
    {name*}    as many words as the list `name` has items; only where it is a whole word
    {*}        all inputs, as one JSON object
    {{  }}     a brace

A value is put in the place of a whole `{name}` and is never read again: what looks like a place,
a space or a quote in it is part of the value. Nothing here knows shells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from foretell.errors import nearest
from foretell.graph.model import Json

ALL = "*"
"""The name of the place for all inputs."""

_PART = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input goes. `each`: every item of it becomes a word of its own."""

    name: str
    each: bool = False


def parts_of(template: str) -> Iterator[str | Place]:
    """Its texts and places, in order. Raises `ValueError` for a brace that is neither."""
    end = 0
    for found in _PART.finditer(template):
        if found.start() > end:
            yield template[end : found.start()]
        end = found.end()
        name = found["name"]
        if found[0] in ("{{", "}}"):
            yield found[0][0]
        elif name is None:
            raise ValueError(f"a single {found[0]!r}, which must be written twice to mean a brace")
        elif name == ALL:
            yield Place(ALL)
        elif name.removesuffix("*").isidentifier():
            yield Place(name.removesuffix("*"), name.endswith("*"))
        else:
            raise ValueError(
                f"{found[0]!r:.80}, which names no input; write {{{{ and }}}} to mean braces"
            )
    if end < len(template):
        yield template[end:]


def names_in(template: str) -> set[str]:
    """The inputs that it names. Raises `ValueError`."""
    return {part.name for part in parts_of(template) if isinstance(part, Place)}


def template_fault(template: str, inputs: Iterable[str] | None, *, word: bool = False) -> str:
    """What is wrong with it, for a task with these `inputs` (None: nobody knows them); an empty text
    if nothing is. Only a `word` may become several."""
    try:
        parts = list(parts_of(template))
    except ValueError as error:
        return f"{template!r:.80} holds {error}"
    if "\0" in template:
        return f"{template!r:.80} holds a null character, which no program can be given"
    for place in parts:
        if not isinstance(place, Place):
            continue
        if inputs is not None and place.name != ALL and place.name not in (known := list(inputs)):
            hint = nearest(place.name[:80], known) or (
                f"; there is {', '.join(known)}" if known else "; there are none"
            )
            return f"{template!r:.80} names an input {place.name!r:.80} that is not there{hint}"
        if place.each and not (word and len(parts) == 1):
            return f"{template!r:.80}: several words can only stand where {{{place.name}*}} is the whole word"
    return ""


def words_of(template: str, inputs: Mapping[str, Json]) -> list[str]:
    """The words that it comes to."""
    parts = list(parts_of(template))
    if len(parts) == 1 and isinstance(place := parts[0], Place) and place.each:
        value = inputs.get(place.name)
        if value is None:
            return []
        return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
    return [filled(template, inputs)]


def filled(template: str, inputs: Mapping[str, Json]) -> str:
    """The text that it comes to."""
    return "".join(
        part if isinstance(part, str) else as_text(_value(part, inputs))
        for part in parts_of(template)
    )


def _value(place: Place, inputs: Mapping[str, Json]) -> Json:
    return dict(inputs) if place.name == ALL else inputs.get(place.name)


def as_text(value: Json) -> str:
    """A text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
