"""The words in which a growth is written: how many of what, and in which order."""

from __future__ import annotations

from typing import Any, ParamSpec, TypeVar, overload

from foretell.author.branch import Branch
from foretell.author.growth import Group, Right, Shape
from foretell.author.lets import Let, Use
from foretell.author.names import here
from foretell.author.tasks import Task
from foretell.errors import WiringError

P = ParamSpec("P")
R = TypeVar("R")


@overload
def many(what: Task[P, R], /, *, at_least: int = 0, at_most: int | None = None) -> Right[P, R]: ...
@overload
def many(what: Shape | Branch, /, *, at_least: int = 0, at_most: int | None = None) -> Shape: ...
def many(what: Any, /, *, at_least: int = 0, at_most: int | None = None) -> Any:
    """`at_least` to `at_most` (None: any number) nodes of a task, or instances of a shape."""
    _check_bounds("many", at_least, at_most)
    if isinstance(what, Shape):
        return Group("many", (what,), at_least, at_most)
    return _right(what, "many", at_least, at_most)


@overload
def loop(what: Task[P, R], /, *, at_least: int = 0, at_most: int | None = None) -> Right[P, R]: ...
@overload
def loop(what: Shape | Branch, /, *, at_least: int = 0, at_most: int | None = None) -> Shape: ...
def loop(what: Any, /, *, at_least: int = 0, at_most: int | None = None) -> Any:
    """`at_least` to `at_most` (None: any number) rounds, each wholly before the next: of a task, or
    of a shape."""
    _check_bounds("loop", at_least, at_most)
    if isinstance(what, Shape):
        return Group("loop", (what,), at_least, at_most)
    return _right(what, "loop", at_least, at_most)


@overload
def may(what: Task[P, R], /) -> Right[P, R]: ...
@overload
def may(what: Shape | Branch, /) -> Shape: ...
def may(what: Any, /) -> Any:
    """At most one node, or a shape or nothing. In a branch of `one_of`: one, if that branch is taken."""
    if isinstance(what, Shape):
        return Group("one_of", (what, empty))
    return _right(what, "may", 0, 1)


@overload
def one(what: Task[P, R], /) -> Right[P, R]: ...
@overload
def one(what: Branch, /) -> Shape: ...
def one(what: Any, /) -> Any:
    """Exactly one node."""
    return _right(what, "one", 1, 1)


def one_of(*parts: Shape) -> Shape:
    """Exactly one of the parts. Taking a part that is `may(x)` means growing that one node."""
    return _group("one_of", parts)


def seq(*parts: Shape) -> Shape:
    """The parts one after the other."""
    return _group("seq", parts)


def par(*parts: Shape) -> Shape:
    """The parts side by side."""
    return _group("par", parts)


def free(*parts: Shape) -> Shape:
    """The parts in whatever order the task wires them."""
    return _group("free", parts)


empty: Shape = Group("empty", ())


def let(name: str, of: Shape, within: Shape | None = None, /, *, deep: int | None = None) -> Shape:
    """`within`, where `use(name)` stands for the shape `of`; without it `of` itself.

    In `of` the name may be used too: at the end of a `seq` that makes rounds, as a part of a `par`
    instances side by side. Wherever else it is used in itself, these uses lie within each other
    `deep` times at most: `let("pair", may(seq(begin, use("pair"), end)), deep=3)`.
    """
    for shape in (of,) if within is None else (of, within):
        if not isinstance(shape, Shape):
            raise WiringError(f"{here()}: let() takes a name and shapes, not {shape!r:.80}")
    if deep is not None and type(deep) is not int:
        raise WiringError(f"{here()}: let: deep must be a whole number, not {deep!r:.80}")
    return Let(_named("let", name), (of,) if within is None else (of, within), deep)


def use(name: str, /, *, slot: str | None = None) -> Shape:
    """What `let` gave this name. The places of rights in it are called `slot.right`, or if there is
    no slot `name.right`."""
    return Use(_named("use", name), None if slot is None else _named("use", slot))


def _named(word: str, name: Any) -> str:
    if not isinstance(name, str):
        raise WiringError(f"{here()}: {word}() takes a name, a text, not {name!r:.80}")
    return name


def _right(task: Any, word: str, low: int, high: int | None) -> Any:
    if isinstance(task, Branch):
        return Right(task, word, low, high)  # type: ignore[arg-type]
    if not isinstance(task, Task):
        hint = "; decorate it with @task" if callable(task) else ""
        if getattr(task, "__name__", "") == "<lambda>":
            hint = "; a task that grows itself has its class made by a function: @task(grows=lambda: ...)"
        raise WiringError(f"{here()}: {word}() takes a task or a workflow, not {task!r:.80}{hint}")
    if task._options or task._after:
        raise WiringError(
            f"{here()}: {word}({task.__name__}.options(...)): options of a grown node are given when the "
            f"right is used: grow.{task.__name__}.options(...)(...)"
        )
    return Right(task, word, low, high)


def _group(word: str, parts: tuple[Any, ...]) -> Group:
    if not parts:
        raise WiringError(_no_parts(word))
    for part in parts:
        if not isinstance(part, Shape):
            raise WiringError(f"{here()}: {word}() takes rights and shapes, not {part!r:.80}")
    return Group(word, parts)


def _no_parts(word: str) -> str:
    if word == "one_of":
        return f"{here()}: one_of() of nothing leaves no way to go; name what it may be one of"
    return f"{here()}: {word}() needs parts; `empty` is the empty shape"


def _check_bounds(word: str, low: Any, high: Any) -> None:
    for name, bound in (("at_least", low), ("at_most", 0 if high is None else high)):
        if type(bound) is not int or bound < 0:
            raise WiringError(
                f"{here()}: {word}: {name} must be a whole number from 0, not {bound!r}"
            )
    if high is not None and high < low:
        raise WiringError(f"{here()}: {word}: at_most={high} is less than at_least={low}")
