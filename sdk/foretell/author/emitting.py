"""Ports: what a task emits while it runs, for those who read it early and those who read it late.

A port is declared beside the tasks that emit in it. In a workflow's body it says what is read of a
node: all of it (`final`) or chunk by chunk (`stream`). In a running task `emit` hands a chunk to
whoever runs it; in ordinary Python, where nobody does, chunks are kept with the call that emitted
them. How chunks travel is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeVar, cast, overload

from foretell.author import running
from foretell.author.fields import say_type
from foretell.author.mismatch import Mismatch
from foretell.author.names import caller_frame, say_place
from foretell.author.readers import reader_of
from foretell.author.refs import Node, Origin, Ref, origin
from foretell.author.streams import Stream
from foretell.errors import EmitError, WiringError, nearest
from foretell.graph.streams import Gather, chunk_fault, gathered

if TYPE_CHECKING:
    from foretell.author.tasks import Task

T = TypeVar("T")
G = TypeVar("G")
V = TypeVar("V")

_GATHERS = ("list", "text", "latest", "merge")


class Port(Generic[T, G]):
    """A place in which tasks emit chunks of type `T` while they run. `G` is what all chunks of one
    node come to: their list, or as `gather` says.

        tokens = Port("tokens", str, gather="text")     # all chunks, joined
        steps = Port("steps", Step)                     # a list of them
        best = Port("best", Score, gather="latest")     # the last one, None where there is none
        facts = Port("facts", dict[str, int], gather="merge")   # one dict, later keys win
    """

    __slots__ = ("_collectors", "_plain", "_read", "chunk", "gather", "name")

    @overload
    def __init__(
        self: Port[V, list[V]], name: str, chunk: type[V], *, gather: Literal["list"] = "list"
    ) -> None: ...
    @overload
    def __init__(
        self: Port[str, str], name: str, chunk: type[str], *, gather: Literal["text"]
    ) -> None: ...
    @overload
    def __init__(
        self: Port[V, V | None], name: str, chunk: type[V], *, gather: Literal["latest"]
    ) -> None: ...
    @overload
    def __init__(
        self: Port[Mapping[str, V], dict[str, V]],
        name: str,
        chunk: type[Mapping[str, V]],
        *,
        gather: Literal["merge"],
    ) -> None: ...
    def __init__(self, name: str, chunk: Any, *, gather: Any = "list") -> None:
        self.name = _checked_name(name)
        self.chunk = chunk
        self.gather: Gather = _checked_gather(name, chunk, gather)
        self._read: Any = None
        self._plain = False
        self._collectors: list[list[T]] = []

    def final(self, source: object, /) -> G:
        """What all chunks come to that `source`, the result of a task or its node, emitted here.
        It is there when `source` has ended well."""
        if isinstance(source, Ref) or (isinstance(source, Node) and isinstance(source.out, Ref)):
            return cast("G", Ref(self._origin(source, self.gathered_type, early=False)))
        return cast("G", gathered(self._emitted_by(source), self.gather))

    def stream(self, source: object, /) -> Stream[T]:
        """The same chunk by chunk: who takes it may start at the first."""
        if isinstance(source, Ref) or (isinstance(source, Node) and isinstance(source.out, Ref)):
            hint: Any = Stream[self.chunk]  # type: ignore[name-defined]
            return cast("Stream[T]", Ref(self._origin(source, hint, early=True)))
        return Stream(self._emitted_by(source))

    @contextmanager
    def collected(self) -> Iterator[list[T]]:
        """A list that fills with what is emitted here meanwhile, by tasks that are called as plain
        functions: for tests."""
        chunks: list[T] = []
        self._collectors.append(chunks)
        try:
            yield chunks
        finally:
            self._collectors.remove(chunks)

    @property
    def gathered_type(self) -> Any:
        """The type of what all chunks come to."""
        if self.gather == "list":
            return list[self.chunk]  # type: ignore[name-defined]
        return self.chunk | None if self.gather == "latest" else self.chunk

    def dump(self, chunk: T) -> Any:
        """The JSON of a chunk; raises `EmitError` if it is none."""
        from foretell.author.ports import Wires, checked_json

        if self._read is None:
            self._read, self._plain = reader_of(self.chunk)
        wires = Wires()
        try:
            json = checked_json(chunk, self.chunk, self._read, self._plain, wires, "")
        except Mismatch as fault:
            raise EmitError(self.name, say_type(self.chunk), fault.got + _at(fault)) from None
        except RecursionError:
            raise EmitError(self.name, say_type(self.chunk), "a value nested too deeply") from None
        if wires:
            raise EmitError(self.name, say_type(self.chunk), "a value that is not there yet")
        if chunk_fault(json, self.gather):
            wanted = "text" if self.gather == "text" else "an object, to merge it"
            raise EmitError(self.name, wanted, say_type(type(chunk)))
        return json

    def _origin(self, source: Any, hint: Any, *, early: bool) -> Origin:
        mine = origin(source.out if isinstance(source, Node) else source)
        if mine.node is None or mine.pointer or mine.port or mine.ending.on != "ok":
            self._refuse(mine.name, "is not the result of a task")
        return mine.read_from(self.name, early, hint)

    def _emitted_by(self, source: object) -> list[T]:
        """What the plain call emitted that gave `source`."""
        calls = _ended.get()
        found = [call for call in calls or () if call.gave(source) and self.name in call.chunks]
        if calls is None:
            raise WiringError(
                f"{say_place(caller_frame())}: what was emitted is read in a workflow; a test finds it "
                f"by `with {self.name}.collected() as chunks`"
            )
        if not found:
            self._refuse(repr(source)[:60], f"is not what a task returned that emits {self.name!r}")
        if len(found) > 1 and any(call.chunks != found[0].chunks for call in found):
            self._refuse(repr(source)[:60], "was returned by several calls")
        return found[-1].chunks[self.name]

    def _refuse(self, name: str, why: str) -> NoReturn:
        raise WiringError(
            f"{say_place(caller_frame())}: {name} {why}: a port is read of the whole result of a "
            f"task, or of its node (`draft = write.node(...)`, `{self.name}.final(draft)`)"
        )

    def __repr__(self) -> str:
        return f"<port {self.name}>"


def emit(port: Port[T, Any], chunk: T) -> None:
    """Hands on a chunk while the task still runs. The task declares the port: `@task(ports=[...])`.

    Waits while somebody reads who cannot keep up. In ordinary Python nobody reads, and a test finds
    chunks by `with port.collected() as chunks`.
    """
    json = port.dump(chunk)
    call = _current.get()
    if call is not None:
        if port.name not in call.chunks:
            raise undeclared(port.name, call.task, call.chunks)
        call.chunks[port.name].append(chunk)
    elif running._current is not None:
        running._current.emit(port.name, json)
        return
    for chunks in port._collectors:
        chunks.append(chunk)


def undeclared(port: str, task: str, declared: Sequence[str] | Mapping[str, Any]) -> WiringError:
    return WiringError(
        f"task {task!r} emits in the port {port!r}, which it does not declare{nearest(port, declared)}: "
        f"write @task(ports=[{port}])"
    )


class PlainCall:
    """A task that is called as a function, and what it emits."""

    __slots__ = ("_given", "_node", "chunks", "task")

    def __init__(self, task: str, ports: Sequence[Port[Any, Any]]) -> None:
        self.task = task
        self.chunks: dict[str, list[Any]] = {port.name: [] for port in ports}
        self._given: Any = self
        self._node: Any = self

    def gave(self, source: object) -> bool:
        return source is self._node or source is self._given


_current: ContextVar[PlainCall | None] = ContextVar("foretell_plain_call", default=None)
_ended: ContextVar[list[PlainCall] | None] = ContextVar("foretell_plain_calls", default=None)
"""The calls that have ended within the workflow that runs as ordinary Python."""


@contextmanager
def plain_call(task: Task[..., Any]) -> Iterator[list[Any]]:
    """While a task is called as a function. What it gives is put into the list."""
    call = PlainCall(task.__name__, task._emits)
    token = _current.set(call)
    outermost = None if _ended.get() is not None else _ended.set([])
    given: list[Any] = []
    try:
        yield given
    finally:
        _current.reset(token)
        if outermost is not None:
            _ended.reset(outermost)
    if given and task._emits and outermost is None:
        call._given = given[0]
        cast("list[PlainCall]", _ended.get()).append(call)


def gave_node(node: Node[Any]) -> None:
    """The call that has just ended was one for this node."""
    calls = _ended.get()
    if calls:
        calls[-1]._node, calls[-1]._given = node, calls[-1]


def checked_ports(ports: Any, where: str) -> tuple[Port[Any, Any], ...]:
    """What a task declares; raises `WiringError` for what are no ports."""
    found = tuple(ports) if isinstance(ports, (list, tuple, set, frozenset)) else (ports,)
    for port in found:
        if not isinstance(port, Port):
            raise WiringError(f"{where}: ports=[...] takes ports, not {port!r:.80}")
    names = [port.name for port in found]
    for name in names:
        if names.count(name) > 1:
            raise WiringError(f"{where}: two of the ports are called {name!r}")
    return found


def _at(fault: Mismatch) -> str:
    return f" at {fault.path()}" if fault.at else ""


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise WiringError(
            f"{say_place(caller_frame())}: a port is called as a variable is, not {name!r:.80}"
        )
    return name


def _checked_gather(name: str, chunk: Any, gather: Any) -> Gather:
    where = f"{say_place(caller_frame())}: port {name!r}"
    if gather not in _GATHERS:
        raise WiringError(
            f"{where}: gather is one of {', '.join(map(repr, _GATHERS))}, not {gather!r:.80}"
        )
    if gather == "text" and chunk is not str:
        raise WiringError(f"{where}: only chunks of type str can be joined to a text")
    return cast("Gather", gather)
