"""Streams: what a task reads chunk by chunk while another one still emits.

In ordinary Python a stream is made from anything that can be gone through. In a running task whoever
runs it opens the stream: it then goes on with what it pulls, until there is no more. Who emits, and
how chunks travel, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar, get_origin

T_co = TypeVar("T_co", covariant=True)

Pull: TypeAlias = Callable[[], "list[Any] | None"]
"""Waits for further chunks; None: there are no more."""


class Stream(Generic[T_co]):
    """Chunks in the order in which they were emitted, each of them once: `for x in stream`, or
    `async for`, which leaves the event loop free while there is none.

    A task that takes one starts at the first chunk. `Stream(["a", "b"])` is one for tests.
    """

    __module__ = "foretell"  # so a person knows it, and so errors call it
    __slots__ = ("_coming", "_here", "_pull", "_read")

    def __init__(self, chunks: Iterable[T_co] = ()) -> None:
        self._here: Iterator[Any] = iter(chunks)
        self._pull: Pull | None = None
        self._read: Callable[[Any], Any] | None = None
        self._coming: Any = None

    def __iter__(self) -> Iterator[T_co]:
        return self

    def __next__(self) -> T_co:
        while (found := next(self._here, _END)) is _END:
            if self._pull is None:
                raise StopIteration
            self._go_on()
        return found  # type: ignore[no-any-return]

    def __aiter__(self) -> Stream[T_co]:
        return self

    async def __anext__(self) -> T_co:
        while (found := next(self._here, _END)) is _END:
            if self._pull is None:
                raise StopAsyncIteration
            await self._wait()
        return found  # type: ignore[no-any-return]

    async def _wait(self) -> None:
        """In a thread. Who stops waiting loses nothing: who waits next waits for the same. Nor does the
        end of the task wait for the thread."""
        import asyncio

        if self._coming is None:
            self._coming = _aside(self._go_on)
        coming = self._coming
        await asyncio.shield(coming)
        self._coming = None

    def __repr__(self) -> str:
        return "<stream>"

    def _go_on(self) -> None:
        assert self._pull is not None
        chunks = self._pull()
        if chunks is None:
            self._pull = None
        else:
            self._here = iter(chunks) if self._read is None else map(self._read, chunks)


def _aside(call: Callable[[], None]) -> Any:
    """A future that is done once `call` is, in a thread that ends with the process."""
    import asyncio
    from contextlib import suppress
    from contextvars import copy_context
    from threading import Thread

    loop, within = asyncio.get_running_loop(), copy_context()
    done: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        fault: BaseException | None = None
        try:
            within.run(call)
        except BaseException as error:  # noqa: BLE001 - it is told to whoever waits
            fault = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, fault)

    def settle(fault: BaseException | None) -> None:
        if done.done():
            return
        if fault is None:
            done.set_result(None)
        else:
            done.set_exception(fault)

    Thread(target=work, name="foretell stream", daemon=True).start()
    return done


_END: Any = object()


def is_stream(hint: Any) -> bool:
    """Whether an annotation is that of a stream."""
    return hint is Stream or get_origin(hint) is Stream


def open_stream(stream: Stream[Any], pull: Pull) -> None:
    """Lets `stream` go on with what `pull` gives."""
    stream._pull = pull


def stream_of(read: Callable[[Any], Any], chunks: list[Any]) -> Stream[Any]:
    """A stream of JSON values, which `read` turns into what they stand for."""
    stream: Stream[Any] = Stream(map(read, chunks))
    stream._read = read
    return stream
