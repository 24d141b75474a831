"""The journal as lines of JSON: gone on with behind the last whole line, of one run and one writer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from foretell.errors import UserError
from foretell_runtime.eventlines import EventLines
from foretell_runtime.machine.events import Ended, Held, Resumed
from foretell_runtime.store.protocol import Event

EVENTS = [
    Event(1, 1.0, None, Resumed()),
    Event(2, 2.0, 1, Held("a" * 70_000, "a line longer than what is read at once")),
    Event(3, 3.0, 2, Ended("done", {"ä": "\n"})),
]


def write(path: Path, *events: Event, run: str = "r-1", new: bool = False) -> EventLines:
    lines = EventLines(str(path), "" if new else run)
    lines.run = run
    for event in events:
        lines(event)
    lines.close()
    return lines


def seqs(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text().splitlines()]


def test_a_line_says_where_it_stands_and_what_led_to_it(tmp_path: Path) -> None:
    write(tmp_path / "e", EVENTS[2])
    assert json.loads((tmp_path / "e").read_text()) == {
        "run": "r-1", "seq": 3, "time": 3.0, "cause": 2,
        "fact": {"kind": "ended", "status": "done", "output": {"ä": "\n"}},
    }  # fmt: skip


def test_wherever_a_crash_cuts_it_off_nothing_is_missing_or_twice(tmp_path: Path) -> None:
    path = tmp_path / "e"
    write(path, *EVENTS)
    whole = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    cuts = {0, 1, *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])}
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        lines = EventLines(str(path), "r-1")
        assert lines.seen == sum(end <= cut for end in ends)
        for event in EVENTS[lines.seen :]:
            lines(event)
        lines(EVENTS[0])  # told once more, by whoever completes it
        lines.close()
        assert path.read_bytes() == whole


@pytest.mark.parametrize("text", ["hello\n", "[1]\n", '{"seq": "1", "run": 3}\n'])
def test_a_file_with_something_else_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "e").write_text(text)
    with pytest.raises(UserError, match="something else than events"):
        EventLines(str(tmp_path / "e"), "r-1")
    assert (tmp_path / "e").read_text() == text


def test_events_of_another_run_are_not_mixed_in(tmp_path: Path) -> None:
    write(tmp_path / "e", EVENTS[0])
    for run in ("", "r-2"):
        with pytest.raises(UserError, match="it holds events of the run r-1"):
            EventLines(str(tmp_path / "e"), run)
    assert seqs(tmp_path / "e") == [1]


def test_a_file_has_one_writer(tmp_path: Path) -> None:
    first = EventLines(str(tmp_path / "e"), "r-1")
    with pytest.raises(UserError, match="another process writes to it"):
        EventLines(str(tmp_path / "e"), "r-1")
    first.close()
    EventLines(str(tmp_path / "e"), "r-1").close()


def test_a_fifo_is_written_to_if_somebody_reads_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    with pytest.raises(UserError, match="nobody reads from it"):
        EventLines(str(tmp_path / "f"))
    reader = os.open(tmp_path / "f", os.O_RDONLY | os.O_NONBLOCK)
    write(tmp_path / "f", EVENTS[0])
    assert json.loads(os.read(reader, 10_000))["seq"] == 1
    os.close(reader)


def test_an_open_descriptor_gets_all_lines() -> None:
    reader, writer = os.pipe()
    lines = EventLines(str(writer))
    lines.run = "r-1"
    lines(EVENTS[0])
    assert json.loads(os.read(reader, 10_000))["seq"] == 1
    with pytest.raises(UserError, match="not open for writing"):
        EventLines(str(reader))
    os.close(reader)
    os.close(writer)
    with pytest.raises(UserError, match="no such open file descriptor"):
        EventLines(str(writer))
