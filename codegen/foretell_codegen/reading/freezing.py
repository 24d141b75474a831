"""Frozen regions: statements of a workflow's body that are outside of what is read, as one node.

What it does is not known, so nothing is promised of it: it may grow whatever the promises of others
allow. It takes what the statements use, and what they bind comes of it. In strict reading it is an
error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from foretell.author.fields import UNKNOWN
from foretell.author.ports import Port, Ports, may_hold_refs
from foretell.author.readers import reader_of
from foretell.author.refs import After, Node, Origin, Ref, origin
from foretell.author.source import Text, write_text
from foretell.author.tasks import Task
from foretell.document.model import TaskSpec
from foretell_codegen.errors import ReadError, Unreadable
from foretell_codegen.provenance import Frozen
from foretell_codegen.reading.scopes import Scope
from foretell_codegen.reading.syntax import Signal, bound_by, within

if TYPE_CHECKING:
    from foretell_codegen.reading.session import Home, Session

NAME = "frozen"
"""What the task of such nodes is called, and how they are tagged."""


def freeze(
    home: Home, rest: list[ast.stmt], scope: Scope, mark: tuple[int, ...], fault: Unreadable
) -> Signal | None:
    """Puts a node in the place of the first of `rest`, or if that may return, of all of them. What
    its statement had noted after `mark` is taken back."""
    session = home.session
    statement = rest[0]
    line = fault.line or statement.lineno
    if session.strict:
        raise ReadError(session.name, line, fault.why, fault.hint or _HINT)
    _take_back(session, mark)
    leaves = any(isinstance(node, ast.Return) for node in within(statement))
    frozen = rest if leaves else rest[:1]
    bound = list(dict.fromkeys(name for one in frozen for name in bound_by(one)))
    used = _used(frozen, scope)
    for name, value in used.items():
        if isinstance(value, (list, dict, set)) and name not in bound:
            bound.append(name)  # they may be filled there
    waits = [ref for value in used.values() for ref in _refs(value)]
    node = _node(home, bound, {n: v for n, v in used.items() if _is_data(v)}, waits)
    first, last = home.source.lines.span(frozen[0]), home.source.lines.span(frozen[-1])
    span = type(first)(first.start, last.end)
    session.frozen[node] = Frozen(node, span, line, fault.why, fault.hint or _HINT)
    session.made.pop(node, None)
    for name in bound:
        scope.bind(name, _part(session, node, name))
    return Signal("return", _part(session, node, "return")) if leaves else None


_HINT = "let a task do it, or write it with what `foretell read` knows"


def is_frozen(value: Any, session: Session) -> bool:
    """Whether a value comes of a frozen region."""
    return any(origin(ref).node in session.frozen for ref in _refs(value))


def frozen_task(home: Home) -> Task[..., Any]:
    """The task of frozen regions. Nobody can run it, and it promises nothing."""

    def frozen() -> Any:
        raise NotImplementedError

    frozen.__module__ = home.module.__name__
    frozen.__qualname__ = NAME
    spec = TaskSpec(f"{home.source.name}:__frozen__", tags=(NAME,))
    write_text(frozen, Text(home.module, None, str, spec))
    assert isinstance(frozen, FunctionType)
    task: Task[..., Any] = Task(frozen, {})
    return task


class _Open(Ports):
    """The ports of a region: whatever is used there."""

    def __init__(self, names: Iterator[str]) -> None:
        read, _ = reader_of(UNKNOWN)
        ports = {name: Port(name, UNKNOWN, True, None, read, True) for name in names}
        super().__init__(f"task {NAME!r}", ports, UNKNOWN)


def _node(home: Home, bound: list[str], given: dict[str, Any], waits: list[Ref]) -> str:
    session = home.session
    now = session.now
    assert now is not None
    use = session.frozen_task or frozen_task(home)
    session.frozen_task = use
    copy: Task[..., Any] = use._copy()
    copy._origin = use
    use._ports = _Open(iter(given))
    taken = {id(ref) for value in given.values() for ref in _refs(value)}
    copy._after = tuple(After(ref) for ref in waits if id(ref) not in taken and _is_node(ref))
    copy._options = {"tags": (NAME,), "id": bound[0] if len(bound) == 1 else NAME}
    before = len(now.nodes)
    copy(**given)
    return now.nodes[before].id


def _take_back(session: Session, mark: tuple[int, ...]) -> None:
    now = session.now
    assert now is not None
    nodes, edges, vows, limits = mark
    for node in now.nodes[nodes:]:
        now._tasks.pop(node.id, None)
        now._section.made.pop(node.id, None)
        session.made.pop(node.id, None)
        session.frozen.pop(node.id, None)
    del now.nodes[nodes:], now.edges[edges:], now.vows[vows:], now.limits[limits:]
    now._section.names.give_back()


def _part(session: Session, node: str, name: str) -> Ref:
    return Ref(Origin(session.now, name, node=node, pointer=f"/{name}", hint=UNKNOWN))


def _used(frozen: list[ast.stmt], scope: Scope) -> dict[str, Any]:
    """What the statements use of what the body has bound before."""
    found: dict[str, Any] = {}
    for statement in frozen:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in scope.vars and node.id not in found:
                found[node.id] = scope.vars[node.id]
    return found


def _is_data(value: Any) -> bool:
    return may_hold_refs(value) and not isinstance(value, (Task, ModuleType))


def _refs(value: Any) -> Iterator[Ref]:
    if type(value) is Ref:
        yield value
    elif type(value) is Node:
        yield from _refs(value.out)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _refs(item)


def _is_node(ref: Ref) -> bool:
    mine = origin(ref)
    return mine.node is not None and mine.ending.on == "ok"
