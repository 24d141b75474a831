"""Ctrl-C while a run goes on: the first lets running tasks finish, the second stops them."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def caught(drain: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Within it SIGINT and SIGTERM call `drain`, and from the second on `stop`. Only the main
    thread can catch signals; in another one nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    calls = iter([drain])

    def handle() -> None:
        next(calls, stop)()

    running = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        running.add_signal_handler(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            running.remove_signal_handler(number)
            signal.signal(number, handler)
