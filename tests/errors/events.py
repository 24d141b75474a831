"""Mistakes with the events of a run, for other programs."""

from __future__ import annotations

import os
from pathlib import Path

from foretell_runtime.eventlines import EventLines
from tests.errors.making import Make, command

RUN = ("run", "flow.py", "-i", "n=3", "--events")
LINE = '{"run": "flow-1a2b", "seq": 3, "time": 1.0, "cause": 2, "fact": {"kind": "resumed"}}\n'


def _two(folder: Path) -> None:
    first = EventLines(str(folder / "events.jsonl"))
    try:
        EventLines(str(folder / "events.jsonl"))
    finally:
        first.close()


def _unread(folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    EventLines(str(folder / "fifo"))


def _for_reading(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(writer)
    try:
        EventLines(str(os.dup2(reader, 999)))
    finally:
        os.close(reader)
        os.close(999)


MISTAKES: dict[str, Make] = {
    "events of another run": command(*RUN, "e.jsonl", e_jsonl=LINE),
    "events in a file of something else": command(*RUN, "notes.txt", notes_txt="hello\n"),
    "events into a folder": command(*RUN, "."),
    "events for a descriptor that is not open": command(*RUN, "998"),
    "events for a descriptor that is read": _for_reading,
    "events for a FIFO that nobody reads": _unread,
    "events by two writers": _two,
    "events of a run that is not there": command("resume", "flow-x", "--events", "e.jsonl"),
}
