"""`@task` and `@workflow`: which functions can be one, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar, Unpack, overload

from foretell.author.emitting import Port, checked_ports
from foretell.author.names import caller_frame, here, say_place
from foretell.author.options import (
    Options,
    TaskOptions,
    checked,
    checked_entry,
    checked_name,
    refuse_cached,
)
from foretell.author.stated import Schema
from foretell.author.tasks import Growing, Task, Workflow, is_growth, refuse_dress
from foretell.errors import WiringError

if TYPE_CHECKING:
    from foretell.author.growth import Grow

P = ParamSpec("P")
R = TypeVar("R")
G = TypeVar("G", bound="Grow")
AnyPorts: TypeAlias = Sequence[Port[Any, Any]]

_COROUTINE = 0x80
_GENERATOR = 0x20 | 0x200
_ANY_NAME = 0x08
_VARARGS = 0x04 | _ANY_NAME


@overload
def task(fn: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(
    *, grows: type[G], ports: AnyPorts = (), **options: Unpack[TaskOptions]
) -> Callable[[Callable[Concatenate[G, P], R]], Growing[G, P, R]]: ...
@overload
def task(
    *, grows: Callable[[], type[G]], ports: AnyPorts = (), **options: Unpack[TaskOptions]
) -> Callable[[Callable[Concatenate[G, P], R]], Growing[G, P, R]]: ...
@overload
def task(
    *, ports: AnyPorts = (), **options: Unpack[TaskOptions]
) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(fn: Any = None, /, *, grows: Any = None, ports: Any = (), **options: Any) -> Any:
    """Makes a function a task.

    `grows` is the `Grow` class that says what its nodes may add, or a function giving it (for
    classes that name the task itself); the growth is then the function's first parameter. `ports` are
    those in which it emits while it runs. With `extern` the function only declares a task that is
    elsewhere, at this entry point; its body is `raise NotImplementedError`. `takes` says what such a one
    takes where its inputs cannot be parameters: `def load(**inputs: Any)`.
    """
    if fn is not None:
        return _make_task(fn, None, {}, ())
    runs = options.pop("runs", None)
    takes = _checked_takes(options.pop("takes", None))
    extern = checked_entry(options.pop("extern", None), f"{here()}: @task")
    name = checked_name(options.pop("name", None), f"{here()}: @task")
    if runs is not None and extern:
        raise WiringError(
            f"{here()}: @task: what it runs is said here (runs=) or elsewhere (extern=), not both"
        )
    given = checked(options, say_place(caller_frame()))
    if runs is not None:
        _refuse_no_program(runs, grows is not None, ports != ())
    if "id" in given:
        raise WiringError(
            f"{here()}: @task: an id belongs to a node: `square.options(id=...)(...)`"
        )
    emits = checked_ports(ports, f"{here()}: @task") if ports != () else ()
    return lambda fn: _make_task(fn, grows, given, emits, runs, takes).declared(extern, name)


@overload
def workflow(fn: Callable[P, R], /) -> Workflow[P, R]: ...
@overload
def workflow(
    *, name: str = ..., **options: Unpack[Options]
) -> Callable[[Callable[P, R]], Workflow[P, R]]: ...
def workflow(fn: Any = None, /, *, name: Any = None, **options: Any) -> Any:
    """Makes a function a workflow: in its body, task calls are nodes and their results wires. `name`
    is what it is called where that cannot be the name of a function."""
    called = checked_name(name, f"{here()}: @workflow")
    given = checked(options, say_place(caller_frame()))

    refuse_dress(given, "@workflow")

    def make(fn: Any) -> Workflow[..., Any]:
        function = _function(fn, "workflow")
        if function.__code__.co_flags & _COROUTINE:
            raise WiringError(
                f"{here()}: workflow {function.__name__!r} is `async`: a workflow body only says what is "
                f"wired to what, so write a plain `def`; its tasks may be async"
            )
        made: Workflow[..., Any] = Workflow(function, given)
        made.declared(None, called)
        return made

    return make if fn is None else make(fn)


def _make_task(
    fn: Any,
    grows: Any,
    options: dict[str, Any],
    emits: tuple[Port[Any, Any], ...],
    runs: Any = None,
    takes: Schema | None = None,
) -> Task[..., Any]:
    function = _function(fn, "task", anything=takes is not None)
    code = function.__code__
    name = function.__name__
    refuse_cached(name, options, grows=grows is not None, emits=bool(emits))
    if grows is None:
        _refuse_undeclared_growth(function)
        return Task(function, options, None, emits, runs, takes)
    if not callable(grows) or (isinstance(grows, type) and not is_growth(grows)):
        raise WiringError(
            f"{here()}: task {name!r}: `grows` must be a Grow class, not {grows!r:.80}"
        )
    if code.co_argcount == 0:
        raise WiringError(
            f"{here()}: task {name!r}: with `grows=` its first parameter receives what it may grow; "
            f"write `def {name}(grow, ...)`"
        )
    return Growing(function, options, grows, emits, runs, takes)


def _refuse_no_program(runs: object, grows: bool, emits: bool) -> None:
    from foretell.author.programs import Runs

    if not isinstance(runs, Runs):
        raise WiringError(
            f"{here()}: @task: `runs` takes a command(...), a shell(...) or a program(...), not "
            f"{runs!r:.80}"
        )
    if not runs.speaks and (grows or emits):
        what = "grow" if grows else "emit"
        raise WiringError(
            f"{here()}: @task: {runs.made_by}(...) only gives a result; to {what} it must speak "
            f"foretell's protocol, which program(...) says"
        )


def _checked_takes(takes: Any) -> Schema | None:
    if takes is not None and not (
        isinstance(takes, Schema) and isinstance(takes.says.get("properties", {}), dict)
    ):
        raise WiringError(
            f"{here()}: @task: takes= is the Schema({{...}}) of an object, of all inputs together, not "
            f"{takes!r:.80}"
        )
    return takes


def _function(fn: Any, what: str, *, anything: bool = False) -> FunctionType:
    if isinstance(fn, staticmethod):
        fn = fn.__func__
    name = getattr(fn, "__name__", repr(fn))
    if isinstance(fn, Task):
        raise WiringError(f"{here()}: {what} {name!r} is decorated twice; once is enough")
    if not isinstance(fn, FunctionType):
        raise WiringError(f"{here()}: @{what} decorates a function, not {fn!r:.80}")
    code = fn.__code__
    first = code.co_varnames[:1] if code.co_argcount else ()
    owner = fn.__qualname__.rpartition(".")[0]
    if first in (("self",), ("cls",)) and owner and not owner.endswith("<locals>"):
        raise WiringError(
            f"{here()}: {what} {fn.__qualname__!r} is a method; its object would not exist in the process "
            f"that runs it. Make it a function or a static method"
        )
    if code.co_flags & _GENERATOR:
        raise WiringError(f"{here()}: {what} {name!r} yields; let it return a list")
    if anything and (not code.co_flags & _ANY_NAME or code.co_kwonlyargcount):
        raise WiringError(
            f"{here()}: task {name!r}: what it takes= is said as a schema, so write "
            f"`def {name}(**inputs: Any)`"
        )
    if code.co_flags & _VARARGS and not anything:
        raise WiringError(
            f"{here()}: {what} {name!r} takes *args or **kwargs; inputs have names and types of their own, "
            f"so take a list or a dict"
        )
    if code.co_posonlyargcount:
        raise WiringError(
            f"{here()}: {what} {name!r}: inputs are given by name, so leave out the `/`"
        )
    return fn


def _refuse_undeclared_growth(fn: FunctionType) -> None:
    if not fn.__code__.co_argcount:
        return
    first = fn.__code__.co_varnames[0]
    hint: Any = fn.__annotations__.get(first)
    if isinstance(hint, str):  # annotations may be texts; a dotted name is enough here
        first_part, *rest = hint.split(".")
        hint = fn.__globals__.get(first_part)
        for part in rest:
            hint = getattr(hint, part, None)
    if is_growth(hint):
        raise WiringError(
            f"{here()}: task {fn.__name__!r} takes the growth {hint.__name__}, but does not declare it: "
            f"write @task(grows={hint.__name__})"
        )
