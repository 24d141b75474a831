"""`Static` inputs have values while a workflow is registered; the graph is made for them."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import Graph, Grow, Static, Workflow, each, many, task, workflow
from foretell.errors import UserError
from foretell_runtime import foresee, fuzz


@task
def load(city: str, day: int) -> float:
    return len(city) + day


@task
def mean(values: list[float]) -> float:
    return sum(values) / max(1, len(values))


@workflow
def weather(cities: Static[list[str]], day: int, careful: Static[bool] = False) -> float:
    values = [load(city, day) for city in cities]
    if careful:
        values += load.map(each(cities), day=day)
    return mean(values)


@workflow
def twice(day: int, towns: Static[tuple[str, ...]] = ("Ulm",)) -> list[float]:
    first = weather(["Rome", "Oslo"], day)
    return [first, weather(list(towns), day, careful=True)]


def ids(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes]


def test_the_graph_is_made_for_the_values() -> None:
    graph = weather.compile(cities=["Rome", "Oslo"])
    assert ids(graph) == ["load", "load_2", "mean"]
    assert [node.inputs.get("city") for node in graph.nodes] == ["Rome", "Oslo", None]
    assert list(graph.inputs) == ["day"]
    assert len(weather.compile(cities=["Rome"], careful=True).nodes) == 3
    assert ids(weather.compile(cities=[])) == ["mean"]


def test_a_workflow_within_another_takes_values_and_defaults() -> None:
    assert len(twice.compile().nodes) == 3 + 3
    assert len(twice.compile(towns=("Ulm", "Bonn")).nodes) == 3 + 5


def test_in_ordinary_python_it_is_an_ordinary_input() -> None:
    assert weather(["Rome"], 1) == 5.0
    assert twice(1) == [5.0, 4.0]


def test_what_may_happen_is_asked_for_the_values() -> None:
    assert foresee(weather, cities=["a", "b", "c"]).left.low == 4
    assert fuzz(weather, runs=3, inputs={"cities": ["a"], "day": 1}).ok


@workflow
def misled(day: int) -> float:
    cities: Any = load("Rome", day)
    return weather(cities, day)


@workflow
def mistaken(day: int) -> float:
    cities: Any = ["Rome", 3]
    return weather(cities, day)


class Forecasts(Grow):
    weather = many(weather)


@task(grows=Forecasts)
def forecast(grow: Forecasts, day: int) -> float:
    return grow.weather(["Rome"], day)


@workflow
def grown(day: int) -> float:
    return forecast(day)


@workflow
def wrongly_annotated() -> float:
    return static_task(3)


@task
def static_task(day: Static[int]) -> float:
    return day


MISTAKES: dict[str, tuple[Workflow[..., Any], dict[str, Any]]] = {
    "its Static input 'cities' must be known when it is registered: weather.compile(cities=...), "
    "or -i cities=... on the command line": (weather, {}),
    "the input 'day' is given when it runs, not to compile()": (weather, {"day": 1}),
    "has no input 'city'; did you mean 'cities'? (its Static inputs are cities, careful)": (
        weather, {"city": []},
    ),
    "input 'cities[0]': expected str, got int 3": (weather, {"cities": [3]}),
    "test_static.py:69: the input 'cities' of workflow 'weather' is Static: it must be known": (
        misled, {},
    ),
    "test_static.py:75: workflow 'weather': input 'cities[1]': expected str, got int 3": (mistaken, {}),
    "'weather' has the Static input 'cities', 'careful', and it is grown while others run": (
        grown, {},
    ),
    "task 'static_task': Static is for the inputs of workflows": (wrongly_annotated, {}),
}  # fmt: skip


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_told_with_a_cure(words: str) -> None:
    flow, given = MISTAKES[words]
    with pytest.raises(UserError) as caught:
        flow.compile(**given)
    assert words in str(caught.value)
