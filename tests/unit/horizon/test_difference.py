"""Two drawings are told apart by what one of them allows and the other does not."""

from __future__ import annotations

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.horizon.difference import compare
from foretell.horizon.model import Horizon
from foretell.promises.language import Count, Promise, Vowed
from foretell.promises.selectors import NEW
from foretell.promises.shapes import Alt, Anything, Empty, Leaf, Many, Par, Seq, Shape
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


def test_what_comes_together_is_told() -> None:
    apart = Par((Many(WORK), Many(MAIL)))
    pairs = Many(Seq((WORK, MAIL)))
    assert "mail and work can come only together" in told(drawn(apart), drawn(pairs))[1]
    assert "mail and work need not come together" in told(drawn(pairs), drawn(apart))[0]


def test_how_much_comes_together_is_told() -> None:
    few = Many(Seq((WORK, Many(MAIL, 0, 2))), 0, 3)
    more = Many(Seq((WORK, Many(MAIL, 1, 3))), 0, 5)
    gained, lost = told(drawn(few), drawn(more))
    assert "0 to 5 of mail and work together (before: 0 to 3)" in gained
    assert "1 to 3 mail in each of mail and work together (before: 0 to 2)" in gained
    assert "only 1 to 3 mail in each of mail and work together (before: 0 to 2)" in lost
