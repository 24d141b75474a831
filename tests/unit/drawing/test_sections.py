"""Frames around nodes that were added as one use of a workflow."""

from __future__ import annotations

from foretell.horizon.model import Horizon, SeenNode
from foretell_runtime.drawing import dot, mermaid
from foretell_runtime.drawing.reading import parse
from foretell_runtime.drawing.sections import DEEPEST, homes, sections_of


def node(id_: str, scope: str = "", maker: str | None = None) -> SeenNode:
    return SeenNode(id_, "t", scope=scope, maker=maker)


TWO = (
    node("p"),
    node("p.s.a", "p.s", "p"),
    node("p.s.in.b", "p.s.in", "p"),
    node("p.s.in.c", "p.s.in", "p"),
    node("p.alone.d", "p.alone", "p"),
    node("p.e", "p", "p"),
)


def test_nodes_of_one_section_stand_in_one_frame() -> None:
    (section,) = sections_of(Horizon("h", nodes=TWO))
    assert (section.label, section.nodes) == ("p.s", ["p.s.a"])
    assert [(inner.label, inner.nodes) for inner in section.inner] == [
        ("in", ["p.s.in.b", "p.s.in.c"])
    ]


def test_a_single_box_needs_no_frame_of_its_own() -> None:
    nodes = (node("s.a", "s"), node("s.in.b", "s.in"))
    (section,) = sections_of(Horizon("h", nodes=nodes))
    assert section.nodes == ["s.a", "s.in.b"] and not section.inner


def test_what_is_registered_in_a_section_is_framed_too() -> None:
    assert homes(sections_of(Horizon("h", nodes=(node("s.a", "s"), node("s.b", "s"))))) == {
        "s.a": "s",
        "s.b": "s",
    }


def test_nodes_whose_maker_is_drawn_with_others_stand_without_a_frame() -> None:
    nodes = (node("p.s.a", "p.s", "gone"), node("p.s.b", "p.s", "gone"))
    assert sections_of(Horizon("h", nodes=nodes)) == []


def test_frames_are_nested_only_so_deep() -> None:
    scope = ".".join("s" * 100)
    nodes = (node(f"{scope}.a", scope), node(f"{scope}.b", scope))
    depth, sections = 0, sections_of(Horizon("h", nodes=nodes))
    while sections:
        depth, sections = depth + 1, sections[0].inner
    assert depth == DEEPEST


def test_in_its_frame_a_node_has_a_short_name_and_loses_nothing() -> None:
    horizon = Horizon("h", nodes=TWO)
    text = dot(horizon)
    assert 'label="in"' in text and 'label="b : t"' in text
    assert parse(text).horizon == horizon
    assert "subgraph section_p_s_in" in mermaid(horizon)
