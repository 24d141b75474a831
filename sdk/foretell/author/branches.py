"""Sections from functions: what tasks of a library need to grow what somebody wrote beside them.

    then = section("then", lambda: ship(order))     noted once, at registration
    _when.growing(may(then), ...)(flag, {"then": then.data})

The function cannot be imported by the process that runs the task. So it is called here, on values
that are not there yet, and what it wires travels along as data, an input like any other.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Sequence
from typing import Any, Union, get_args, get_origin

from foretell.author.branch import Branch
from foretell.author.fields import UNKNOWN
from foretell.author.names import caller_frame, say_place
from foretell.author.options import is_id
from foretell.author.refs import Ref, origin
from foretell.author.registering import Registering
from foretell.author.tasks import registrar
from foretell.author.writing import Writer
from foretell.errors import WiringError


def section(name: str, body: Callable[..., Any], /, **params: Any) -> Branch:
    """What `body` wires, as a section called `name`. It may use whatever the workflow around it
    holds. `params` are the types of what it is called with, by name."""
    now = registrar.get()
    if not isinstance(now, Registering):
        raise WiringError(
            f"{say_place(caller_frame())}: sections are noted while a workflow is registered; a "
            f"running task holds a right to a workflow instead: `prepare = many(prepare)`"
        )
    if not is_id(name):
        raise WiringError(f"{say_place(caller_frame())}: {name!r:.80} cannot name a section")
    noted = now.within(name, body, params)
    template = Writer(now.name_of, now.place).noted(name, noted)
    return Branch(template, noted.now.captured, tuple(noted.now.waits), type_of(noted.result))


def pending(value: Any) -> bool:
    """Whether `value` is one that is known only when the workflow runs."""
    return isinstance(value, Ref)


def registering() -> bool:
    """Whether a workflow is being registered, so that calls of tasks make nodes."""
    return registrar.get() is not None


def result_name(default: str) -> str:
    """What the user's code calls the result of the call that leads here, while a workflow is
    registered; `default` where it gives none."""
    now = registrar.get()
    found = now.result_name(sys._getframe(1)) if isinstance(now, Registering) else ""
    return found or default


def type_of(value: Any) -> Any:
    """The type of a value, or of one that is not there yet, as far as it is known."""
    if isinstance(value, Ref):
        return origin(value).hint
    return type(value) if value is None or type(value) in (bool, int, float, str) else UNKNOWN


def either_of(*kinds: Any) -> Any:
    """The type of what is of one of these types."""
    if any(kind is UNKNOWN for kind in kinds):
        return UNKNOWN
    return Union[tuple(type(None) if kind is None else kind for kind in kinds)]  # noqa: UP007


def without_none(value: Any) -> Any:
    """`value` where it is known not to be None."""
    mine = origin(value)
    kinds = getattr(mine.hint, "__args__", ())
    if isinstance(mine.hint, types.UnionType) or getattr(mine.hint, "__origin__", None) is Union:
        left = [kind for kind in kinds if kind is not type(None)]
        return Ref(mine.of_type(either_of(*left)))
    return value


def type_of_items(value: Any) -> Any:
    """The type of the items of a list, as far as it is known."""
    hint = type_of(value)
    kind, args = get_origin(hint), get_args(hint)
    if isinstance(kind, type) and issubclass(kind, Sequence) and args[1:] in ((), (...,)):
        return args[0] if args else UNKNOWN
    return UNKNOWN
