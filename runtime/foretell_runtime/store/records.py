"""Rows of the database to records and back. Knows the columns; runs no statement."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias, get_args

from foretell.errors import StoreError
from foretell.graph.plain import decode, encode
from foretell_runtime.machine.events import (
    Ended,
    Fact,
    Paused,
    Posted,
    Recalled,
    Restarted,
    Started,
    Unpaused,
)
from foretell_runtime.store.protocol import Event, LogLine, Post, RunRecord, Ticket

Row: TypeAlias = tuple[Any, ...]


def event_rows(key: int, events: Iterable[Event]) -> list[Row]:
    return [
        (key, e.seq, e.time, e.fact.kind, _node_of(e.fact), e.cause, dumps(encode(e.fact)))
        for e in events
    ]


def log_rows(key: int, logs: Iterable[LogLine]) -> list[Row]:
    return [(key, x.time, _text(x.node), x.trial, x.stream, _text(x.text)) for x in logs]


def post_row(key: int, time: float, post: Posted) -> dict[str, Any]:
    return {"key": key, "time": time, "data": dumps(encode(post))}


def post_from(row: Row) -> Post:
    number, time, data = row
    what = json.loads(data)
    kinds = {_kind_of(cls): cls for cls in get_args(Posted)}
    if what["kind"] not in kinds:
        raise StoreError(
            f"post {number} is of the unknown kind {what['kind']!r}: a newer version of foretell left "
            "it. Use that one to go on with the run."
        )
    return Post(number, time, decode(kinds[what["kind"]], what, f"post {number}"))


def ending(events: Sequence[Event]) -> Ended | None:
    """The fact that ends the run. Nothing comes after it in a journal, unless it is restarted."""
    last = events[-1].fact if events else None
    return last if isinstance(last, Ended) else None


def end_row(key: int, end: Ended) -> dict[str, Any]:
    return {"key": key, "status": end.status, "output": dumps(end.output), "error": end.error}


def begins_again(events: Iterable[Event]) -> bool:
    """Whether the run goes on although it may have ended."""
    return any(isinstance(event.fact, Restarted) for event in events)


def starts(events: Iterable[Event]) -> bool:
    return any(isinstance(event.fact, (Started, Recalled)) for event in events)


def pausing(events: Iterable[Event]) -> bool | None:
    """Whether the run is paused after these events; None: as it was."""
    found = [isinstance(e.fact, Paused) for e in events if isinstance(e.fact, (Paused, Unpaused))]
    return found[-1] if found else None


def event_from(row: Row) -> Event:
    seq, time, cause, data = row
    return Event(seq, time, cause, _fact_from(json.loads(data), seq))


def run_from(row: sqlite3.Row, *, owned: bool) -> RunRecord:
    """`owned`: some living process is running it."""
    ticketed = "queued" in row.keys() and row["queued"]  # noqa: SIM118 - a row is no mapping
    queue: dict[str, Any] = {}
    if ticketed:
        queue = {"ticket": _ticket(row), "attempts": row["attempts"], "deaths": row["deaths"]}
    if "due" in row.keys():  # noqa: SIM118
        queue["due"] = row["due"]
    if owned and row["owner"]:
        queue |= {"owner": int(row["owner"].partition(":")[0]), "since": row["owned_since"]}
    return RunRecord(
        key=row["key"],
        id=row["id"],
        name=row["name"],
        base=row["base"],
        jobs=row["jobs"],
        start=row["start"],
        created=row["created"],
        changed=row["changed"],
        events=row["events"],
        status=_status(row["status"], owned=owned),
        begun=row["status"] not in ("queued", "held"),
        output=json.loads(row["output"]),
        error=row["error"],
        **queue,
    )


def _status(kept: str, *, owned: bool) -> Any:
    if kept == "queued" and owned:
        return "claimed"
    if kept == "held":
        return "paused"
    return "interrupted" if kept == "running" and not owned else kept


def _ticket(row: sqlite3.Row) -> Ticket:
    return Ticket(
        row["priority"],
        row["after"],
        row["deadline"],
        row["patience"],
        row["key_given"],
        row["fingerprint"],
    )


def dumps(value: Any) -> str:
    # ASCII, because JSON may hold halves of surrogate pairs, which UTF-8 cannot.
    return json.dumps(value, separators=(",", ":"))


def _fact_from(data: Mapping[str, Any], seq: int) -> Fact:
    cls = _classes().get(data["kind"])
    if cls is None:
        raise StoreError(
            f"event {seq} is of the unknown kind {data['kind']!r}: the run was written by a newer "
            "version of foretell. Use that one to read it."
        )
    fact: Fact = decode(cls, data, f"event {seq}")
    return fact


@cache
def _classes() -> dict[str, type[Any]]:
    return {_kind_of(cls): cls for cls in get_args(Fact)}


def _kind_of(cls: type[Any]) -> str:
    return str(next(f.default for f in dataclasses.fields(cls) if f.name == "kind"))


def _node_of(fact: Fact) -> str | None:
    node = getattr(fact, "node", None)
    return _text(node) if node else None


def _text(text: str) -> str:
    """`text` as SQLite can keep it: halves of surrogate pairs are spelled out."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
