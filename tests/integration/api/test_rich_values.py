"""Rich values as inputs, defaults, constants, wires and outputs of real runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from foretell.author.entry import load_file
from foretell.errors import InputError, TaskError
from foretell_runtime import Runtime

flows: Any = load_file(Path(__file__).with_name("rich_flows.py"))
DAY, OWNER = dt.date(2024, 2, 29), UUID(int=7)


def test_they_arrive_as_what_they_were(tmp_path: Path) -> None:
    made = Runtime(tmp_path / "runs.db", start="forked").run(flows.album, DAY, owner=OWNER)
    assert made == flows.album(DAY, owner=OWNER)
    assert type(made) is flows.Album
    assert [shot.data for shot in made.shots] == [
        b"\x00\xff\xfe", b"\x00\xff\xfe\xfe", b"\xff\xfe", b"\xff\xfe",
    ]  # fmt: skip
    assert [shot.at.day for shot in made.shots] == [29, 29, 29, 1]
    assert made.shots[0].at.utcoffset() == dt.timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("text", "'dated': input 'day': expected date (Input should be a valid date"),
        ("date", "'loose': says it returns plain JSON, or an annotation that says otherwise, but"),
        ("lambda", "'loose': says it returns something JSON can hold, but returned function"),
    ],
)
def test_what_does_not_fit_is_told_by_the_task_with_port_type_and_value(
    kind: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(TaskError) as caught:
        Runtime(tmp_path / "runs.db", start="forked").run(flows.loosely, kind)
    assert words in str(caught.value)


def test_inputs_of_a_run_are_checked_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workflow 'album': input 'day': expected date"):
        Runtime(tmp_path / "runs.db").run(flows.album, "soon", owner=OWNER)
