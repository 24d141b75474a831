"""What a person sees while a run goes on: a line that redraws itself, or plain lines.

Both are told every fact and show what is true of one moment: counts and bounds are taken
together. They write to stderr; stdout is for results.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import click

from foretell.horizon.bounds import Left, left_of
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.words import failure_report, for_screen, sentence
from foretell_runtime.machine.events import Fact, Failed, Paused, Unpaused

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
    from foretell_runtime.machine import State
    from foretell_runtime.store.protocol import LogLine

SHARE_OF_TIME = 0.05
"""The most of a run's time that may go into foreseeing for the display."""


class Display(Protocol):
    """A watcher that shows what it is told, from `begin` to `__exit__`."""

    def __enter__(self) -> Display: ...

    def __exit__(self, *exc: object) -> None: ...

    def begin(self, run: str, horizon: Horizon) -> None:
        """The run of that id begins, or goes on, from there."""
        ...

    def say(self, text: str) -> None:
        """Something a person should read now."""
        ...

    def fact(self, fact: Fact, state: State) -> None:
        """`fact` was committed, and `state` includes it."""
        ...

    def log(self, line: LogLine) -> None:
        """A task wrote this."""
        ...


def choose() -> Display:
    """The display that fits where stderr goes."""
    if sys.stderr.isatty():
        from foretell_runtime.cli.live import Live

        return Live()
    return Plain()


class Pace:
    """Looks ahead when something has happened: at once, but then not again for `least_s`, nor
    for more than its share of the time. `show` is called after each look.

    A look comes after all facts that were committed together, since only then do counts and
    state speak of the same moment.
    """

    def __init__(self, least_s: float, show: Callable[[], None]) -> None:
        self.tally = Tally()
        self.left: Left | None = None
        self._least_s = least_s
        self._show = show
        self._next = perf_counter() + least_s
        self._waiting: asyncio.TimerHandle | None = None

    def begin(self, horizon: Horizon) -> None:
        self.tally.begin(horizon)
        self.left = left_of(horizon)

    def fact(self, fact: Fact, state: State) -> None:
        self.tally(fact)
        if self._waiting is None:
            wait_s = max(0.0, self._next - perf_counter())
            self._waiting = asyncio.get_running_loop().call_later(wait_s, self._look, state)

    def end(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _look(self, state: State) -> None:
        from foretell_runtime.machine import left_in

        self._waiting = None
        begun = perf_counter()
        self.left = left_in(state)
        ended = perf_counter()
        self._next = ended + max(self._least_s, (ended - begun) / SHARE_OF_TIME)
        self._show()


class Plain:
    """A line a second while something happens, and at once what a task wrote or how it failed."""

    def __init__(self) -> None:
        self._pace = Pace(1.0, self._show)
        self._begun = perf_counter()

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *exc: object) -> None:
        self._pace.end()

    def begin(self, run: str, horizon: Horizon) -> None:
        self._pace.begin(horizon)

    def say(self, text: str) -> None:
        click.echo(text, err=True)

    def fact(self, fact: Fact, state: State) -> None:
        if isinstance(fact, Failed):
            self.say(failure_report(fact))
        elif isinstance(fact, (Paused, Unpaused)):
            self.say(sentence(fact))
        self._pace.fact(fact, state)

    def log(self, line: LogLine) -> None:
        self.say(f"{line.node} | {for_screen(line.text)}")

    def _show(self) -> None:
        seconds = perf_counter() - self._begun
        self.say(f"{seconds:6.1f} s  {self._pace.tally.words(self._pace.left)}")
