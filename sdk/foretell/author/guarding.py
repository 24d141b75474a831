"""Guarding bodies that use values which are not there yet: the door to `following`.

A workflow body runs at registration, so most misuses of an unknown value meet a guard of `Ref`
then. Some never do: nothing is called by `x is None`, and a growing task's body does not run at
registration at all. Those are read from the source. Where there is no source, nothing is said.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any

from foretell.author.source import tree_of
from foretell.author.tasks import Task, Workflow
from foretell.errors import WiringError

_SILENT = frozenset(
    number
    for name, number in dis.opmap.items()
    if name in ("IS_OP", "CONVERT_VALUE", "GET_LEN")
    or name.startswith(("FORMAT_", "BUILD_INTERPOLATION", "MATCH_"))
    or (name.startswith("POP_JUMP") and name.endswith("NONE"))
)  # fmt: skip
"""Instructions that may use a value without calling anything of it."""
_SILENT_NAMES = frozenset((
    "ascii", "callable", "dir", "dumps", "format", "id", "isinstance", "issubclass", "join", "repr",
    "type", "vars",
))  # fmt: skip
"""Functions, and methods of texts, that may."""
_INLINED = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


def guard_workflow(flow: Workflow[..., Any], unknown: frozenset[str]) -> None:
    """Raises `WiringError` where the body of `flow` uses a value that is not there yet in a way
    that nothing would notice. `unknown` are the parameters that are not there yet."""
    flow = flow._origin  # type: ignore[assignment]
    done: set[frozenset[str]] = flow.__dict__.setdefault("_guarded", set())
    if unknown in done:
        return
    if _may_be_silent(flow._fn.__code__, flow._fn.__globals__):
        _guard(flow, unknown)
    done.add(unknown)


def guard_workflow_closely(flow: Workflow[..., Any]) -> None:
    """As `guard_workflow`, of a body that is known to need it, none of whose inputs is there yet but
    the static ones."""
    flow = flow._origin  # type: ignore[assignment]
    _guard(flow, frozenset(p.name for p in flow.ports.inputs.values() if not p.static))


def guard_branch(body: Callable[..., Any]) -> None:
    """As `guard_workflow`, of a function that is called now, in the middle of a registration: none of
    its arguments is there yet, and of what it captures that is seen. So are the functions that one
    of ours calls in its place. Lambdas are read where they stand."""
    fn: Any = body
    if not isinstance(fn, FunctionType):
        return
    if fn.__module__.startswith("foretell."):
        for called in _captured(fn):
            guard_branch(called)
        return
    tree = tree_of(fn) if _may_be_silent(fn.__code__, fn.__globals__) else None
    if tree is not None:
        from foretell.author.following import misuses_of_branch

        _refuse(misuses_of_branch(fn, tree))


def _captured(fn: FunctionType) -> Iterator[Any]:
    for cell in fn.__closure__ or ():
        with suppress(ValueError):  # nothing is in it yet
            yield cell.cell_contents


def guard_growing(task: Task[..., Any]) -> None:
    """Raises `WiringError` where the body of a growing task uses the result of a right as if it
    were there."""
    if "_guarded" not in task.__dict__:
        _guard(task, frozenset())
        task.__dict__["_guarded"] = True


def _guard(task: Task[..., Any], unknown: frozenset[str]) -> None:
    tree = tree_of(task._fn)
    if tree is None:
        return
    from foretell.author.following import misuses

    _refuse(misuses(task, tree, unknown))


def _refuse(found: list[tuple[int, str]]) -> None:
    if found:
        others = sorted({line for line, _ in found[1:]} - {found[0][0]})
        more = f" (The same or the like in line {', '.join(map(str, others))}.)" if others else ""
        raise WiringError(found[0][1] + more)


def _may_be_silent(code: CodeType, scope: dict[str, Any]) -> bool:
    """Whether a body may use a value without any guard being called: a quick look, because
    registration runs the body anyway, and most bodies only call tasks."""
    if not _SILENT.isdisjoint(code.co_code[::2]) or not _SILENT_NAMES.isdisjoint(code.co_names):
        return True
    if any(hasattr(scope.get(name), "__pydantic_fields__") for name in code.co_names):
        return True
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if const.co_name not in _INLINED or _may_be_silent(const, scope):
                return True
        elif isinstance(const, str) and "%" in const:
            return True
    return False
