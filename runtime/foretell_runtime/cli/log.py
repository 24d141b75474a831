"""`foretell log`: a run's journal and what its tasks wrote, in the order in which it happened."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.options import json_option, print_json, reading, store_option
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import failure_report, sentence, visible
from foretell_runtime.machine.events import Fact, Failed, Rearmed, Restarted, Retired, Started

if TYPE_CHECKING:
    from foretell_runtime.store.protocol import Event, LogLine, Store

    _Read = tuple[str, list[Event], list[LogLine]]


@click.command("log")
@click.argument("run")
@click.argument("node", required=False)
@json_option
@store_option
def command(run: str, node: str | None, store: Path, as_json: bool) -> None:
    """Print the journal of RUN and what its tasks wrote; of one NODE, if named.

    RUN is an id, the beginning or the end of one, or 'last'.
    """
    found, events, lines = reading(store, lambda opened: read(opened, run, node))
    attempts = _attempts(events)
    if node is not None:
        require_node(node, events, found)
        events = [event for event in events if speaks_of(event.fact, node)]
    if as_json:
        print_json({"events": [_as_json(event) for event in events], "logs": logs_json(lines)})
        return
    for line in _story(events, lines, attempts):
        click.echo(line)


async def read(store: Store, run: str, node: str | None) -> _Read:
    record = await store.run(run)
    return record.id, await store.events(record), await store.logs(record, node)


def speaks_of(fact: Fact, node: str) -> bool:
    """Whether `fact` happened to or through `node`."""
    return getattr(fact, "node", None) == node or node in getattr(fact, "nodes", ())


def require_node(node: str, events: Iterable[Event], run: str) -> None:
    """Raises `CommandError` if the run never had such a node."""
    from foretell.errors import nearest

    known = {node.id for event in events for node in _born(event.fact)}
    if node not in known:
        raise CommandError(f"run {run} has no node {node!r}{nearest(node, known)}")


def _born(fact: Fact) -> tuple[Any, ...]:
    graph = getattr(fact, "graph", None) or getattr(fact, "change", None)
    return graph.nodes if graph is not None else ()


def _attempts(events: Iterable[Event]) -> dict[int, int]:
    """By the number of the event that started it, which trial of its iteration each one is. Trials
    are numbered on through all rounds, and on from those of another node that had the id."""
    begun: Counter[str] = Counter()
    found: dict[int, int] = {}
    for event in events:
        match event.fact:
            case Started(node=node):
                begun[node] += 1
                found[event.seq] = begun[node]
            case Rearmed(nodes=nodes, retired=retired) | Restarted(nodes=nodes, retired=retired):
                for node in (*nodes, *retired):
                    del begun[node]
            case Retired(nodes=nodes):
                for node in nodes:
                    del begun[node]
            case _:
                pass
    return found


def _story(events: list[Event], lines: list[LogLine], attempts: Mapping[int, int]) -> Iterator[str]:
    """Events and written lines, merged by time; seconds count from the first event."""
    begun = events[0].time if events else 0.0
    told = ((event.time, f"{event.seq:>5}  {_told(event, attempts)}") for event in events)
    written = ((line.time, f"{'':>5}  {line.node} | {visible(line.text)}") for line in lines)
    for time, text in heapq.merge(told, written, key=lambda item: item[0]):
        yield f"{max(0.0, time - begun):>8.3f} s  {text}"


def _told(event: Event, attempts: Mapping[int, int]) -> str:
    fact = event.fact
    if isinstance(fact, Failed) and fact.trace:
        return failure_report(fact).replace("\n", "\n" + " " * 19)
    return sentence(fact, attempts.get(event.seq))


def _as_json(event: Event) -> dict[str, Any]:
    from foretell.graph.plain import encode

    return {"seq": event.seq, "time": event.time, "cause": event.cause, **encode(event.fact)}


def logs_json(lines: list[LogLine]) -> list[dict[str, Any]]:
    return [
        {
            "time": line.time,
            "node": line.node,
            "trial": line.trial,
            "stream": line.stream,
            "text": line.text,
        }
        for line in lines
    ]
