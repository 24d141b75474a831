"""What is submitted is known again by what it is, and told when by words; what is pruned goes wholly."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Node
from foretell_runtime.cli.times import Duration, Moment
from foretell_runtime.machine.events import Ended, Registered
from foretell_runtime.pruning import prune
from foretell_runtime.queueing import Submission, fingerprint
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore

TASKS = {"t": TaskSpec("flow.py:t"), "u": TaskSpec("flow.py:u", digest="1")}
GRAPH = Graph("flow", tasks=TASKS, nodes=(Node("a", "t", inputs={"x": {"p": 1, "q": [2]}}),))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def turned(value: Any) -> Any:
    """The same, its keys the other way round."""
    if isinstance(value, dict):
        return {key: turned(one) for key, one in reversed(value.items())}
    return [turned(one) for one in value] if isinstance(value, list) else value


@given(inputs=st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_in_which_order_keys_come_makes_no_difference(inputs: dict[str, Any]) -> None:
    graph = Graph(
        "flow", tasks=turned(TASKS), nodes=(Node("a", "t", inputs={"x": {"q": [2], "p": 1}}),)
    )
    assert fingerprint(GRAPH, inputs, "/") == fingerprint(graph, turned(inputs), "/")


@given(one=JSON, other=JSON)
def test_other_inputs_are_another_run(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    prints = [fingerprint(GRAPH, {"x": value}, "/") for value in (one, other)]
    assert (prints[0] == prints[1]) is same


def test_other_code_another_folder_and_another_graph_are_another_run() -> None:
    changed = Graph(
        "flow", tasks={**TASKS, "u": TaskSpec("flow.py:u", digest="2")}, nodes=GRAPH.nodes
    )
    prints = {
        fingerprint(GRAPH, {}, "/"),
        fingerprint(GRAPH, {}, "/x"),
        fingerprint(changed, {}, "/"),
        fingerprint(Graph("flow", tasks=TASKS), {}, "/"),
    }
    assert len(prints) == 4


def test_durations_count_from_now_and_moments_are_those_of_the_calendar() -> None:
    at = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    ticket = Submission(after=timedelta(minutes=1), deadline=at, priority=2).ticket(1000.0)
    assert (ticket.after, ticket.deadline, ticket.priority) == (1060.0, at.timestamp(), 2)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("2h30m", 9000), ("1.5d", 129_600), ("1w", 604_800), ("0s", 0)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "3", "h", "-3h", "3h 2m", "9" * 40 + "w", "25:00", "2026-13-01"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Moment().convert(text, None, None)


def test_moments_are_read_as_people_write_them() -> None:
    convert = Moment().convert
    assert convert("2026-11-22", None, None) == datetime(2026, 11, 22)
    assert convert("2026-11-22 08:00+01:00", None, None) == datetime.fromisoformat(
        "2026-11-22T08:00:00+01:00"
    )
    found = convert("08:00", None, None)
    assert isinstance(found, datetime)
    assert (found.hour, found.minute) == (
        8,
        0,
    ) and timedelta() < found - datetime.now() <= timedelta(1)


def test_what_is_pruned_goes_with_its_pictures_and_nothing_else_does(tmp_path: Path) -> None:
    store, pictures = tmp_path / "s.db", tmp_path / "pictures"
    pictures.mkdir()

    async def two() -> list[str]:
        async with SqliteStore(store) as opened:
            runs = []
            for at in (1.0, 9e9):
                claim = await opened.create(
                    "flow", "/", 1, "fresh", [Event(1, at, None, Registered(GRAPH))]
                )
                await opened.append(claim, [Event(2, at, 1, Ended("done"))])
                await opened.release(claim)
                runs.append(claim.run.id)
            return runs

    old, new = asyncio.run(two())
    for run in (old, new):
        (pictures / f"{run}.svg").touch()
    for dry in (True, False):
        assert (pictures / f"{old}.svg").exists(), "it was only asked for"
        gone = asyncio.run(prune(store, timedelta(days=30), dry=dry))
        assert [run.id for run in gone] == [old]
    assert [path.name for path in pictures.iterdir()] == [f"{new}.svg"]
