"""Tasks and workflows: functions that can be wired, and remain the functions they are.

A decorated function keeps its meaning in ordinary Python: called there, it runs. Only while a
workflow is being registered does a call make a node instead, which is the work of whoever stands
in `registrar` then (`foretell.author.registering`). This file knows neither graphs nor runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import ContextVar
from types import CoroutineType, FrameType, FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    Unpack,
    cast,
    overload,
)

from foretell.author.emitting import gave_node, plain_call
from foretell.author.names import Place, caller_frame, defined_at, here, say_place
from foretell.author.options import Options, checked, refuse_cached
from foretell.author.refs import After, Node, Ref, origin
from foretell.errors import UserError, WiringError

if TYPE_CHECKING:
    from foretell.author.emitting import Port
    from foretell.author.growth import Grow, Shape
    from foretell.author.ports import Ports
    from foretell.author.programs import Runs
    from foretell.author.stated import Schema
    from foretell.document.model import Graph
    from foretell.graph.model import Outcome

P = ParamSpec("P")
R = TypeVar("R")
R2 = TypeVar("R2")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
G = TypeVar("G", bound="Grow")
G_co = TypeVar("G_co", bound="Grow", covariant=True)

Args = tuple[Any, ...]
Kwargs = dict[str, Any]


class Registrar(Protocol):
    """Who turns calls into nodes while a workflow is registered."""

    def call(self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType) -> Any: ...

    def node(
        self, task: Task[..., Any], args: Args, kwargs: Kwargs, frame: FrameType
    ) -> Node[Any]: ...

    def promise(self, vows: tuple[Any, ...], frame: FrameType) -> None: ...

    def limit(self, said: Any, frame: FrameType) -> None: ...

    def back(self, said: Any, frame: FrameType) -> None: ...


registrar: ContextVar[Registrar | None] = ContextVar("foretell_registrar", default=None)
plain_body: ContextVar[bool] = ContextVar("foretell_plain_body", default=False)
"""Whether a workflow body runs as ordinary Python."""


class Task(Generic[P, R_co]):
    """A typed function that can be a node. Called in ordinary Python it is that function."""

    def __init__(
        self,
        fn: Callable[..., Any],
        defaults: dict[str, Any],
        grows: Any = None,
        emits: tuple[Port[Any, Any], ...] = (),
        runs: Runs | None = None,
        takes: Schema | None = None,
    ) -> None:
        self._fn = fn
        self._grows = grows
        self._defaults = defaults
        self._options: dict[str, Any] = {}
        self._after: tuple[After, ...] = ()
        self._origin: Task[..., Any] = self
        self._use: Use | None = None
        self._ports: Ports | None = None
        self._emits = emits
        self._runs = runs
        self._takes = takes
        self._extern: str | None = None
        self.__wrapped__ = fn
        self.__name__ = fn.__name__
        self.__qualname__ = fn.__qualname__
        self.__module__ = fn.__module__
        self.__doc__ = fn.__doc__

    @overload
    def __call__(
        self: Task[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> R2: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        now = registrar.get()
        if now is None:
            return self._plain(args, kwargs)
        return now.call(self, args, kwargs, sys._getframe(1))

    @overload
    def node(
        self: Task[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> Node[R2]: ...
    @overload
    def node(self, *args: P.args, **kwargs: P.kwargs) -> Node[R_co]: ...
    def node(self, *args: Any, **kwargs: Any) -> Node[Any]:
        """The node itself instead of its result: to order by, and to promise about."""
        now = registrar.get()
        if now is None:
            node = Node(self.__name__, self._plain(args, kwargs))
            if self._emits:
                gave_node(node)
            return node
        return now.node(self, args, kwargs, sys._getframe(1))

    @overload
    def map(
        self: Task[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> list[R2]: ...
    @overload
    def map(self, *args: P.args, **kwargs: P.kwargs) -> list[R_co]: ...
    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """One call for each item of the arguments marked with `each`; the others are shared."""
        frame = sys._getframe(1)
        now = registrar.get()
        if any(type(v) is Each and v.pending for v in (*args, *kwargs.values())):
            from foretell.author.mapping import mapped

            return cast("list[Any]", mapped(self, args, kwargs))
        calls = zipped(args, kwargs, Place(frame))
        if now is None:
            return [self._plain(a, k) for a, k in calls]
        return [now.call(self, a, k, frame) for a, k in calls]

    @property
    def fn(self) -> Callable[P, R_co]:
        """The function exactly as written."""
        return self._fn

    @property
    def ports(self) -> Ports:
        """Its typed inputs and output."""
        if self._origin._ports is None:
            from foretell.author.ports import Ports

            self._origin._ports = Ports.of(self._origin)
        return self._origin._ports

    @property
    def called(self) -> str:
        """What its nodes are called that have no name of their own."""
        return str(self._fn.__name__) if self._use is None else self._use.name

    @property
    def result(self) -> Any:
        """The type of its result."""
        return self.ports.result if self._use is None else self._use.result

    @property
    def growth(self) -> type[Grow] | None:
        """What its nodes may grow; None if nothing."""
        grows = self._grows
        if grows is None or isinstance(grows, type):
            return grows
        found = grows()
        if not is_growth(found):
            raise WiringError(
                f"{defined_at(self._fn)}: task {self.__name__!r}: its `grows` gives {found!r:.80}, not a Grow "
                f"class"
            )
        return cast("type[Grow]", found)

    def options(self, **options: Unpack[Options]) -> Task[P, R_co]:
        """The same task, whose next nodes have these options."""
        copy: Task[P, R_co] = self._copy()
        copy._options = {**self._options, **self._checked(options)}
        return copy

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        given = checked(options, say_place(caller_frame()))
        refuse_cached(self.__name__, given, grows=self._grows is not None, emits=bool(self._emits))
        return given

    def after(self, *deps: object, on: Outcome = "ok") -> Task[P, R_co]:
        """The same task, whose next nodes also run after these results or nodes: if they end well,
        if they fail (`on="fail"`), or whatever happens (`on="any"`). All of what a node grows belongs
        to it."""
        if on not in ("ok", "fail", "any"):
            raise WiringError(
                f"{say_place(caller_frame())}: after(on={on!r:.80}): a node ends 'ok', it ends by "
                f"'fail', and 'any' is either"
            )
        copy: Task[P, R_co] = self._copy()
        copy._after = (*self._after, *(After(dep, on) for dep in deps))
        return copy

    def declared(self, extern: str | None, name: str | None) -> Self:
        """The same task, which is found at the entry point `extern`, or called `name` in graphs."""
        self._extern = extern
        self.__name__ = name or self.__name__
        return self

    def _copy(self) -> Any:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def _plain(self, args: Args, kwargs: Kwargs, elsewhere: bool = False) -> Any:
        for value in (*args, *kwargs.values()):
            if type(value) is Ref:
                _refuse_ref(self.__name__, value)
            if type(value) is Each:
                raise stray_each(self.__name__, say_place(caller_frame()))
        if _is_left_out(self, args, kwargs):
            return LeftOut()  # had what comes before it failed, this would not be reached
        elsewhere = elsewhere or plain_body.get()
        token = plain_body.set(False)  # what the task calls is not said by the workflow's body
        try:
            with plain_call(self) as given:
                given.append(
                    _result_of(self._run(args, kwargs, elsewhere), self._awaited(), elsewhere)
                )
        except NotImplementedError as error:
            if (self._runs is None and self._extern is None) or error.args:
                raise
            if self._extern is not None:
                raise UserError(
                    f"task {self.__name__!r} ({defined_at(self._fn)}) is only declared here; what it does "
                    f"is at {self._extern!r}, and in ordinary Python that is to be called"
                ) from None
            raise UserError(
                f"task {self.__name__!r} ({defined_at(self._fn)}) is a program, which only a run starts; "
                f"in ordinary Python its body stands in for it, and this one raises NotImplementedError"
            ) from None
        finally:
            plain_body.reset(token)
        return given[0]

    def _awaited(self) -> str:
        """How to call it where it can be awaited."""
        return f"{self.__name__}.fn(...)"

    def _run(self, args: Args, kwargs: Kwargs, elsewhere: bool) -> Any:
        return self._fn(*args, **kwargs)

    def __reduce__(self) -> Any:
        """Pickled by name, like the function it stands for."""
        if self._origin is self:
            return self.__qualname__
        return _with, (self._origin, self._options, self._after)

    def __repr__(self) -> str:
        return f"<task {self.__name__}>"


class Use:
    """What a use of a task promises beyond the task: the type of its result, and where it may grow
    a narrower `shape`. `name` is what its nodes' task is called in drawings."""

    __slots__ = ("_shape", "name", "result")

    def __init__(self, name: str, shape: Shape | Callable[[], Shape] | None, result: Any) -> None:
        self.name = name
        self._shape = shape
        self.result = result

    @property
    def shape(self) -> Shape:
        if isinstance(self._shape, FunctionType):  # a right is a shape, and can be called as well
            return cast("Shape", self._shape())
        return cast("Shape", self._shape)


