"""Short cuts are drawn thin where a longer way is drawn, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from foretell.horizon.model import Group, Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing import dot, mermaid
from foretell_runtime.drawing.shortcuts import MOST_EDGES, short_cuts

A, B = SeenNode("a", "a"), SeenNode("b", "b")
N, M = NodeClass("a/n", "n", 1, 1, "a"), NodeClass("a/m", "m", 0, None, "a")


def will(*names: str) -> tuple[SeenEdge, ...]:
    ends = (name.split(">") for name in names)
    return tuple(SeenEdge(source, target, "will") for source, target in ends)


def drawn(*edges: SeenEdge) -> Horizon:
    return Horizon("h", nodes=(A, B), classes=(N, M), edges=edges)


def thin(*edges: SeenEdge) -> set[str]:
    return {f"{edges[i].source}>{edges[i].target}" for i in short_cuts(drawn(*edges))}


def test_what_a_longer_way_says_as_well_is_a_short_cut() -> None:
    whole = will("a>a/n", "a>a/m", "a/n>a/m", "a/n>b", "a/m>b")
    assert thin(*whole) == {"a>a/m", "a/n>b"}


def test_between_two_nodes_that_exist_only_what_surely_comes_is_a_way() -> None:
    assert thin(SeenEdge("a", "b"), *will("a>a/n", "a/n>b")) == {"a>b"}
    assert thin(SeenEdge("a", "b"), *will("a>a/m", "a/m>b")) == set()
    assert thin(SeenEdge("a", "b"), *will("a>a/n")) == set()


def test_of_alternatives_each_must_be_a_way() -> None:
    edges = (SeenEdge("a", "b"), *will("a>a/n", "a/n>b", "a>a/k", "a/k>b"))
    other = NodeClass("a/k", "k", 1, 1, "a")
    both = replace(drawn(*edges), classes=(N, other))
    for branches, expected in (((N.id,), (other.id,)), True), (((N.id, other.id), ()), False):
        either = replace(both, groups=(Group("g", branches),))
        assert (0 in short_cuts(either)) is expected


def test_a_way_that_only_may_come_is_none() -> None:
    assert thin(SeenEdge("a/n", "a/m", "may"), *will("a>a/n", "a/n>b", "a/m>b")) == set()


def test_what_leads_back_is_no_longer_way() -> None:
    circle = will("a>a/n", "a>a/m", "a/n>a/m", "a/m>a/n", "a/n>a/n")
    assert thin(*circle) == set()
    again = SeenEdge("a/m", "a", "will", kind="loop")
    assert thin(*will("a>a/n", "a/n>a/m"), again) == set()


def test_in_a_picture_that_nobody_can_follow_none_is_looked_for() -> None:
    short = (*will("a>a/n", "a/n>b", "a>a/m", "a/n>a/m"),)
    assert short_cuts(drawn(*short, *will(*["a/n>b"] * MOST_EDGES))) == frozenset()


def test_they_are_drawn_thin_and_keep_their_meaning() -> None:
    text = dot(drawn(*will("a>a/n", "a>a/m", "a/n>a/m")))
    (line,) = (line for line in text.splitlines() if "->" in line and "0.6" in line)
    assert "dashed" in line and "ft_existence=will" in line and "ft_thin" not in line
    assert "linkStyle 1 stroke:#999" in mermaid(drawn(*will("a>a/n", "a>a/m", "a/n>a/m")))
