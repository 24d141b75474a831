"""The laws of putting edited graphs back, for drawn sources in drawn styles and drawn edits: each is a function
of the seeds from which these are drawn, and raises `AssertionError`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from random import Random

from foretell.document.model import Graph
from foretell.graph.model import Edge
from foretell_codegen.essence import same
from foretell_codegen.reading import Reading, read
from foretell_codegen.updating.align import Wiring, aligned
from foretell_codegen.updating.calls import Call
from foretell_codegen.updating.edits import Overlap, TextEdit, applied, difference, narrowed
from foretell_codegen.updating.moves import inversions, longest_increasing, order
from foretell_codegen.updating.trouble import StaleBase
from foretell_codegen.updating.update import update
from tests.codegen import scripts
from tests.codegen.styles import source

Drawn = tuple[Random, bytes, Reading]


def drawn(seeds: Iterable[int], most: int = 6) -> Iterator[Drawn]:
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


def l2_a_graph_as_it_was_read_changes_nothing(seeds: Iterable[int]) -> None:
    for _, text, reading in drawn(seeds):
        assert update(text, reading.graph) == []


def l3_what_is_read_again_is_the_edited_graph(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        wanted = scripts.edited(reading.graph, random)
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


def l4_an_edit_and_its_inverse_restore_every_byte(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        wanted = random.choice(REVERSIBLE)(reading.graph, random)
        if wanted is None or re.search(rb"\bc\d+ = ", text):
            continue  # a number that has a name is written as a number
        changed = after(text, wanted)
        order = [node.id for node in read(changed).graph.nodes]
        if b"_result = " in changed or order != [node.id for node in reading.graph.nodes]:
            continue  # a result was put into a variable, or a statement moved: as good, but not the same
        assert after(changed, reading.graph) == text


def l5_what_is_not_touched_stays_byte_for_byte_and_in_order(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
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


def l5_comments_and_line_ends_stay(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        wanted = random.choice(REVERSIBLE)(reading.graph, random) or reading.graph
        changed = after(text, wanted)
        assert changed.count(b"#") == text.count(b"#")
        assert changed.count(b"\f") == text.count(b"\f")
        assert (b"\r\n" in text) is (b"\r\n" in changed)
        assert b"\r\n" not in text or changed.count(b"\n") == changed.count(b"\r\n")


def l6_another_number_is_one_edit_of_one_expression(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
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


def l6_lines_of_an_edit_are_bounded(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        edit = random.choice(list(LINES))
        wanted = edit(reading.graph, random)
        if wanted is not None:
            added = sum(one.text.count("\n") for one in update(text, wanted))
            assert added <= LINES[edit] * 5  # a call may stand on several lines


def l12_edits_of_different_nodes_commute(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
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


def l12_a_stale_base_is_refused(seeds: Iterable[int]) -> None:
    for _, text, reading in drawn(seeds):
        base = reading.provenance.base_hash
        later = text + b"\n# later\n"
        assert _is_stale(later, reading.graph, base)
        assert _is_stale(later, replace(reading.graph, layout={"base": base}), None)
        assert update(text, reading.graph, base) == []


def _is_stale(text: bytes, graph: Graph, base: str | None) -> bool:
    try:
        update(text, graph, base)
    except StaleBase as fault:
        return "another version of this source" in str(fault)
    return False


def l3_promises_and_limits_are_put_back(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        for edit in (scripts.vow, scripts.limited, scripts.default):
            wanted = edit(reading.graph, random)
            assert wanted is not None
            assert same(read(after(text, wanted)).graph, wanted)


CALLS = (
    "f()", "f(a)", "f(a,)", "f( a , b=2 )", "f(a, (b), **{'odd-port': 1})", "f.options(retries=2)(a)",
    "f(\n    a,  # one\n    b=2,  # two\n)", "f(\n    a,  # one\n    b=2  # two\n)", "f(\r\n\ta,\r\n)",
    "f.after(x, y)(a)", "f.options(id='é').after(x)(\n    g(1),\n    b=g(2),\n)", "f.node((a))",
)  # fmt: skip


def l4_an_argument_or_option_more_and_less_restores_the_call(seeds: Iterable[int]) -> None:
    for text in CALLS:
        call = Call(text.encode(), ("a", "c"))
        more = call.with_argument("z", "9")
        assert more.text != call.text and ast.unparse(_tree(more)).endswith("z=9)")
        assert more.without_argument("z").text == call.text
        assert more.with_argument("z", "10").text == more.text.replace(b"9", b"10")
        assert ast.unparse(_tree(call.with_argument("odd port", "9"))).endswith("'odd port': 9})")
        with_link = call.with_link("options", "label=1")
        assert with_link.without_argument("label", "options").text == call.text
        for key in [one.key for one in call.parts().parens.arguments if one.key is not None]:
            less = call.without_argument(key)
            left = [one.key for one in less.parts().parens.arguments]
            assert left == [one.key for one in call.parts().parens.arguments if one.key != key]


def _tree(call: Call) -> ast.expr:
    return ast.parse(f"({call.text.decode()})", mode="eval").body


def edits_are_sorted_and_never_overlap(seeds: Iterable[int]) -> None:
    for random, text, reading in drawn(seeds):
        edits = update(text, scripts.edited(reading.graph, random))
        assert all(one.end <= other.start for one, other in pairwise(edits))


def l6_the_fewest_statements_move(seeds: Iterable[int]) -> None:
    """Compared with all orders that there are."""
    for seed in seeds:
        random = Random(seed)
        count = random.randrange(2, 6)
        ranks = random.sample(range(count), count)
        needs = {
            ranks[j]: {ranks[i] for i in range(j) if random.random() < 0.4} for j in range(count)
        }
        free = {item for item in range(count) if random.random() < 0.2}
        found, stays = order(count, needs, free)
        assert sorted(found) == list(range(count)) and not stays & free
        assert _fits(found, needs)
        kept = [item for item in found if item in stays]
        assert kept == sorted(kept)
        best = max(
            len(longest_increasing([item for item in one if item not in free]))
            for one in permutations(range(count))
            if _fits(one, needs)
        )
        assert len(stays) == best


def _fits(found: Sequence[int], needs: Mapping[int, set[int]]) -> bool:
    place = {item: at for at, item in enumerate(found)}
    return all(place[first] < place[item] for item, firsts in needs.items() for first in firsts)


def l6_a_longest_subsequence_is_found(seeds: Iterable[int]) -> None:
    for seed in seeds:
        random = Random(seed)
        items = [random.randrange(7) for _ in range(random.randrange(8))]
        found = longest_increasing(items)
        assert found == sorted(set(found))
        assert all(items[a] < items[b] for a, b in pairwise(found))
        best = max(
            size
            for size in range(len(items) + 1)
            for some in combinations(items, size)
            if all(a < b for a, b in pairwise(some))
        )
        assert len(found) == best


def edits_give_what_pieces_give(seeds: Iterable[int]) -> None:
    """Edits cut a text to pieces, and put others in their places."""
    for seed in seeds:
        random = Random(seed)
        text = "".join(random.choice("ab\néè€₭") for _ in range(random.randrange(12)))
        pieces = re.findall(".{1,3}", text, re.DOTALL)
        new = [
            random.choice(
                (piece, "", "x", "è", "₭", f"{piece}y", f"é{piece}", piece[::-1], piece[1:])
            )
            for piece in pieces
        ]
        edits, at = list[TextEdit](), 0
        for piece, instead in zip(pieces, new, strict=True):
            size = len(piece.encode())
            if instead != piece:
                edits.append(TextEdit(at, at + size, instead))
            at += size
        source, wanted = text.encode(), "".join(new).encode()
        assert applied(source, random.sample(edits, len(edits))) == wanted
        small = [one for edit in edits if (one := narrowed(source, edit)) is not None]
        assert applied(source, small) == wanted
        for one, edit in zip(small, edits, strict=True):
            assert edit.start <= one.start and one.end <= edit.end
            assert len(one.text) <= len(edit.text)
            source[one.start : one.end].decode()
            old = source[one.start : one.end].decode()
            assert not old or not one.text or (old[0] != one.text[0] and old[-1] != one.text[-1])
        if edits:
            same_place = TextEdit(edits[0].start, edits[0].end, edits[0].text)
            if same_place.start < same_place.end:
                try:
                    applied(source, [*edits, same_place])
                except Overlap as fault:
                    assert fault.first.start <= fault.second.start < fault.first.end
                else:
                    raise AssertionError("an overlap is let pass")
        assert (
            applied(b"ab", [TextEdit(1, 1, "1"), TextEdit(1, 1, "2"), TextEdit(1, 2, "")]) == b"a12"
        )


def renames_are_recovered_where_only_one_fits(seeds: Iterable[int]) -> None:
    for random, _, reading in drawn(seeds):
        graph = reading.graph
        renamed = scripts.rename(graph, random)
        al = aligned(Wiring.of(graph), Wiring.of(renamed))
        assert len(al.renamed) == 1 and not al.added and not al.removed and not al.changed
        (old, new), *_ = al.renamed.items()
        assert al.now(old) == new and old not in {node.id for node in renamed.nodes}
        grown = scripts.add(renamed, random)
        if grown is not None:
            more = aligned(Wiring.of(graph), Wiring.of(grown))
            assert len(more.renamed) + len(more.added) == 2
            assert not bool(aligned(Wiring.of(grown), Wiring.of(grown)))


def what_differs_is_found(seeds: Iterable[int]) -> None:
    """Of every edit the nodes, and no others."""
    for random, _, reading in drawn(seeds):
        graph = reading.graph
        node = random.choice(graph.nodes)
        changes = {
            "options": replace(node, options={**node.options, "timeout": 77.0}),
            "tags": replace(node, tags=(*node.tags, "new")),
            "label": replace(node, label="other"),
            "style": replace(node, style={"color": "red"}),
            "inputs": replace(node, inputs={**node.inputs, "k": 1234}),
            "task": replace(node, task="other"),
            "scope": replace(node, scope="other"),
            "slot": replace(node, slot="other"),
        }
        for changed in changes.values():
            al = aligned(Wiring.of(graph), Wiring.of(scripts.with_node(graph, changed)))
            assert al.changed == (node.id,) and not al.added and not al.removed
        first = graph.nodes[0]
        if node is not first:
            kinds = (Edge(first.id, node.id, on="fail"), Edge(first.id, node.id, "loop"))
            for more in kinds:
                wired = replace(graph, edges=(*graph.edges, more))
                al = aligned(Wiring.of(graph), Wiring.of(wired))
                assert al.changed == (node.id,)
                assert (first.id in Wiring.of(wired).needs(node.id)) is (
                    more.kind == "order" or first.id in Wiring.of(graph).needs(node.id)
                )


def a_diff_is_what_patch_takes(seeds: Iterable[int]) -> None:
    for end in ("", "\n", "\r\n"):
        said = difference(f"a\nb{end}".encode(), [TextEdit(2, 3, "é")], "x.py")
        last = end or "\n\\ No newline at end of file\n"
        assert said == f"--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n-b{last}+é{last}"
    overlapping = TextEdit(0, 3, "x"), TextEdit(1, 2, "y")
    assert "bytes 0 to 3, and 1 to 2" in str(Overlap(*overlapping))
    assert overlapping[0].span == (0, 3)


def l6_what_must_move_is_found_however_indirect(seeds: Iterable[int]) -> None:
    for seed in seeds:
        random = Random(seed)
        count = random.randrange(2, 8)
        ranks = random.sample(range(count), count)
        needs = {
            ranks[j]: {ranks[i] for i in range(j) if random.random() < 0.3} for j in range(count)
        }
        firsts = {item: set(before) for item, before in needs.items()}
        for item in ranks:
            for first in list(firsts[item]):
                firsts[item] |= firsts[first]
        wanted = {i: sorted(f for f in firsts[i] if f > i) for i in firsts}
        wanted = {item: late for item, late in wanted.items() if late}
        total = sum(map(len, wanted.values()))
        assert inversions(count, needs, total) == wanted
        assert total == 0 or inversions(count, needs, total - 1) is None
        if total:
            found, stays = order(count, needs, most=total - 1)
            assert _fits(found, needs)
            kept = [item for item in found if item in stays]
            assert kept == sorted(kept) and len(stays) >= 1
            assert not any(late in stays for item in stays for late in wanted.get(item, ()))


LAWS: dict[Callable[[Iterable[int]], None], range] = {
    l2_a_graph_as_it_was_read_changes_nothing: range(20),
    l3_what_is_read_again_is_the_edited_graph: range(100, 170),
    l4_an_edit_and_its_inverse_restore_every_byte: range(300, 350),
    l5_what_is_not_touched_stays_byte_for_byte_and_in_order: range(400, 425),
    l5_comments_and_line_ends_stay: range(500, 515),
    l6_another_number_is_one_edit_of_one_expression: range(600, 615),
    l6_lines_of_an_edit_are_bounded: range(700, 725),
    l6_the_fewest_statements_move: range(150),
    l6_a_longest_subsequence_is_found: range(100),
    l6_what_must_move_is_found_however_indirect: range(200),
    a_diff_is_what_patch_takes: range(1),
    l12_edits_of_different_nodes_commute: range(800, 810),
    l12_a_stale_base_is_refused: range(900, 903),
    l3_promises_and_limits_are_put_back: range(1_300, 1_315),
    l4_an_argument_or_option_more_and_less_restores_the_call: range(1),
    edits_are_sorted_and_never_overlap: range(1_000, 1_010),
    edits_give_what_pieces_give: range(150),
    renames_are_recovered_where_only_one_fits: range(1_100, 1_112),
    what_differs_is_found: range(1_200, 1_208),
}
"""Each law, and the seeds to which it is held by default."""
