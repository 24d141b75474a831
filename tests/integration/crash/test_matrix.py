"""A run that does everything, killed at every point there is, and taken up again.

The points are: before, within and after every transaction, whoever begins it, before every message
of a child is passed on, and each child at each of its messages. By default a few of them are tried, spread over the
whole run; `--long` tries all, and says how many there were.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from foretell_runtime.executors.engines import LABEL
from foretell_runtime.executors.protocol import HELPER, MARK
from foretell_runtime.leftovers import mark_of
from foretell_runtime.machine import replay
from foretell_runtime.machine.events import Started
from foretell_runtime.store.protocol import Event
from tests.containers import Podman, find_podman
from tests.integration.crash.everything import EXPECTED
from tests.integration.crash.place import Place, check_journal_is_sound, is_gone
from tests.laws.reference import Reference

FEW = 5
"""Points that are tried by default."""


class Point(NamedTuple):
    when: str
    number: int


class Undisturbed(NamedTuple):
    transactions: int
    messages: int
    statuses: dict[str, str]
    podman: Podman | None

    def points(self) -> Iterator[Point]:
        for number in range(self.transactions):
            for when in ("before", "within", "after"):
                yield Point(when, number)
        for number in range(self.messages):
            for when in ("message", "child"):
                yield Point(when, number)


def live(place: Place, *fault: object) -> dict[str, Any] | None:
    """Leads the run to its end; None if the orchestrator was killed on the way."""
    done = place.drive("live", "forked", 3, *fault)
    if fault and done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def statuses(events: list[Event]) -> dict[str, str]:
    nodes = replay(event.fact for event in events).judge.graph.nodes
    return {name: live.status.value for name, live in nodes.items()}


def check(place: Place, before: list[Event] | None) -> list[Event]:
    """Nothing is lost, nothing was done twice, and nobody is left."""
    events = place.journal()
    assert events is not None
    assert events[: len(before or ())] == (before or []), "the resumed run rewrote history"
    check_journal_is_sound(events)
    reference = Reference()
    for event in events:
        reference.see(event.fact)
    assert (reference.status, reference.output) == ("done", EXPECTED)
    started = {f"{e.fact.node}#{e.fact.trial}" for e in events if isinstance(e.fact, Started)}
    ran = Counter(label for label, _ in place.noted())
    assert ran.keys() <= started, "it ran without a start in the journal"
    assert {label for label, times in ran.items() if times > 1 and "slow" not in label} == set()
    assert [pid for _, pid in place.noted() if not is_gone(pid)] == []
    return events


def kill_and_go_on(folder: Path, point: Point, undisturbed: Undisturbed) -> bool:
    """Whether anybody was killed."""
    folder.mkdir()
    place = Place(folder, podman=undisturbed.podman)
    said = live(place, *point)
    before = place.journal() if place.store.exists() else None
    if said is None:
        said = live(place)
        assert said is not None
    elif point.when != "child":
        return False
    assert said["output"] == EXPECTED
    there = statuses(check(place, before))
    # A child that was killed has failed; where somebody waited for that, another way was taken.
    assert point.when == "child" or there == undisturbed.statuses
    assert marked(place) == []
    if place.podman:
        assert (
            place.podman("ps", "-aq", "--filter", f"label={LABEL}={mark_of(place.record())}") == ""
        )
        assert halves_of(place.record().id) == [], "a container that is made, and nobody knows"
    return True


def halves_of(run: str) -> list[int]:
    """Processes that keep containers of a run alive, whose names they are told."""
    name, found = f"foretell-{run}-".encode(), []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if name in path.read_bytes() and not is_gone(int(path.parent.name)):
                found.append(int(path.parent.name))
    return found


def marked(place: Place) -> list[int]:
    """The processes that still carry the mark of the run."""
    marks = {f"{name}={mark_of(place.record())}".encode() for name in (MARK, HELPER)}
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            there = path.read_bytes().split(b"\0")
        except OSError:  # gone, or somebody else's
            continue
        if marks & set(there) and not is_gone(int(path.parent.name)):
            found.append(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def engine() -> Iterator[Podman | str]:
    """A container engine, or why there is none."""
    found = find_podman()
    yield found
    if isinstance(found, Podman):
        found.remove_image()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, engine: Podman | str) -> Undisturbed:
    podman = engine if isinstance(engine, Podman) else None
    place = Place(tmp_path_factory.mktemp("undisturbed"), podman=podman)
    said = live(place)
    assert said is not None
    assert said["output"] == EXPECTED
    there = statuses(check(place, None))
    return Undisturbed(said["transactions"], said["messages"], there, podman)


def sample(points: list[Point], few: int) -> list[Point]:
    """Some of them, from all over the run and of every kind."""
    chosen = []
    for i in range(few):
        when = ("before", "message", "after", "child", "within")[i % 5]
        ways = [point for point in points if point.when == when]
        chosen.append(ways[(2 * i + 1) * len(ways) // (2 * few)])
    return chosen


def test_what_a_run_does_that_does_everything_is_also_to_run_a_container(
    undisturbed: Undisturbed, engine: Podman | str
) -> None:
    if isinstance(engine, str):
        pytest.skip(f"all but that is done: {engine}")
    assert undisturbed.statuses["boxed"] == "done"


def test_a_run_that_does_everything_survives_a_kill_at_some_points(
    tmp_path: Path, undisturbed: Undisturbed, record_property: Callable[[str, object], None]
) -> None:
    points = list(undisturbed.points())
    tried = sample(points, FEW)
    killed = [kill_and_go_on(tmp_path / f"{p.when}{p.number}", p, undisturbed) for p in tried]
    record_property("counted", f"crash matrix: {FEW} of {len(points)} points tried")
    assert sum(killed) >= FEW - 2, "most points are reached in every run"


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "within", "after", "message", "child"])
def test_a_run_that_does_everything_survives_a_kill_at_every_point(
    tmp_path: Path,
    undisturbed: Undisturbed,
    when: str,
    record_property: Callable[[str, object], None],
) -> None:
    points = [point for point in undisturbed.points() if point.when == when]
    reached, faults = 0, []
    for point in points:
        try:
            reached += kill_and_go_on(tmp_path / str(point.number), point, undisturbed)
        except Exception as error:  # noqa: BLE001 - what is wrong at one says nothing of the others
            faults.append(f"{point}: {error}")
    record_property("counted", f"crash matrix, {when}: {len(points)} points, {reached} reached")
    assert faults == []
    assert reached > 0.9 * len(points)
