"""fallback: what is done if what was tried first fails, in plain Python and while a workflow runs."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import (
    Grow,
    PromiseBroken,
    WiringError,
    Workflow,
    each,
    many,
    or_else,
    task,
    workflow,
)
from foretell.control import fallback, when
from tests.engine import Engine


@task
def fetch(site: str) -> str:
    if "down" in site:
        raise ConnectionError(f"{site} is down")
    return f"page of {site}"


@task
def title(page: str) -> str:
    return page.upper()


@task
def nothing(site: str) -> None:
    fetch(site)


@task
def is_short(text: str) -> bool:
    return len(text) < 9


@task
def tell(text: str | None) -> str:
    return f"told: {text}"


@workflow
def one_or_other(site: str, mirror: str = "mirror") -> str:
    page = fallback(lambda: title(fetch(site)), lambda: fetch(mirror))
    return tell(page)


@workflow
def last_is_known(site: str, mirror: str = "down too") -> str:
    return tell(fallback(lambda: fetch(site), lambda: fetch(mirror), lambda: "no page"))


@workflow
def gives_nothing(site: str) -> str:
    return tell(fallback(lambda: nothing(site), lambda: "instead"))


@workflow
def decides_within(site: str, mirror: str = "mirror") -> str:
    page = fallback(
        lambda: when(is_short(site), lambda: fetch(site), lambda: fetch(mirror)),
        lambda: title(mirror),
    )
    return tell(page)


@workflow
def maps_within(site: str) -> str:
    def pages() -> list[str]:
        return fetch.map(each([site, "other"]))

    page = fallback(lambda: joined(pages()), lambda: "one was down")
    return tell(page)


@task
def joined(pages: list[str]) -> str:
    return " ".join(pages)


RUNS: list[tuple[Any, dict[str, str], list[str]]] = [
    (one_or_other, {"site": "a"}, ["page_try.first.fetch", "page_try.first.title"]),
    (
        one_or_other,
        {"site": "down"},
        ["page_try.first.fetch", "page_try.first.title", "page_try_2.second.fetch"],
    ),
    (last_is_known, {"site": "a"}, ["fallback_try.first.fetch"]),
    (
        last_is_known,
        {"site": "down"},
        ["fallback_try.first.fetch", "fallback_try_2.second.fetch"],
    ),
    (gives_nothing, {"site": "a"}, ["fallback_try.first.nothing"]),
    (gives_nothing, {"site": "down"}, ["fallback_try.first.nothing"]),
    (
        decides_within,
        {"site": "down"},
        ["page_try.first.is_short", "page_try.first.when", "page_try.first.when.then.fetch",
         "page_try_2.second.title"],
    ),
    (
        maps_within,
        {"site": "down"},
        ["page_try.first.fetch", "page_try.first.fetch_2", "page_try.first.joined"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("flow", "inputs", "came"), RUNS)
def test_it_comes_to_what_try_and_except_do(flow: Any, inputs: Any, came: list[str]) -> None:
    engine = Engine(flow, **inputs)
    registered = len(engine.graph.nodes)
    assert engine.run() == flow(**inputs)
    assert engine.ids[registered:] == came
    assert all(horizon.exact for horizon in engine.horizons)


def test_what_comes_first_surely_comes_and_what_follows_only_if_it_fails() -> None:
    horizon = Engine(one_or_other, site="a").horizons[0]
    (second,) = [one for one in horizon.classes if one.maker == "page_try_2"]
    assert (second.task, second.min, second.max) == ("fetch", 0, 1)
    waits = {(e.source, e.target): e.on for e in horizon.edges if e.existence == "exists"}
    assert waits["page_try", "page_try_2"] == "fail"
    assert waits["page_try", "page"] == waits["page_try_2", "page"] == "any"


def test_after_the_first_has_ended_well_the_second_can_no_longer_come() -> None:
    engine = Engine(one_or_other, site="a")
    engine.run()
    ruled_out = next(
        i for i, fact in enumerate(engine.facts) if "page_try_2" in getattr(fact, "nodes", ())
    )
    (horizon,) = [h for h in engine.horizons if h.event > ruled_out][:1]
    assert not [one for one in horizon.classes if one.maker == "page_try_2"]


def failed(flow: Workflow[..., Any], **inputs: str) -> str:
    engine = Engine(flow, **inputs)
    with pytest.raises(ConnectionError):
        engine.run()
    ended = engine.facts[-1]
    assert getattr(ended, "status", "") == "failed"
    return str(getattr(ended, "error", ""))


def test_where_all_fail_the_run_fails_with_all_reasons() -> None:
    error = failed(one_or_other, site="down", mirror="down too")
    assert "first: page_try.first.fetch: down is down" in error
    assert "second: page_try_2.second.fetch: down too is down" in error


def test_in_plain_python_the_last_error_is_raised_and_knows_the_one_before() -> None:
    with pytest.raises(ConnectionError, match="down too is down") as caught:
        one_or_other("down", "down too")
    assert "down is down" in str(caught.value.__context__)


@workflow
def behind_a_failure(site: str) -> str:
    found = fetch(site)
    page = fallback(lambda: title(found), lambda: "instead")
    return tell(or_else(page, None))


def test_what_fails_around_it_is_not_made_good_by_it() -> None:
    engine = Engine(behind_a_failure, site="down")
    with pytest.raises(ConnectionError):
        engine.run()
    ended = {live.id: live.status.value for live in engine.state.judge.graph.nodes.values()}
    assert ended["page_try"] == ended["page_try_2"] == ended["page"] == "ruled_out"


@workflow
def waits_for_other(site: str, mirror: str) -> str:
    other = fetch(mirror)
    page = fallback(lambda: fetch(site), lambda: title(other))
    return tell.after(other, on="any")(page)


def test_what_the_second_uses_is_asked_for_only_where_it_is_needed() -> None:
    assert Engine(waits_for_other, site="a", mirror="down").run() == "told: page of a"
    error = failed(waits_for_other, site="down", mirror="down too")
    assert "second: could not run" in error


def test_a_mistake_in_the_workflow_is_no_failure() -> None:
    def wrong() -> int:
        raise WiringError("a mistake")

    def broken() -> int:
        raise PromiseBroken("broken")

    for way, error in ((wrong, WiringError), (broken, PromiseBroken)):
        with pytest.raises(error):
            fallback(way, lambda: 3)


def test_there_must_be_something_to_fall_back_on() -> None:
    with pytest.raises(WiringError, match="what is done if that fails"):
        fallback(lambda: 3)


class Fetches(Grow):
    fetch = many(fetch)


@task(grows=Fetches)
def falls_back_itself(grow: Fetches, site: str) -> str:
    return fallback(lambda: grow.fetch(site), lambda: "instead")


@workflow
def in_a_running_task(site: str) -> str:
    return falls_back_itself(site)


def test_in_a_running_task_it_is_refused_of_what_is_not_there_yet() -> None:
    with pytest.raises(WiringError, match="in a running task nothing waits for a failure"):
        Engine(in_a_running_task, site="a").run()


def test_in_a_branch_it_is_refused_with_the_way_out() -> None:
    @workflow
    def flow(site: str) -> str | None:
        return when(is_short(site), lambda: fallback(lambda: fetch(site), lambda: "instead"))

    with pytest.raises(
        WiringError, match="what follows a failure is said in the workflow that is run"
    ):
        flow.compile()
