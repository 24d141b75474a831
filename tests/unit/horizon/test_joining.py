"""Drawings of what may happen in one way or another, made one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from foretell.horizon.joining import Ahead, joined
from foretell.horizon.model import Bundle, Group, NodeClass, SeenEdge, SeenNode, Share


def ahead(
    classes: Iterable[NodeClass] = (),
    edges: Sequence[SeenEdge] = (),
    groups: Sequence[Group] = (),
    bundles: Sequence[Bundle] = (),
    nodes: Sequence[str] = ("g",),
) -> Ahead:
    seen = {name: SeenNode(name, "t") for name in nodes}
    return Ahead(seen, {c.id: c for c in classes}, edges, groups, bundles)


def c(name: str, low: int = 0, high: int | None = 1, maker: str = "g") -> NodeClass:
    return NodeClass(name, "t", low, high, maker)


def bounds(made: Ahead) -> dict[str, tuple[int, int | None]]:
    return {at: (drawn.min, drawn.max) for at, drawn in made.classes.items()}


def test_bounds_are_the_least_and_the_largest() -> None:
    made = joined([ahead([c("a", 1, 2), c("b", 3, 4)]), ahead([c("a", 2, None)])])
    assert bounds(made) == {"a": (1, None), "b": (0, 4)}


def test_what_one_lacks_may_go() -> None:
    edge = SeenEdge("g", "x")
    made = joined([ahead(nodes=["g", "x"], edges=[edge]), ahead()])
    assert {node.id for node in made.nodes.values() if node.may_go} == {"x"}
    assert made.edges == [edge]
    stays = joined([ahead(nodes=["g", "x"], edges=[edge]), ahead(nodes=["g", "x"])])
    assert stays.edges == [SeenEdge("g", "x", "may")]


def test_what_must_come_must_come_wherever_it_is_spoken_of() -> None:
    will = [SeenEdge("a", "b", "will")]
    both = ahead([c("a"), c("b")], will)
    assert joined([both, ahead([c("a")])]).edges == will
    assert joined([both, ahead([c("a"), c("b")])]).edges == [SeenEdge("a", "b", "may")]
    behind = ahead([c("a")], [SeenEdge("x", "a", "will")], nodes=["g", "x"])
    assert joined([behind, ahead([c("a")])]).edges == [SeenEdge("x", "a", "may")]


def test_what_excludes_each_other_does_so_in_both_or_not_at_all() -> None:
    group = Group("one", (("a",), ("b",)))
    chosen = ahead([c("a", 1), c("b", 1)], groups=[group])
    assert joined([chosen, chosen]).groups == [group]
    (or_none,) = joined([chosen, ahead()]).groups
    assert or_none.branches == (("a",), ("b",), ())
    assert bounds(joined([chosen, ahead()])) == {"a": (1, 1), "b": (1, 1)}
    free = joined([chosen, ahead([c("a", 1), c("b", 1)])])
    assert free.groups == []
    assert bounds(free) == {"a": (0, 1), "b": (0, 1)}
    fewer = ahead([c("a", 1), c("b", 1), c("d", 1)], groups=[Group("1", (("a",), ("b",), ("d",)))])
    (wider,) = joined([chosen, fewer]).groups
    assert wider.branches == (("a",), ("b",), ("d",))


def test_a_group_in_a_branch_of_another_follows_it() -> None:
    outer = Group("o", (("a", "b"), ("d",)))
    inner = Group("i", (("a",), ("b",)), within="o")
    classes = [c("a", 1), c("b", 1), c("d", 1)]
    way = ahead(classes, groups=[outer, inner])
    renamed = ahead(classes, groups=[Group("i", outer.branches), Group("o", inner.branches, "i")])
    assert joined([way, renamed]).groups == [outer, inner]
    alone = joined([way, ahead(classes, groups=[Group("x", inner.branches)])]).groups
    assert [(g.branches, g.within) for g in alone] == [((("a",), ("b",), ()), None)]


def test_how_many_each_makes_is_told_where_their_number_is_open() -> None:
    edge = SeenEdge("a", "b", "will", "structural")
    once = ahead([c("a", 1), c("b", 2, 3, "a")], [edge])
    (told,) = joined([once, ahead()]).edges
    assert told.label == "each 2..3"
    (wider,) = joined([once, ahead([c("a")])]).edges
    assert wider.label == "each 0..3"


def test_what_comes_together_in_both_does_so_whatever_it_is_called() -> None:
    classes = [c("a", 0, 4), c("b", 0, 4)]
    first = Bundle("g/many0", (Share("a", 1, 1), Share("b", 0, 1)), 1, 2, "g")
    other = Bundle("g/many3", (Share("a", 1, 1), Share("b", 1, 1)), 0, 4, "g")
    onward = SeenEdge("a", "a", "will", onward="g/many3")
    made = joined([ahead(classes, bundles=[first]), ahead(classes, [onward], bundles=[other])])
    assert made.bundles == [Bundle("g/many0", (Share("a", 1, 1), Share("b", 0, 1)), 0, 4, "g")]
    assert [edge.onward for edge in made.edges] == ["g/many0"]
    alone = joined([ahead(classes, bundles=[first]), ahead(classes)])
    assert alone.bundles == []
    assert alone.why == ("what comes together in some rounds only is not drawn",)


def test_branches_of_nodes_that_may_not_come_at_all_may_not_come_either() -> None:
    group = Group("one", (("m/a",), ("m/b",)), per="m")
    there = ahead([c("m", 1), c("m/a", 1, None, "m"), c("m/b", 0, None, "m")], groups=[group])
    made = joined([there, ahead()])
    assert bounds(made) == {"m": (0, 1), "m/a": (0, None), "m/b": (0, None)}
    assert made.groups == [group]
