"""The laws of putting edited graphs back, over drawn sources in drawn styles and drawn edit scripts.

Each law is held to as many seeds; `--long` takes many more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from foretell.document.model import Graph
from foretell_codegen.essence import same
from foretell_codegen.reading import Reading, read
from foretell_codegen.updating.edits import applied
from foretell_codegen.updating.trouble import StaleBase
from foretell_codegen.updating.update import update
from tests.codegen import scripts
from tests.codegen.styles import source

Drawn = tuple[Random, bytes, Reading]


def drawn(seeds: range, most: int = 6) -> Iterator[Drawn]:
    """Sources with a node at least, each with what decides what is done to it."""
    for seed in seeds:
        random = Random(seed)
        text = source(random, most)
        reading = read(text)
        assert not reading.provenance.frozen, seed
        if reading.graph.nodes:
            yield random, text, reading


def after(text: bytes, graph: Graph) -> bytes:
    return applied(text, update(text, graph))


def touched(before: Graph, now: Graph) -> set[str]:
    """The nodes of which something is different, with those that edges lead to or from."""
    old, new = {n.id: n for n in before.nodes}, {n.id: n for n in now.nodes}
    found = {node for node in {*old, *new} if old.get(node) != new.get(node)}
    for edge in set(before.edges) ^ set(now.edges):
        found |= {edge.source, edge.target}
    for hole in set(before.output.holes) ^ set(now.output.holes):
        found.add(hole.node)
    return found


def holds_touched(node: str, reading: Reading, moving: set[str]) -> bool:
    """Whether a call that is touched stands within the call of this node."""
    nodes = reading.provenance.nodes
    return any(nodes[node].call.holds(nodes[one].call) for one in moving if one in nodes)


def test_l2_a_graph_as_it_was_read_changes_nothing() -> None:
    for _, text, reading in drawn(range(60)):
        assert update(text, reading.graph) == []


def test_l3_what_is_read_again_is_the_edited_graph() -> None:
    for random, text, reading in drawn(range(100, 220)):
        wanted = scripts.edited(reading.graph, random)
        assert same(read(after(text, wanted)).graph, wanted)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 21_000, 1_000))
def test_l3_for_many_seeds(start: int) -> None:
    for random, text, reading in drawn(range(start, start + 1_000), most=9):
        wanted = scripts.edited(reading.graph, random, most=4)
        assert same(read(after(text, wanted)).graph, wanted)


def another_word(graph: Graph, random: Random) -> Graph | None:
    for node in graph.nodes:
        if node.task == "note":
            said = {**node.inputs, "text": "bye"}
            return scripts.with_node(graph, replace(node, inputs=said))
    return None


def new_option(graph: Graph, random: Random) -> Graph | None:
    node = random.choice(graph.nodes)
    return scripts.with_node(graph, replace(node, options={**node.options, "priority": 3}))


def new_label(graph: Graph, random: Random) -> Graph | None:
    node = random.choice(graph.nodes)
    return scripts.with_node(graph, replace(node, label="Other"))


REVERSIBLE: tuple[scripts.Edit, ...] = (
    scripts.constant, another_word, new_option, new_label, scripts.wire, scripts.default,
)  # fmt: skip


@pytest.mark.parametrize("edit", REVERSIBLE, ids=lambda edit: edit.__name__)
def test_l4_an_edit_and_its_inverse_restore_every_byte(edit: scripts.Edit) -> None:
    restored = 0
    for random, text, reading in drawn(range(300, 330)):
        wanted = edit(reading.graph, random)
        if wanted is None or re.search(rb"\bc\d+ = ", text):
            continue  # a number that has a name is written as a number
        changed = after(text, wanted)
        order = [node.id for node in read(changed).graph.nodes]
        if b"_result = " in changed or order != [node.id for node in reading.graph.nodes]:
            continue  # a result was put into a variable, or a statement moved: as good, but not the same
        assert after(changed, reading.graph) == text
        restored += 1
    assert restored >= 4


def test_l5_what_is_not_touched_stays_byte_for_byte_and_in_order() -> None:
    for random, text, reading in drawn(range(400, 460)):
        wanted = scripts.edited(reading.graph, random, most=1)
        changed = after(text, wanted)
        where, now = reading.provenance, read(changed).provenance
        assert changed.startswith(text[: where.workflow.start])
        assert changed.endswith(text[where.workflow.end :])
        moving = touched(reading.graph, wanted)
        kept = [
            node.id
            for node in reading.graph.nodes
            if node.id not in moving and not holds_touched(node.id, reading, moving)
        ]
        for node in kept:
            assert where.nodes[node].call.of(text) == now.nodes[node].call.of(changed)
        places = [now.nodes[node].call.end for node in kept]
        assert places == sorted(places)


def test_l5_comments_and_line_ends_stay() -> None:
    for random, text, reading in drawn(range(500, 540)):
        wanted = random.choice(REVERSIBLE)(reading.graph, random) or reading.graph
        changed = after(text, wanted)
        assert changed.count(b"#") == text.count(b"#")
        assert changed.count(b"\f") == text.count(b"\f")
        assert (b"\r\n" in text) is (b"\r\n" in changed)
        assert b"\r\n" not in text or changed.count(b"\n") == changed.count(b"\r\n")


def test_l6_another_number_is_one_edit_of_one_expression() -> None:
    for random, text, reading in drawn(range(600, 650)):
        wanted = scripts.constant(reading.graph, random)
        if wanted is not None and not same(wanted, reading.graph):
            (edit,) = update(text, wanted)
            assert len(edit.text) <= 3 and edit.end - edit.start <= 3


LINES: dict[scripts.Edit, int] = {
    scripts.option: 1, scripts.more: 2, scripts.fix: 3, scripts.limited: 1, scripts.default: 1,
    scripts.order: 4, scripts.wire: 4, scripts.rewire: 6, scripts.returned: 5, scripts.add: 5,
}  # fmt: skip
"""How many lines an edit may add at most: that of the node, and one for each result that it puts into a
variable; and what moves."""


@pytest.mark.parametrize("edit", LINES, ids=lambda edit: edit.__name__)
def test_l6_lines_of_an_edit_are_bounded(edit: scripts.Edit) -> None:
    for random, text, reading in drawn(range(700, 725)):
        wanted = edit(reading.graph, random)
        if wanted is not None:
            added = sum(one.text.count("\n") for one in update(text, wanted))
            assert added <= LINES[edit] * 5  # a call may stand on several lines


def test_l12_edits_of_different_nodes_commute() -> None:
    for random, text, reading in drawn(range(800, 840)):
        graph = reading.graph
        if len(graph.nodes) < 2:
            continue
        first, second = random.sample(range(len(graph.nodes)), 2)

        def dressed(one: Graph, at: int) -> Graph:
            node = one.nodes[at]
            options = {**node.options, "priority": at}
            return scripts.with_node(one, replace(node, label=f"of {at}", options=options))

        both = dressed(dressed(graph, first), second)
        one_way = after(after(text, dressed(graph, first)), both)
        other_way = after(after(text, dressed(graph, second)), both)
        assert one_way == other_way == after(text, both)


def test_l12_a_stale_base_is_refused() -> None:
    for _, text, reading in drawn(range(900, 905)):
        base = reading.provenance.base_hash
        later = text + b"\n# later\n"
        with pytest.raises(StaleBase, match="another version of this source"):
            update(later, reading.graph, base)
        with pytest.raises(StaleBase):
            update(later, replace(reading.graph, layout={"base": base}))
        assert update(text, reading.graph, base) == []


def test_edits_are_sorted_and_never_overlap() -> None:
    for random, text, reading in drawn(range(1_000, 1_040)):
        edits = update(text, scripts.edited(reading.graph, random))
        assert all(one.end <= other.start for one, other in pairwise(edits))
