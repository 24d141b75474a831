"""What comes from outside: as a node, in sections, and in ordinary Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from foretell import (
    Grow,
    WiringError,
    answers,
    ask,
    may,
    rehearse,
    signal,
    sleep_until,
    task,
    workflow,
)
from foretell.author import running
from foretell.control import repeat, when
from foretell.document.jsonform import loads
from foretell.graph.model import Node, Outside
from foretell_runtime import fuzz
from foretell_runtime.machine import decide
from foretell_runtime.machine import events as ev
from tests.engine import Engine


@dataclass
class Window:
    start: int
    note: str = "none"


@task
def build(commit: str) -> str:
    return f"app-{commit}"


@task
def deploy(artifact: str) -> str:
    return f"deployed {artifact}"


@task
def double(n: int) -> int:
    return 2 * n


@workflow
def release(commit: str) -> str | None:
    artifact = build(commit)
    yes = ask(bool, "Deploy this?", about=artifact)
    return when(yes, lambda: deploy(artifact))


@workflow
def approved(artifact: str) -> str | None:
    return when(ask(bool, "Deploy this?", about=artifact), lambda: deploy(artifact))


class Tools(Grow):
    approved = may(approved)


@task(grows=Tools)
def agent(grow: Tools, goal: str) -> str | None:
    return grow.approved(goal)


@workflow
def autonomous(goal: str) -> str | None:
    return agent(goal)


@workflow
def many_questions(n: int) -> list[int]:
    window = ask(Window, "When?")
    kind = ask(Literal["small", "large"], "Which?")
    file = signal("arrived", int)
    return [double(window.start), double(file), size(kind)]


@task
def size(kind: str) -> int:
    return len(kind)


@workflow
def until_good(n: int) -> int:
    return repeat(double, n, until=lambda x: ask(bool, "Good?", about=x), at_most=5)


def node_of(flow: Any, name: str) -> Node:
    graph = loads(flow.compile().to_json())
    return next(node for node in graph.nodes if node.id == name)


class Asked(Engine):
    """A run whose questions are answered as soon as it waits for them."""

    def __init__(self, flow: Any, given: dict[str, list[Any]], **inputs: Any) -> None:
        self.given = given
        self.asked: list[str] = []
        super().__init__(flow, **inputs)

    def run(self) -> Any:
        while True:
            while self.state.waits_outside:
                live = self.state.asking[0]
                wanted = self.state.wanted(live)[0]
                self.asked.append(live.id)
                value = self.given[wanted.says].pop(0)
                self._take(decide(self.state, ev.Answer(live.id, wanted.input, value, 10**6)))
            if not self._todo:
                break
            launch = self._todo.pop(0)
            if isinstance(launch, ev.Launch):
                self._perform(launch)
        return super().run()


def test_a_question_is_a_node_that_is_called_as_its_answer_is() -> None:
    yes = node_of(release, "yes")
    question = Outside("question", "/answer", "Deploy this?", {"type": "boolean"})
    assert (yes.task, yes.outside, yes.inputs) == ("ask", (question,), {})
    graph = release.compile()
    assert ("artifact", "yes") in {(edge.source, edge.target) for edge in graph.edges}
    assert graph.tasks["ask"].output == {"type": "boolean"}


def test_every_question_has_a_type_of_its_own() -> None:
    graph = many_questions.compile()
    assert [node.task for node in graph.nodes if node.outside] == ["ask", "ask#2", "signal"]
    outside = {node.id: node.outside[0] for node in graph.nodes if node.outside}
    assert outside["kind"].schema["enum"] == ["small", "large"]
    assert outside["window"].schema["required"] == ["start"]
    assert (outside["file"].kind, outside["file"].says) == ("signal", "arrived")


def test_an_answer_decides_what_is_grown() -> None:
    assert Asked(release, {"Deploy this?": [True]}, commit="a").run() == "deployed app-a"
    assert Asked(release, {"Deploy this?": [False]}, commit="a").run() is None


def test_parts_of_an_answer_are_passed_on_as_its_type_says() -> None:
    given: dict[str, list[Any]] = {"When?": [{"start": 3}], "Which?": ["large"], "arrived": [4]}
    assert Asked(many_questions, given, n=1).run() == [6, 8, 5]


def test_a_workflow_that_is_grown_may_ask() -> None:
    run = Asked(autonomous, {"Deploy this?": [True]}, goal="x")
    assert run.run() == "deployed x"
    assert run.asked == ["agent.approved.ask"]
    assert fuzz(autonomous, runs=30).ok


def test_every_round_asks_anew() -> None:
    run = Asked(until_good, {"Good?": [False, False, True]}, n=1)
    assert run.run() == 8
    assert len(set(run.asked)) == 3
    assert fuzz(until_good, runs=30).ok


def test_in_ordinary_python_answers_are_given() -> None:
    with answers({"Deploy this?": True}):
        assert release("a") == "deployed app-a"
        assert agent.fn(rehearse(Tools), "x") == "deployed x"
        with answers({"yes": False, "Deploy this?": False}):
            assert release("a") is None
        assert autonomous("b") == "deployed b"
    with answers({"window": Window(3), "kind": "large", "arrived": 4}):
        assert many_questions(1) == [6, 8, 5]
    with answers({"Good?": iter([False, True])}):
        assert until_good(1) == 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, r"nobody is there to answer 'Deploy this\?'.*with answers"),
        ({}, "there are answers to nothing"),
        ({"Deploy that?": True}, r"answers to 'Deploy that\?'; did you mean 'Deploy that\?'"),
        ({"yes": 3}, "the answer to 'Deploy this.' must be bool, not int 3"),
        ({"yes": iter([])}, "asked more often than"),
    ],
)
def test_what_is_not_answered_says_how(given: dict[str, Any] | None, words: str) -> None:
    with pytest.raises(WiringError, match=rf"test_asking\.py:\d+: .*{words}"):
        if given is None:
            release("a")
        else:
            with answers(given):
                release("a")


@task
def next_hour(start: datetime) -> datetime:
    return start + timedelta(hours=1)


@task
def told(moment: datetime, yes: bool) -> str:
    return f"{moment:%H:%M} {yes}"


@workflow
def timed(start: datetime) -> str:
    yes = ask(bool, "Go on?", within=timedelta(minutes=5), default=False)
    woken = sleep_until(next_hour(start))
    return told(woken, yes)


def test_what_nobody_answers_in_time_is_what_was_said_before() -> None:
    run = Asked(timed, {"Go on?": []}, start="2030-01-01T08:00:00Z")
    assert run.run() == "09:00 False"
    assert fuzz(timed, runs=20).ok
    start = datetime(2030, 1, 1, 8)
    assert timed(start) == "09:00 False"
    with answers({"yes": True}):
        assert timed(start) == "09:00 True"


def test_a_running_task_cannot_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_current", object())
    with pytest.raises(WiringError, match="a running task cannot wait for somebody"):
        release.fn("a")


def test_an_answer_is_a_value_that_is_not_there_yet() -> None:
    @workflow
    def branching() -> int:
        yes = ask(bool, "Go on?")
        return 1 if yes is True else 2

    with pytest.raises(WiringError, match="'yes' cannot be compared with `is True`"):
        branching.compile()

    @workflow
    def reading() -> int:
        return double(ask(Window, "When?").end)  # type: ignore[attr-defined]

    with pytest.raises(WiringError, match=r"has no field 'end'.*start, note"):
        reading.compile()

    @workflow
    def misfit() -> int:
        return double(ask(str, "When?"))  # type: ignore[arg-type]

    with pytest.raises(WiringError, match="is str, but input 'n' of task 'double' takes int"):
        misfit.compile()
