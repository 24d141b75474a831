"""How a task is run, and what the rest of its spec says: whether the two go together.

A fault is told by the place in the spec, and why; twice nothing is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from foretell.document.fits import Place, fit
from foretell.document.model import TaskSpec
from foretell.document.programs import Program, Stdout, program_fault
from foretell.document.words import in_words
from foretell.graph import trials
from foretell.graph.model import Json
from foretell.promises.shapes import NOTHING

BYTES: Mapping[str, Json] = {"type": "string", "format": "base64url"}
"""The schema of bytes, which stand in JSON as base64."""

_GIVES: Mapping[Stdout, Mapping[str, Json]] = {
    "text": {"type": "string"},
    "lines": {"type": "array", "items": {"type": "string"}},
    "bytes": BYTES,
    "log": {"type": "null"},
}
"""What the result of a plain program is, whatever it writes."""


READS_LATE = "a program that does not speak the protocol cannot read what is still being written"


def reads_early(spec: TaskSpec) -> bool:
    """Whether nodes of a task can read a port while it is being written."""
    return spec.program is None or spec.program.speaks


def cache_fault(spec: TaskSpec, options: Mapping[str, Json]) -> str:
    """Why nodes of the task cannot have these options, the task's own or theirs, if a `cache` is in them."""
    why = trials.cache_fault(options, grows=spec.grows != NOTHING, emits=bool(spec.ports))
    if why and spec.grows is None:
        why += '; or if it grows nothing, say so: "grows": {"kind": "empty"}'
    return why


def running_fault(spec: TaskSpec) -> tuple[str, str]:
    if spec.program is None:
        return "", ""
    at, why = program_fault(spec.program, _names(spec.inputs))
    if why:
        return f".program.{at}", why
    return ("", "") if spec.program.speaks else _plain_fault(spec, spec.program)


def _plain_fault(spec: TaskSpec, program: Program) -> tuple[str, str]:
    if spec.grows != NOTHING:
        return ".grows", "a program that does not speak the protocol cannot grow anything"
    if spec.ports:
        return ".ports", "a program that does not speak the protocol cannot emit anything"
    gives = _GIVES.get(program.stdout)
    if gives and fit(Place.of(gives), Place.of(spec.output)) == "incompatible":
        return (
            ".program.stdout",
            f"{program.stdout!r} gives {in_words(gives)}, and the task returns {in_words(spec.output)}",
        )
    return "", ""


def _names(inputs: Mapping[str, Json]) -> list[str] | None:
    """The inputs that there are; None if anything may be given."""
    known = inputs.get("properties")
    return list(known) if isinstance(known, Mapping) else None
