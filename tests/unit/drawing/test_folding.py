"""Folding keeps a picture readable and hides neither a future nor a failure."""

from __future__ import annotations

from foretell.horizon.model import Group, Horizon, NodeClass, NodeStatus, SeenEdge, SeenNode
from foretell_runtime.drawing import dot, mermaid, picture_of
from foretell_runtime.drawing.folding import FOLD, MOST_BOXES, MOST_EDGES


def fan(done: int = 0, running: int = 0, failed: int = 0) -> Horizon:
    """`plan -> item* -> total` with so many items of each status."""
    statuses: dict[NodeStatus, int] = {"done": done, "running": running, "failed": failed}
    items = tuple(
        SeenNode(f"plan.{status}_{number}", "item", status, maker="plan")
        for status, count in statuses.items()
        for number in range(count)
    )
    return Horizon(
        "fan",
        nodes=(SeenNode("plan", "plan", "done"), *items, SeenNode("total", "total")),
        edges=(
            *(SeenEdge("plan", item.id) for item in items),
            *(SeenEdge(item.id, "total") for item in items),
        ),
    )


def chain(length: int) -> Horizon:
    return Horizon(
        "chain",
        nodes=tuple(SeenNode(f"s{i}", "step") for i in range(length)),
        edges=tuple(SeenEdge(f"s{i}", f"s{i + 1}") for i in range(length - 1)),
    )


def test_a_few_alike_nodes_are_drawn_one_by_one() -> None:
    horizon = fan(done=FOLD)
    assert picture_of(horizon).horizon == horizon


def test_more_become_one_stack_with_counts_by_status() -> None:
    horizon = fan(done=310, running=2)
    picture = picture_of(horizon)
    assert picture.stacks == {"plan.item[*]": (("done", 310), ("running", 2))}
    assert [node.id for node in picture.horizon.nodes] == ["plan", "plan.item[*]", "total"]
    assert "item ×312\\n✓310 ▶2" in dot(horizon)
    assert "item ×312<br/>✓310 ▶2" in mermaid(horizon)


def test_a_stack_looks_as_its_most_urgent_node() -> None:
    horizon = fan(done=20, running=1, failed=1)
    picture = picture_of(horizon)
    assert picture.horizon.nodes[1].status == "failed"
    assert "✓20 ▶1 ✗1" in dot(horizon)


def test_no_fold_draws_every_node() -> None:
    horizon = fan(done=40)
    assert picture_of(horizon, fold=None).horizon == horizon


def test_edges_into_a_stack_are_counted() -> None:
    picture = picture_of(fan(done=40))
    assert len(picture.horizon.edges) == 2
    assert picture.times == {0: 40, 1: 40}


def test_what_lies_in_a_row_is_no_fan() -> None:
    horizon = chain(MOST_BOXES)
    assert picture_of(horizon).horizon == horizon


def test_a_row_too_long_to_read_becomes_one_stack() -> None:
    picture = picture_of(chain(MOST_BOXES + 1))
    assert picture.stacks == {"step[*]": (("waiting", MOST_BOXES + 1),)}


def test_pairs_fold_into_two_stacks_in_their_order() -> None:
    ns = tuple(SeenNode(f"p.n_{i}", "n", maker="p") for i in range(30))
    ms = tuple(SeenNode(f"p.m_{i}", "m", maker="p") for i in range(30))
    wires = tuple(SeenEdge(n.id, m.id) for n, m in zip(ns, ms, strict=True))
    picture = picture_of(Horizon("pairs", nodes=(SeenNode("p", "p"), *ns, *ms), edges=wires))
    assert [(e.source, e.target) for e in picture.horizon.edges] == [("p.n[*]", "p.m[*]")]


def test_a_recursion_ten_thousand_deep_is_one_stack() -> None:
    nodes = [SeenNode("r0", "r")]
    nodes += [SeenNode(f"r{i}", "r", maker=f"r{i - 1}") for i in range(1, 10_000)]
    edges = tuple(SeenEdge(f"r{i}", f"r{i + 1}") for i in range(9_999))
    picture = picture_of(Horizon("deep", nodes=tuple(nodes), edges=edges))
    assert picture.stacks == {"r[*]": (("waiting", 10_000),)}


