"""What `run` and `resume` share: watching a run to its end, and telling how it came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.app import BROKEN, CANCELLED, DONE, FAILED, INTERRUPTED, WAITING
from foretell_runtime.cli.display import Display, choose
from foretell_runtime.cli.options import Settings, print_line, reading, tracing
from foretell_runtime.cli.words import (
    asked_as_json,
    asked_report,
    broken_report,
    clock,
    failure_report,
    visible,
    whole,
)
from foretell_runtime.settings import pictures_of

if TYPE_CHECKING:
    from foretell_runtime import Outcome, Run, Runtime
    from foretell_runtime.eventlines import EventLines
    from foretell_runtime.machine import State
    from foretell_runtime.machine.events import Fact
    from foretell_runtime.store.protocol import Event, LogLine, Store

PATIENCE_S = 20.0
"""How long the picture at the end may take; then a page that draws itself is written instead."""

MANY = 20
"""New interpreters started in a run from which on it is worth saying that there is a quicker way."""


class Asker:
    """Tells a person what a run that stays wants to know from them, once it waits for that."""

    def __init__(self, say: Callable[[str], None], *, stays: bool, leaves: bool) -> None:
        self.run = ""
        self._stays = stays
        self._leaves = leaves
        self._say = say
        self._told: set[tuple[str, str]] = set()

    def fact(self, fact: Fact, state: State) -> None:
        from foretell_runtime.questions import questions

        if self._leaves or not state.waits_for_somebody or not (self._stays or state.timers):
            return
        new = [q for q in questions(state) if q.ready and (q.node, q.input) not in self._told]
        self._told |= {(q.node, q.input) for q in new}
        if new:
            self._say(asked_report(self.run, new))

    def log(self, line: LogLine) -> None:
        """What tasks write is shown by the display."""


class Starts:
    """Counts the trials of a run that are processes of Python."""

    def __init__(self) -> None:
        self.count = 0

    def fact(self, fact: Fact, state: State) -> None:
        if fact.kind == "started":
            task = state.node(fact.node).node.task
            self.count += state.tasks[task].program is None

    def log(self, line: LogLine) -> None:
        """What tasks write starts nothing."""


class Onlooker:
    """Is told by the runtime what happens, and tells it to a person."""

    def __init__(
        self,
        display: Display,
        lines: EventLines | None,
        *,
        stays: bool,
        leaves: bool,
        trace: Callable[[Run], object] | None,
    ) -> None:
        self.run: Run | None = None
        self._lines = lines
        self._trace = trace
        self.asker = Asker(display.say, stays=stays, leaves=leaves)
        self._display = display

    def begin(self, run: Run) -> None:
        self.run = run
        self.asker.run = run.id
        if self._lines is not None:
            self._lines.run = run.id
            run.subscribe(self._lines, after=self._lines.seen)
        if self._trace is not None:
            self._trace(run)
        self._display.begin(run.id, run.horizon())
        for warning in run.foresight.warnings:
            self._display.say(f"Warning: {warning}")
        if run.changed:
            self._display.say(
                f"Changed since the run began: {', '.join(run.changed)}. "
                "Nodes that have finished keep their outputs; the others use the new code."
            )
        for note in run.notes:
            self._display.say(note)

    def drain(self, run: Run) -> None:
        going = f"{run.processes} running may end" if run.processes else "none is running"
        self._display.say(
            f"Ctrl-C: no more tasks are started, {going}. Press it again to stop those too."
        )


def carry_out(
    settings: Settings, how: Callable[[Runtime], Outcome], lines: EventLines | None = None
) -> int:
    """Carries a run to its end, tells how it came out, and returns the exit code."""
    from foretell_runtime import Runtime

    trace = tracing() if settings.otel else None

    display = choose()
    onlooker, starts = (
        Onlooker(display, lines, stays=settings.wait, leaves=settings.leave, trace=trace),
        Starts(),
    )
    runtime = Runtime(
        settings.store,
        settings.jobs,
        settings.start,
        secrets=settings.secrets,
        engine=settings.engine,
        engine_flags=settings.engine_flags,
        wait=settings.wait,
        cache=None if settings.cached else False,
        leave=settings.leave,
        watchers=[display, starts, onlooker.asker],
        on_begin=onlooker.begin,
        on_drain=onlooker.drain,
    )
    with display:
        outcome = how(runtime)
    outcome = _in_full(outcome, settings.store)
    if lines is not None:
        _complete(lines, settings.store, outcome.run)
    _tell(outcome, was_over=onlooker.run is None, to_workers=settings.leave)
    if lines is not None and lines.is_stdout:
        pass  # the result is in the last line
    elif settings.as_json:
        print_line(answer(outcome))
    elif outcome.status == "done":
        click.echo(whole(outcome.output))
    if onlooker.run is not None and not settings.as_json:
        _draw(onlooker.run, settings.store)
        if settings.start is None and onlooker.run.record.start == "fresh":
            _hint(starts.count)
    return exit_code(outcome)


def _in_full(outcome: Outcome, store: Path) -> Outcome:
    """With everything that is kept elsewhere and is JSON in its place."""
    from foretell_runtime.values import ground_at, shown

    ground = ground_at(store, outcome.values, outcome.run)
    return replace(outcome, output=shown(ground, outcome.output))


def answer(outcome: Outcome) -> dict[str, Any]:
    """The last line of `--json`."""
    found = {"run": outcome.run, "status": outcome.status, "output": outcome.output}
    if outcome.asks:
        found["asks"] = [asked_as_json(question) for question in outcome.asks]
    return {**found, "error": outcome.error} if outcome.error else found


def exit_code(outcome: Outcome) -> int:
    match outcome.status:
        case "done":
            return DONE
        case "broken":
            return BROKEN
        case "waiting" | "paused":
            return WAITING
        case "cancelled":
            return CANCELLED
        case "interrupted" | "running":
            return INTERRUPTED
        case _:
            return FAILED


def _tell(outcome: Outcome, *, was_over: bool, to_workers: bool) -> None:
    """On stderr. What a display has told already is not repeated."""
    if was_over and outcome.failed:
        click.echo(failure_report(outcome.failed), err=True)
    elif outcome.status == "failed" and not outcome.failed:
        click.echo(outcome.error, err=True)
    if outcome.broken:
        click.echo(broken_report(outcome.broken), err=True)
    if outcome.status == "waiting":
        if outcome.asks:
            click.echo(asked_report(outcome.run, outcome.asks), err=True)
        click.echo(_how_it_goes_on(outcome, to_workers=to_workers), err=True)
    elif outcome.paused is not None:
        click.echo(visible(f"{outcome.run} is paused{outcome.paused.said}."), err=True)
        click.echo(
            f"Let it go on with: foretell unpause {outcome.run}; then: foretell resume {outcome.run}",
            err=True,
        )
    elif outcome.status == "interrupted":
        click.echo(
            f"{outcome.run} was interrupted. Go on with: foretell resume {outcome.run}", err=True
        )
    elif was_over:
        click.echo(f"{outcome.run} was over already: {outcome.status}", err=True)
    else:
        said = outcome.error if outcome.status == "cancelled" else outcome.status
        click.echo(visible(f"{outcome.run}: {said}"), err=True)
    if outcome.status in ("failed", "broken"):
        click.echo(
            f"To do again what failed or was stopped: foretell retry {outcome.run}", err=True
        )


def _complete(lines: EventLines, store: Path, run: str) -> None:
    """Writes what was not written while the run went on: it was over before, or the writing failed."""
    lines.run = run

    async def rest(opened: Store) -> list[Event]:
        return await opened.events(await opened.run(run), after=lines.seen)

    try:
        for event in reading(store, rest):
            lines(event)
        lines.close()
    except OSError as error:
        click.echo(
            f"the events after {lines.seen} could not be written: {error.strerror}. Complete a file "
            f"with: foretell resume {run} --events FILE",
            err=True,
        )


def _how_it_goes_on(outcome: Outcome, *, to_workers: bool) -> str:
    if to_workers:
        when = [f"at {clock(outcome.until)}"] if outcome.until is not None else []
        when += ["when that is answered"] if outcome.asks else []
        return (
            f"{outcome.run} is left. A worker (foretell worker) goes on with it {', or '.join(when)}. "
            f"Or go on here with: foretell resume {outcome.run}"
        )
    return f"Then go on with: foretell resume {outcome.run}"


def _hint(starts: int) -> None:
    """Where it would have paid to know."""
    if starts >= MANY:
        click.echo(
            f"{starts} tasks were started, each in a new Python interpreter; with --start forked they "
            f"are forks of one, which is much quicker.",
            err=True,
        )


def _draw(run: Run, store: Path) -> None:
    """Draws how the run ended, beside the store. Whatever goes wrong here, the run is over and
    its result stands."""
    from foretell_runtime.drawing import render

    path = pictures_of(store) / f"{run.id}.svg"
    try:
        drawing = render(run.horizon(), "svg", path, timeout_s=PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - a picture is never worth a run
        click.echo(f"no picture was drawn: {error}", err=True)
        return
    click.echo(f"picture: {drawing.path}", err=True)