def used_as(task: Task[P, Any], name: str, result: Any) -> Task[P, Any]:
    """The same task, whose next nodes give what is of the type `result`. In the graph they are of a
    task of their own, called `name`."""
    copy: Task[P, Any] = task._copy()
    copy._use = Use(name, None, result)
    return copy


class Growing(Task[P, R_co], Generic[G_co, P, R_co]):
    """A task that may add nodes while it runs. Its first parameter is what it may add."""

    @property
    def fn(self) -> Callable[Concatenate[G_co, P], R_co]:  # type: ignore[override]
        """The function exactly as written, its growth first."""
        return self._fn

    def growing(
        self, shape: Shape | Callable[[], Shape], *, name: str, result: Any
    ) -> Growing[G_co, P, R_co]:
        """The same task, whose next nodes may grow only what `shape` says (or gives, where it holds
        these nodes themselves). In the graph they are of a task of their own, called `name`."""
        copy: Growing[G_co, P, R_co] = self._copy()
        copy._use = Use(name, shape, result)
        return copy

    def _run(self, args: Args, kwargs: Kwargs, elsewhere: bool) -> Any:
        from foretell.author.rehearsal import rehearsed

        growth = self.growth
        assert growth is not None
        return rehearsed(
            growth,
            lambda grow: _result_of(self._fn(grow, *args, **kwargs), self._awaited(), elsewhere),
        )

    def _awaited(self) -> str:
        growth = self.growth
        return f"{self.__name__}.fn(rehearse({growth.__name__ if growth else ''}), ...)"


