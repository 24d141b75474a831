"""Two drawings are told apart by what one of them allows and the other does not."""

from __future__ import annotations

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.horizon.difference import compare
from foretell.horizon.model import Horizon
from foretell.promises.language import Count, Promise, Vowed
from foretell.promises.selectors import NEW
from foretell.promises.shapes import Alt, Anything, Empty, Leaf, Many, Par, Shape
from foretell_runtime.machine import horizon_of, register

WORK, MAIL = Leaf("work", "work"), Leaf("mail", "mail")


def drawn(shape: Shape, *promises: Promise, wired: bool = True, extra: str = "") -> Horizon:
    nodes = [Node("plan", "plan"), Node("end", "work")]
    if extra:
        nodes.append(Node(extra, "mail"))
    graph = Graph(
        "flow",
        tasks={
            "plan": TaskSpec("m:plan", shape),
            "work": TaskSpec("m:work", Empty()),
            "mail": TaskSpec("m:mail", Empty()),
        },
        nodes=tuple(nodes),
        edges=(Edge("plan", "end"),) if wired else (),
        promises=tuple(Vowed(promise) for promise in promises),
    )
    return horizon_of(register(graph, {}, "", 0)[0])


def told(old: Horizon, new: Horizon) -> tuple[list[str], list[str]]:
    found = compare(old, new)
    back = compare(new, old)
    assert (len(back.more), len(back.less)) == (len(found.less), len(found.more))
    return found.more, found.less


def test_a_drawing_does_not_differ_from_itself() -> None:
    for shape in (Empty(), Many(WORK), Alt((WORK, MAIL)), Anything()):
        assert not compare(drawn(shape), drawn(shape))


def test_a_new_right_is_more_and_its_loss_is_less() -> None:
    assert told(drawn(Many(WORK)), drawn(Par((Many(WORK), Many(MAIL, 0, 1))))) == (
        ["plan may grow mail (0 to 1)"],
        [],
    )


def test_wider_bounds_are_more_and_narrower_ones_less() -> None:
    assert told(drawn(Many(WORK, 1, 3)), drawn(Many(WORK, 0, 9))) == (
        [
            "plan may grow at most 9 work (before: at most 3)",
            "plan may grow as few as 0 work (before: 1)",
        ],
        [],
    )


def test_a_promise_that_narrows_is_less() -> None:
    assert told(drawn(Many(WORK)), drawn(Many(WORK), Count(NEW, max=2))) == (
        [],
        ["plan may grow at most 2 work (before: any number of)"],
    )


def test_a_sure_edge_is_less_and_its_loss_is_more() -> None:
    assert told(drawn(Empty(), wired=False), drawn(Empty())) == (
        [],
        ["end always runs after plan"],
    )


def test_a_choice_is_less_than_both() -> None:
    more, less = told(drawn(Par((WORK, MAIL))), drawn(Alt((WORK, MAIL))))
    assert not more
    assert less == ["only one of work, mail can come"]


def test_nodes_come_and_go_by_id() -> None:
    assert told(drawn(Empty()), drawn(Empty(), extra="letter")) == (["letter runs (mail)"], [])


def test_who_may_grow_anything_may_also_wire_what_exists() -> None:
    more, less = told(drawn(Empty(), extra="letter"), drawn(Anything(), extra="letter"))
    assert not less
    assert "plan may grow anything (0 or more)" in more
    assert "an edge any node -> letter may be added" in more
