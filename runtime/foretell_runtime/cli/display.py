"""What a person sees while a run goes on: a line that redraws itself, or plain lines.

Both are told every fact and show what is true of one moment: counts and bounds are taken
together. They write to stderr; stdout is for results.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import click

from foretell_runtime.cli.bounds import Left, left_of
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.words import failure_report
from foretell_runtime.machine.events import Fact, Failed

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
    """Looks ahead now and then: not more often than `least_s`, nor for more than its share."""

    def __init__(self, least_s: float) -> None:
        self.tally = Tally()
        self.left: Left | None = None
        self._least_s = least_s
        self._next = perf_counter() + least_s

    def begin(self, horizon: Horizon) -> None:
        self.tally.begin(horizon)
        self.left = left_of(horizon)

    def fact(self, fact: Fact) -> bool:
        """Whether it is time to show something."""
        self.tally(fact)
        return perf_counter() >= self._next

    def look(self, state: State) -> None:
        from foretell_runtime.machine import horizon_of

        begun = perf_counter()
        self.left = left_of(horizon_of(state))
        ended = perf_counter()
        self._next = ended + max(self._least_s, (ended - begun) / SHARE_OF_TIME)

    @property
    def wait_s(self) -> float:
        return max(0.0, self._next - perf_counter())


class Plain:
    """A line a second while something happens, and each failure at once."""

    def __init__(self) -> None:
        self._pace = Pace(1.0)
        self._begun = perf_counter()

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def begin(self, run: str, horizon: Horizon) -> None:
        self._pace.begin(horizon)

    def say(self, text: str) -> None:
        click.echo(text, err=True)

    def fact(self, fact: Fact, state: State) -> None:
        due = self._pace.fact(fact)
        if isinstance(fact, Failed):
            self.say(failure_report(fact))
        if due:
            self._pace.look(state)
            seconds = perf_counter() - self._begun
            self.say(f"{seconds:6.1f} s  {self._pace.tally.words(self._pace.left)}")

    def log(self, line: LogLine) -> None:
        self.say(f"{line.node} | {line.text}")
