"""The display on a terminal: one bar and the running nodes, redrawn in place, gone at the end.

The bar is honest: solid is done, thin is what must still come, dotted is what may come, and an
arrow says that nobody has promised an end.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from foretell.horizon.bounds import Left
from foretell_runtime.cli.display import Display, Pace
from foretell_runtime.cli.words import failure_report, for_screen, sentence
from foretell_runtime.machine.events import Fact, Failed, Paused, Unpaused

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
    from foretell_runtime.machine import State
    from foretell_runtime.store.protocol import LogLine

WIDTH = 32
MOST_RUNNING = 5


class Live:
    """Redraws at most ten times a second, and once more when things have come to rest."""

    def __init__(self) -> None:
        self._name = ""
        self._pace = Pace(0.1, self._show)
        self._begun = perf_counter()
        self._console = Console(stderr=True)
        self._spinner = Spinner("dots")
        self._shown = Group()
        self._live = RichLive(self, console=self._console, transient=True, refresh_per_second=10)

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *exc: object) -> None:
        self._pace.end()
        self._live.stop()

    def begin(self, run: str, horizon: Horizon) -> None:
        self._name = run
        self._pace.begin(horizon)
        self._shown = self._drawn()
        self._live.start()

    def say(self, text: str) -> None:
        self._console.print(Text(text))

    def fact(self, fact: Fact, state: State) -> None:
        if isinstance(fact, Failed):
            self.say(failure_report(fact))
        elif isinstance(fact, (Paused, Unpaused)):
            self.say(sentence(fact))
        self._pace.fact(fact, state)

    def log(self, line: LogLine) -> None:
        self._console.print(Text.assemble((f"{line.node} | ", "dim"), for_screen(line.text)))

    def _show(self) -> None:
        self._shown = self._drawn()

    def _drawn(self) -> Group:
        tally, left = self._pace.tally, self._pace.left
        head = Text.assemble((self._name, "bold"), "  ", tally.words(left))
        bar = honest_bar(tally.ended, left)
        names = list(tally.running.items())
        rows = [Text(f"  ▶ {node}  {said}", "dim") for node, said in names[:MOST_RUNNING]]
        if len(names) > MOST_RUNNING:
            rows.append(Text(f"    and {len(names) - MOST_RUNNING} more", "dim"))
        return Group(head, bar, *rows)

    def __rich__(self) -> Table:
        """Called by rich's own thread: shows the last look, beside a clock that goes on."""
        clock = Text(f"{perf_counter() - self._begun:.1f} s", "dim")
        grid = Table.grid(padding=(0, 1))
        grid.add_row(self._spinner, self._shown, clock)
        return grid


def honest_bar(ended: int, left: Left | None, width: int = WIDTH) -> Text:
    """`━━━━───┄┄┄`: ended, must still come, may come; with a `→` where no end was promised."""
    low = left.low if left else 0
    high = left.high if left else None
    room = width - 1 if high is None else width
    whole = max(1, ended + (high if high is not None else 2 * low + 1))
    solid = room * ended // whole
    thin = max(1 if low else 0, room * low // whole)
    dotted = max(0, room - solid - thin) if high is None or high > low else 0
    thin = room - solid - dotted
    bar = Text.assemble(("━" * solid, "green"), ("─" * thin, "bold"), ("┄" * dotted, "dim"))
    return bar.append("→", "dim") if high is None else bar
