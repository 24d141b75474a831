"""What an edge takes of its source: a part of its result, what it emitted, or how it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from foretell.document.wires import FAILURES
from foretell.graph.model import Edge
from foretell.graph.pointers import tokens
from foretell.graph.streams import gathered_schema
from foretell_codegen.errors import WriteError
from foretell_codegen.writing.hints import step
from foretell_codegen.writing.kinds import Kind, Schema
from foretell_codegen.writing.layout import Expr, Part, call
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.sections import SECTION
from foretell_codegen.writing.tasks import Callee, Tasks
from foretell_codegen.writing.values import Given


class Source(NamedTuple):
    """A node, and the expression that stands for its result."""

    node: str
    expr: Expr
    callee: Callee
    task: str


def taken(source: Source, edge: Edge, stays: object, tasks: Tasks) -> Given:
    """What `edge` brings. `stays` is what is there where it brings nothing."""
    module, pointer = tasks.module, edge.output or ""
    if pointer[:1] == SECTION:  # of a node in a section, which returns it
        _, place, task, pointer = pointer.split(SECTION, 3)
        inner = part_of(Given(source.expr, {}), place).expr
        source, edge = source._replace(expr=inner, task=task), replace(edge, output=pointer)
    if edge.carries == "failures":
        given = _failures(source, pointer, tasks)
    elif edge.port is not None:
        given = _emitted(source, edge, tasks)
    else:
        output = source.callee.output
        given = part_of(Given(source.expr, output.schema, output.hint), pointer)
    if edge.on == "any":
        return Given(call(module.word("or_else"), given.expr, literal(stays)), None)
    return given


def _failures(source: Source, pointer: str, tasks: Tasks) -> Given:
    path = tokens(pointer)
    if not path:
        return Given(call(tasks.module.word("failures_of"), source.expr), FAILURES)
    first = call(tasks.module.word("failure_of"), source.expr)
    if path[0] != "0" or len(path) > 2:
        raise WriteError(
            f"node {source.node!r:.80}",
            f"of its failures {pointer!r:.80} is taken: only the first can be",
        )
    items: Any = FAILURES["items"]
    return (
        Given(first, items)
        if len(path) == 1
        else Given(Part(first, f".{path[1]}"), {"type": "string"})
    )


def _emitted(source: Source, edge: Edge, tasks: Tasks) -> Given:
    assert edge.port is not None
    spec = tasks.specs[source.task].ports[edge.port]
    port = tasks.port(edge.port, spec)
    read = call(Part(port, ".stream" if edge.early else ".final"), source.expr)
    if edge.early:
        return Given(read, None)
    return part_of(Given(read, gathered_schema(spec.chunk, spec.gather)), edge.output or "")


def part_of(given: Given, pointer: str) -> Given:
    """A part of a value that is not there yet."""
    expr, schema, hint = given.expr, given.schema, given.hint
    for token in tokens(pointer):
        found = None if hint is None else step(hint, token)
        if found is not None:
            tail, hint = found
            expr, schema = Part(expr, tail), _step(schema, token)
            continue
        hint = None
        is_place = token.isdecimal() and not (
            isinstance(schema, Mapping) and "properties" in schema
        )
        expr = Part(expr, f"[{int(token) if is_place else text(token)}]")
        schema = _step(schema, token)
    return Given(expr, schema, hint)


def _step(schema: Schema | None, token: str) -> Schema | None:
    if not isinstance(schema, Mapping):
        return None
    inner = schema.get("properties", {}).get(token) if "properties" in schema else None
    items = schema.get("prefixItems")
    if isinstance(items, list) and token.isdecimal() and int(token) < len(items):
        inner = items[int(token)]
    return inner if isinstance(inner, Mapping) else None


__all__ = ["Kind", "Source", "part_of", "taken"]