class Workflow(Task[P, R_co]):
    """A function whose calls are wires. Called in ordinary Python it just runs."""

    def compile(self, **static: object) -> Graph:
        """Registers the workflow: runs its body once, on values that are not there yet. Those of
        its `Static` inputs are given here."""
        from foretell.author.compiling import compile_workflow

        return compile_workflow(self, static=static)

    def options(self, **options: Unpack[Options]) -> Workflow[P, R_co]:
        """The same workflow; `id` names its next use inside another one."""
        copy: Any = super().options(**options)
        refuse_dress(copy._options, f"{self.__name__}.options")
        made: Workflow[P, R_co] = copy
        return made

    def _run(self, args: Args, kwargs: Kwargs, elsewhere: bool) -> Any:
        token = plain_body.set(True)
        try:
            return self._fn(*args, **kwargs)
        finally:
            plain_body.reset(token)

    def __repr__(self) -> str:
        return f"<workflow {self.__name__}>"


def _with(
    task: Task[..., Any], options: dict[str, Any], after: tuple[After, ...]
) -> Task[..., Any]:
    copy: Task[..., Any] = task._copy()
    copy._options, copy._after = options, after
    return copy


def zipped(args: Args, kwargs: Kwargs, where: object) -> list[tuple[Args, Kwargs]]:
    """The calls that `.map(*args, **kwargs)` stands for."""
    marked = [value for value in (*args, *kwargs.values()) if type(value) is Each]
    if not marked:
        raise WiringError(f"{where}: .map() needs an argument marked with each(...)")
    lengths = sorted({len(each.items) for each in marked})
    if len(lengths) > 1:
        raise WiringError(
            f"{where}: the each(...) of a .map() must be equally long, not {lengths[0]} and "
            f"{lengths[-1]}"
        )

    def pick(value: Any, i: int) -> Any:
        return value.items[i] if type(value) is Each else value

    return [
        (tuple(pick(v, i) for v in args), {k: pick(v, i) for k, v in kwargs.items()})
        for i in range(lengths[0])
    ]


