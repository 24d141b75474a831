"""Kills the orchestrator, for real, at every transaction of a run, and takes the run up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foretell_runtime.machine.events import Changed, Fact, Failed, Finished, Resumed, Started
from foretell_runtime.store.protocol import Event
from tests.integration.crash.place import Place, check_journal_is_sound, is_gone

EXPECTED = {"status": "done", "output": 206}
MOST = 60
"""More transactions than the run has."""


def labels(facts: list[Fact]) -> dict[str, str]:
    """Node id by the label that its task notes."""
    found = {"plan": "plan", "total": "total"}
    for fact in facts:
        if isinstance(fact, Changed):
            found |= {node.inputs["label"]: node.id for node in fact.change.nodes}
    return found


def check_nothing_ran_twice(place: Place, events: list[Event]) -> None:
    facts = [event.fact for event in events]
    finished: set[str] = set()
    started: Counter[str] = Counter()
    for fact in facts:
        if isinstance(fact, Started):
            assert fact.node not in finished, f"{fact.node} was started after it had finished"
            started[fact.node] += 1
        elif isinstance(fact, Finished):
            finished.add(fact.node)
    ids = labels(facts)
    for label, times in Counter(label for label, _ in place.noted()).items():
        assert times <= started[ids[label]], f"{label} ran without a start in the journal"


def crash_and_resume(place: Place, start: str, jobs: int, when: str, number: int) -> bool:
    """Whether the orchestrator died; checks all that must hold then."""
    crashed = place.drive("run", start, jobs, when, number)
    if crashed.returncode == 0:
        assert json.loads(crashed.stdout) == EXPECTED
        return False
    assert crashed.returncode == -signal.SIGKILL, crashed.stderr
    before = place.journal()
    if before is None:
        assert place.noted() == []
        return True
    done_before = {e.fact.node for e in before if isinstance(e.fact, Finished)}
    noted_before = place.noted()

    resumed = place.drive("resume", start, jobs)
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout) == EXPECTED
    after = place.journal()
    assert after is not None
    assert after[: len(before)] == before, "the resumed run rewrote history"
    check_journal_is_sound(after)
    check_nothing_ran_twice(place, after)
    ids = labels([event.fact for event in after])
    again = [label for label, _ in place.noted()[len(noted_before) :] if ids[label] in done_before]
    assert again == []
    assert [pid for _, pid in place.noted() if not is_gone(pid)] == []
    return True


@pytest.mark.parametrize(
    ("start", "when"),
    [("fresh", "after"), ("forked", "before"), ("forked", "within"), ("forked", "after")],
)
def test_a_run_killed_at_any_transaction_ends_as_if_nothing_had_been(
    tmp_path: Path, start: str, when: str
) -> None:
    crashes = 0
    for number in range(MOST):
        place = Place(folder_of(tmp_path, number))
        if not crash_and_resume(place, start, 2, when, number):
            break
        crashes += 1
    assert 10 <= crashes < MOST


def folder_of(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / str(number)
    folder.mkdir()
    return folder


def test_an_undisturbed_run_runs_each_node_once(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert json.loads(place.drive("run", "fresh", 1).stdout) == EXPECTED
    events = place.journal()
    assert events is not None
    check_journal_is_sound(events)
    assert set(Counter(label for label, _ in place.noted()).values()) == {1}
    assert len(place.noted()) == 7
    assert sorted(line.text for line in place.logs()) == [
        "doubling 0",
        "doubling 1",
        "doubling 100",
        "doubling 2",
    ]


def test_a_run_killed_again_and_again_still_ends(tmp_path: Path) -> None:
    place = Place(tmp_path)
    crashes = [place.drive("run", "forked", 2, "after", 1)]
    while crashes[-1].returncode != 0 and len(crashes) < MOST:
        # Each life comes a little further than the last: a task that grows in several steps
        # begins anew each time, and would never end if it were always killed at the second.
        crashes.append(place.drive("resume", "forked", 2, "after", 1 + len(crashes)))
    assert json.loads(crashes[-1].stdout) == EXPECTED
    assert len(crashes) > 4
    events = place.journal()
    assert events is not None
    check_nothing_ran_twice(place, events)
    # The last life had nothing left to do if the one before it was killed right after the end.
    taken_up = sum(isinstance(event.fact, Resumed) for event in events)
    assert taken_up in (len(crashes) - 1, len(crashes) - 2)
    assert [event.fact.kind for event in events].count("ended") == 1


def test_a_run_that_has_ended_is_not_run_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.drive("run", "fresh", 2)
    before, noted = place.journal(), place.noted()
    again = place.drive("resume", "fresh", 2)
    assert json.loads(again.stdout) == EXPECTED
    assert (place.journal(), place.noted()) == (before, noted)


@pytest.mark.parametrize(
    ("start", "when", "fact"),
    [
        ("fresh", "after", "due:timeout"),
        ("forked", "before", "due:timeout"),
        ("forked", "after", "failed:"),
        ("forked", "after", "due:retry"),
    ],
)
def test_a_run_killed_while_it_waits_waits_no_longer_and_tries_no_less(
    tmp_path: Path, start: str, when: str, fact: str
) -> None:
    """The crash between any two commits is in `tests/unit/orchestrator/test_crashes.py`."""
    place = Place(tmp_path, "waiting")
    assert place.drive("run", start, 2, when, fact).returncode == -signal.SIGKILL
    before = place.journal()
    assert before is not None
    resumed = place.drive("resume", start, 2)
    assert json.loads(resumed.stdout) == {"status": "done", "output": "told"}, resumed.stderr
    after = place.journal()
    assert after is not None
    assert after[: len(before)] == before
    check_journal_is_sound(after)
    failed = Counter(event.fact.node for event in after if isinstance(event.fact, Failed))
    assert failed == {"flaky": 2, "slow": 2}
    assert [pid for _, pid in place.noted() if not is_gone(pid)] == []


@pytest.mark.parametrize(
    ("start", "when", "fact"),
    [
        ("fresh", "after", "emitted:"),
        ("forked", "before", "emitted:"),
        ("forked", "after", "concluded:"),
    ],
)
def test_a_run_killed_while_it_streams_reads_all_of_it_again(
    tmp_path: Path, start: str, when: str, fact: str
) -> None:
    """The reader may end after what it reads; then it concludes nothing, and nobody is killed."""
    place = Place(tmp_path, "streaming")
    killed = place.drive("run", start, 2, when, fact).returncode == -signal.SIGKILL
    assert killed or fact == "concluded:"
    before = place.journal()
    assert before is not None
    resumed = place.drive("resume", start, 2)
    assert json.loads(resumed.stdout) == {"status": "done", "output": True}, resumed.stderr
    after = place.journal()
    assert after is not None
    assert after[: len(before)] == before
    check_journal_is_sound(after)


@pytest.fixture
def detached() -> Any:
    """Starts processes in sessions of their own, and sees to it that none is left."""
    started: list[subprocess.Popen[bytes]] = []

    def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["/bin/sh", "-c", "echo up; exec sleep 1000"],
            env={**os.environ, **environment},
            start_new_session=True,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_what_slipped_away_from_a_crashed_run_is_ended_and_nothing_else(
    detached: Callable[[dict[str, str]], subprocess.Popen[bytes]],
) -> None:
    from foretell_runtime.executors.protocol import MARK
    from foretell_runtime.leftovers import end_leftovers

    mine = detached({MARK: "growing-x1@17.5"})
    others = detached({MARK: "growing-x1@17.55"})
    plain = detached({})
    assert end_leftovers("growing-x1@17.5") == [mine.pid]
    assert mine.wait(timeout=30) == -signal.SIGKILL
    assert others.poll() is None
    assert plain.poll() is None