def test_what_grew_under_a_stack_is_a_stack_of_its_own() -> None:
    makers = tuple(SeenNode(f"g{i}", "grower") for i in range(20))
    grown = tuple(SeenNode(f"g{i}.leaf", "leaf", maker=f"g{i}") for i in range(20))
    edges = tuple(SeenEdge(f"g{i}", f"g{i}.leaf") for i in range(20))
    picture = picture_of(Horizon("two", nodes=makers + grown, edges=edges))
    assert {name: counts[0][1] for name, counts in picture.stacks.items()} == {
        "grower[*]": 20,
        "grower[*].leaf[*]": 20,
    }
    assert picture.horizon.nodes[1].maker == "grower[*]"


def growers(count: int, **bounds: int) -> Horizon:
    return Horizon(
        "growers",
        nodes=tuple(SeenNode(f"g{i}", "grower") for i in range(count)),
        classes=tuple(
            NodeClass(f"g{i}/leaf", "leaf", 0, bounds.get(f"g{i}", 5), f"g{i}")
            for i in range(count)
        ),
        edges=tuple(SeenEdge(f"g{i}", f"g{i}/leaf", "will") for i in range(count)),
    )


def test_classes_merge_with_the_nodes_that_make_them() -> None:
    picture = picture_of(growers(30))
    assert picture.copies == {"grower[*].leaf[*]": 30}
    assert "leaf\\n×0..5\\nfor each of 30" in dot(growers(30))


def test_a_class_with_other_bounds_stays_visible() -> None:
    picture = picture_of(growers(30, g7=1))
    assert [(c.max, picture.copies.get(c.id, 1)) for c in picture.horizon.classes] == [
        (5, 29),
        (1, 1),
    ]


def test_the_last_open_maker_in_a_stack_keeps_its_class() -> None:
    horizon = fan(done=30)
    future = NodeClass("plan.done_3/x", "x", 1, 1, "plan.done_3")
    picture = picture_of(Horizon("one", nodes=horizon.nodes, classes=(future,)))
    (drawn,) = picture.horizon.classes
    assert (drawn.id, drawn.maker, drawn.min) == ("plan.done_3/x", "plan.item[*]", 1)


def test_two_places_of_one_maker_stay_two() -> None:
    nodes = tuple(SeenNode(f"g{i}", "grower") for i in range(30))
    classes = tuple(
        NodeClass(f"g{i}/{slot}", "leaf", 0, 1, f"g{i}") for i in range(30) for slot in "ab"
    )
    groups = tuple(Group(f"g{i}", ((f"g{i}/a",), (f"g{i}/b",))) for i in range(30))
    picture = picture_of(Horizon("places", nodes=nodes, classes=classes, groups=groups))
    assert len(picture.horizon.classes) == 2
    (group,) = picture.horizon.groups
    assert group.branches == (("grower[*].leaf[*]",), ("grower[*].leaf[*2]",))


def test_a_stack_takes_no_id_that_is_taken() -> None:
    horizon = fan(done=20)
    taken = SeenNode("plan.item[*]", "other")
    picture = picture_of(Horizon("taken", nodes=(*horizon.nodes, taken)))
    assert set(picture.stacks) == {"plan.item[*2]"}


def test_what_no_folding_can_order_becomes_small_all_the_same() -> None:
    nodes = tuple(SeenNode(f"s{i}", f"t{i}") for i in range(2_000))
    edges = tuple(SeenEdge(f"s{i}", f"s{i + 1}") for i in range(1_999))
    picture = picture_of(Horizon("all different", nodes=nodes, edges=edges))
    assert len(picture.horizon.nodes) <= MOST_BOXES and len(picture.horizon.edges) <= MOST_EDGES
    assert sum(n for counts in picture.stacks.values() for _, n in counts) == 2_000


def test_what_is_not_drawn_is_said() -> None:
    nodes = (SeenNode("a", "a", "failed"), SeenNode("b", "b", "ruled_out"))
    horizon = Horizon("gone", nodes=nodes, edges=(SeenEdge("a", "b"),))
    assert "not drawn: 1 ruled out" in dot(horizon)
    assert '"b"' not in dot(horizon)
    assert "⊘ b" in dot(horizon, ruled_out=True)


def test_the_open_ends_of_a_stack_are_those_of_its_nodes() -> None:
    nodes = tuple(SeenNode(f"n{i}", "n", in_open=("*", f"c{i % 2}")) for i in range(20))
    (stack,) = picture_of(Horizon("open", nodes=nodes)).horizon.nodes
    assert stack.in_open == ("*", "c0", "c1")
