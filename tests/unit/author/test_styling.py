from __future__ import annotations

from typing import Any

import pytest

from foretell import Style, WiringError, promise, rehearse, workflow
from foretell.graph.model import Restyle
from foretell.promises.language import Styled
from foretell.promises.selectors import IdIs, TaskIs
from tests.unit.author.samples import Squares, plan, square, total, wild
from tests.unit.author.test_growth import Orchestrator, grow_of


@workflow
def styled(seed: int) -> int:
    numbers = plan(seed)
    promise(Style(square, "label", color=("red", "blue")), Style(numbers, color="green"))
    return total(numbers)


def test_vows_of_styles_compile_to_the_promise_language() -> None:
    first, second = styled.compile().promises
    assert first.promise == Styled(TaskIs("square"), {"label": (), "color": ("red", "blue")})
    assert first.says == "Style(square, 'label', color=('red', 'blue'))"
    assert second.promise == Styled(IdIs("numbers"), {"color": ("green",)})
    assert second.says == "Style(numbers, color='green')"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Style(square), "Style: name keys"),
        (lambda: Style(square, color=()), "color must be a text or some texts"),
        (lambda: Style(square, color=(1,)), "color must be a text or some texts"),  # type: ignore[arg-type]
        (lambda: Style(7, "color"), "Style speaks of a task, a result, a node or a tag, not of 7"),
    ],
)
def test_vows_of_styles_without_sense_are_refused(make: Any, words: str) -> None:
    with pytest.raises(WiringError) as caught:
        make()
    assert words in str(caught.value)


def test_a_running_task_styles_what_it_grew_and_itself() -> None:
    seen = Orchestrator("plan")
    grow = grow_of(plan, seen)
    node = grow.square.node(3)
    result = grow.square(4)
    grow.style(node, label="three", color="red")
    grow.style(result, color="")
    grow.style(label="")
    assert [change.styles for change in seen.changes[2:]] == [
        (Restyle(node.id, "three", {"color": "red"}),),
        (Restyle("plan.result", None, {"color": ""}),),
        (Restyle("plan", ""),),
    ]
    assert all(seen.changes)


def test_a_node_that_exists_may_be_styled_by_who_may_do_anything() -> None:
    seen = Orchestrator("wild")
    grow = grow_of(wild, seen)
    grow.style(grow.existing("far.away"), color="red")
    assert seen.changes[0].styles == (Restyle("far.away", None, {"color": "red"}),)


def test_only_nodes_are_styled_and_only_with_texts() -> None:
    grow = grow_of(plan, Orchestrator("plan"))
    with pytest.raises(WiringError, match=r"style\(\) takes nodes, not 'square'"):
        grow.style("square", color="red")
    with pytest.raises(WiringError, match="option style must be text, not 3"):
        grow.style(color=3)
    rehearse(Squares).style(color="red")
