"""Options about trials, and what a task raises to say what should follow."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from foretell import Backoff, RetryAfter, WiringError, task, workflow
from foretell.author.entry import load_file
from foretell.author.failing import name_of, names_of
from foretell.document.jsonform import loads
from foretell.graph.trials import option_fault, trials_fault


class Flaky(ConnectionError): ...


@task(retries=5, backoff=2.5, retry_on=(TimeoutError, Flaky), timeout=timedelta(minutes=2))
def fetch(n: int) -> int:
    return n


@workflow
def flow(n: int) -> int:
    patient = Backoff(1, factor=3, at_most=60, jitter=0)
    return fetch.options(backoff=patient, retry_on=OSError, timeout=0.5)(fetch(n))


def test_options_about_trials_are_json_in_the_graph() -> None:
    graph = loads(flow.compile().to_json())
    assert graph.tasks["fetch"].options == {
        "retries": 5, "backoff": 2.5, "retry_on": ["TimeoutError", f"{__name__}:Flaky"],
        "timeout": 120.0,
    }  # fmt: skip
    assert [node.options for node in graph.nodes] == [
        {},
        {"backoff": {"first": 1, "factor": 3, "at_most": 60, "jitter": 0},
         "retry_on": ["OSError"], "timeout": 0.5},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"backoff": -1}, "option backoff must be from 0 to 1,000,000,000 seconds, not -1"),
        ({"backoff": True}, "must be a number of seconds"),
        ({"backoff": {"first": 1}}, "must be a number of seconds"),
        ({"backoff": float("nan")}, "must be from 0 to"),
        ({"backoff": Backoff(1, factor=0.5)}, "must have a 'factor' from 1 to 1,000, not 0.5"),
        ({"backoff": Backoff(1, jitter=2)}, "must have a 'jitter' from 0 to 1"),
        ({"backoff": Backoff(1, at_most=float("inf"))}, "must have a 'at_most' from 0 to"),
        ({"timeout": 0}, "option timeout must be more than 0 seconds, not 0"),
        ({"timeout": "5s"}, "must be a number of seconds, not '5s'"),
        ({"timeout": timedelta(seconds=-1)}, "must be from 0 to"),
        ({"retry_on": 3}, "takes classes of exceptions, not 3"),
        ({"retry_on": (ValueError, int)}, "takes classes of exceptions, not <class 'int'>"),
        ({"retry_on": ()}, "must be a list of 1 to 100 names"),
        ({"retry_on": ValueError("x")}, "takes classes of exceptions"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(option: dict[str, Any], says: str) -> None:
    with pytest.raises(WiringError, match=says):
        fetch.options(**option)
    with pytest.raises(WiringError, match=says):
        task(**option)


def test_a_class_that_nobody_else_could_find_is_refused() -> None:
    class Mine(Exception): ...

    with pytest.raises(WiringError, match="Mine is defined inside a function"):
        fetch.options(retry_on=Mine)


@pytest.mark.parametrize(
    "good",
    [
        {}, {"retries": 0}, {"backoff": 0}, {"backoff": {"first": 0.1}}, {"timeout": 1e9},
        {"retry_on": ["ValueError", "a.b:C", "x.py:D.E", "folder/x.py:D"]},
        {"backoff": {"first": 1, "factor": 1, "at_most": 0, "jitter": 1}},
    ],
)  # fmt: skip
def test_documents_may_say_this(good: dict[str, Any]) -> None:
    assert trials_fault(good) == ""


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("retries", 1.0), ("retries", None), ("backoff", None), ("backoff", "1"), ("backoff", {}),
        ("backoff", []), ("backoff", {"first": "1"}), ("backoff", {"first": 1, "last": 2}),
        ("backoff", {"first": 1, "factor": "2"}), ("backoff", {"first": True}),
        ("retry_on", "ValueError"), ("retry_on", [1]), ("retry_on", [""]), ("retry_on", ["a b"]),
        ("retry_on", ["a:"]), ("retry_on", [":A"]), ("retry_on", ["a:b c"]),
        ("retry_on", ["x" * 401]), ("retry_on", ["A"] * 101), ("retry_on", None),
        ("timeout", None), ("timeout", 0.0), ("timeout", 1e10), ("timeout", float("nan")),
    ],
)  # fmt: skip
def test_documents_may_not_say_this(name: str, bad: Any) -> None:
    why = option_fault(name, bad)
    assert why.startswith("must")
    assert trials_fault({name: bad}) == f"{name} {why}"


def test_an_unknown_option_is_named_with_the_nearest() -> None:
    assert trials_fault({"retires": 1}) == "unknown option 'retires'; did you mean 'retries'?"


# --- when to come back --------------------------------------------------------------------------


def test_later_is_said_in_whatever_form_is_at_hand() -> None:
    assert RetryAfter(30).seconds == 30
    assert RetryAfter(timedelta(minutes=2)).seconds == 120
    assert RetryAfter("120").seconds == 120
    assert RetryAfter(-5).seconds == 0
    soon = datetime.now(UTC) + timedelta(hours=1)
    for when in (soon, format_datetime(soon.replace(microsecond=0), usegmt=True)):
        assert 3500 < RetryAfter(when).seconds <= 3600
    assert RetryAfter("Wed, 21 Oct 2015 07:28:00 GMT").seconds == 0
    assert str(RetryAfter(30, "too many requests")) == "in 30 s: too many requests"


@pytest.mark.parametrize("bad", ["soon", "", True, None, float("nan"), float("inf"), [3]])
def test_what_is_no_time_is_refused_where_it_is_said(bad: Any) -> None:
    with pytest.raises(ValueError, match="RetryAfter takes seconds"):
        RetryAfter(bad)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="does not say in which time zone"):
        RetryAfter(datetime(2026, 1, 1))


# --- names of classes ---------------------------------------------------------------------------


def test_a_class_is_recognised_however_its_module_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an import in one process, as a script in another, as a file in the third."""
    (tmp_path / "sensors.py").write_text("class Dead(OSError): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from_file = load_file(tmp_path / "sensors.py").Dead
    sys.modules.pop("sensors", None)
    imported = import_module("sensors").Dead

    assert name_of(imported) == "sensors:Dead"
    assert name_of(from_file) == "sensors.py:Dead"
    assert name_of(from_file) in names_of(imported)
    assert list(names_of(from_file))[-4:] == ["OSError", "Exception", "BaseException", "object"]
    monkeypatch.delitem(sys.modules, "sensors")


def test_pythons_own_classes_have_bare_names_and_namesakes_have_not() -> None:
    namesake = type("ValueError", (Exception,), {"__module__": __name__})
    assert name_of(ValueError) == "ValueError"
    assert name_of(namesake) == f"{__name__}:ValueError"