class LeftOut:
    """In ordinary Python: what only comes of a failure, where none was. Its parts are the like, and
    calls that take it are left out, as what has to wait for it is ruled out in a run."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __bool__(self) -> bool:
        raise WiringError(
            f"{here()}: this comes of a failure, and nothing has failed; say what stands for it then: "
            f"or_else(value, default)"
        )

    def __repr__(self) -> str:
        return "<left out: nothing has failed>"


def _is_left_out(task: Task[..., Any], args: Args, kwargs: Kwargs) -> bool:
    """Whether a call in ordinary Python would wait for a failure, which was not."""
    if any(on == "fail" or (on == "ok" and type(dep) is LeftOut) for dep, on in task._after):
        return True
    todo: list[Any] = [*args, *kwargs.values()]
    for value in todo:
        if type(value) is LeftOut:
            return True
        if plain_body.get() and type(value) in (list, tuple, dict):
            todo += value.values() if type(value) is dict else value
    return False


class Each:
    """The mark that `each` leaves on an argument of `.map`."""

    __slots__ = ("items",)

    def __init__(self, items: Any) -> None:
        self.items = items
        """A list, or a `Ref` to one."""

    @property
    def pending(self) -> bool:
        return isinstance(self.items, Ref)


def each(items: Iterable[T]) -> T:
    """Marks an argument of `.map(...)`: one call for each item."""
    where = say_place(caller_frame())
    if isinstance(items, Each):
        raise WiringError(f"{where}: each(each(...)) has no meaning; map a workflow instead")
    if isinstance(items, Ref):
        if registrar.get() is None:
            raise WiringError(
                f"{where}: how many items {origin(items).name!r} has is known only when it has run; "
                f"give it to a task that holds the right to map over it"
            )
        return cast("T", Each(items))
    return cast("T", Each(list(items)))


def stray_each(name: str, where: object) -> WiringError:
    return WiringError(
        f"{where}: each(...) belongs into .map(...): write `{name}.map(each(...))`, or leave it out"
    )


def is_growth(value: Any) -> bool:
    """Whether `value` is a Grow class. (By its mark: this file stands below the growth.)"""
    return isinstance(value, type) and getattr(value, "_foretell_growth", False)


def refuse_dress(options: dict[str, Any], what: str) -> None:
    """Options that would speak of one node are none of a workflow's."""
    for name in options:
        if name != "id" or what.startswith("@"):
            raise WiringError(
                f"{say_place(caller_frame())}: {what}: a workflow is many nodes; give {name} to "
                f"its tasks"
            )


def _refuse_ref(name: str, ref: Ref) -> None:
    raise WiringError(
        f"{say_place(caller_frame())}: {name!r} is called with {origin(ref).name!r}, which is not "
        f"there yet. In a running task a call to another task is a plain call; only a right of "
        f"its growth (`grow.{name}(...)`) makes a node"
    )


def _result_of(value: Any, awaited: str, elsewhere: bool = False) -> Any:
    """`value`, or what it comes to if it is a coroutine. Where an event loop is running it can only
    come to something `elsewhere`, in a thread of its own, while the loop waits."""
    if not isinstance(value, CoroutineType):
        return value
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(value)
    if elsewhere:
        return _in_a_thread(value)
    value.close()
    name = awaited.partition(".")[0]
    raise WiringError(
        f"{here()}: {name!r} is async and an event loop is running: write `await {awaited}`"
    )


def _in_a_thread(coroutine: CoroutineType[Any, Any, Any]) -> Any:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(copy_context().run, asyncio.run, coroutine).result()
