"""Thirty mistakes that an editor of sources could well have, each found by the law that is named beside it.

The quick ones are tried always, all with `--long`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest

from tests.codegen import laws
from tests.codegen.mutating import instead, is_caught, source_of

L2 = laws.l2_a_graph_as_it_was_read_changes_nothing
L3 = laws.l3_what_is_read_again_is_the_edited_graph
L3_VOWS = laws.l3_promises_and_limits_are_put_back
L4_CALLS = laws.l4_an_argument_or_option_more_and_less_restores_the_call
L4 = laws.l4_an_edit_and_its_inverse_restore_every_byte
L5 = laws.l5_what_is_not_touched_stays_byte_for_byte_and_in_order
L5_COMMENTS = laws.l5_comments_and_line_ends_stay
L6_NUMBER = laws.l6_another_number_is_one_edit_of_one_expression
L6_LINES = laws.l6_lines_of_an_edit_are_bounded
L6_MOVES = laws.l6_the_fewest_statements_move
L6_LIS = laws.l6_a_longest_subsequence_is_found
L12_COMMUTE = laws.l12_edits_of_different_nodes_commute
L12_STALE = laws.l12_a_stale_base_is_refused
PIECES = laws.edits_give_what_pieces_give
RENAMES = laws.renames_are_recovered_where_only_one_fits
DIFFERS = laws.what_differs_is_found


class Bug(NamedTuple):
    """In `module`, `new` stands where `old` is right; `law` finds it."""

    module: str
    old: str
    new: str
    law: Callable[[Iterable[int]], None]
    quick: bool = False


BUGS = {
    "overlaps let pass": Bug("edits", "second.start < first.end", "False", PIECES, True),
    "half of a character": Bug(
        "edits", "text[at] & 0xC0 == 0x80", "text[at] & 0xC0 == 0xC0", PIECES, True
    ),
    "edits in the order in which they were made": Bug(
        "edits", "sorted(edits, key=lambda edit: (edit.start, edit.end))", "list(edits)", PIECES, True
    ),
    "an increasing subsequence that is not the longest": Bug(
        "moves", "bisect_left(tails, item)", "min(1, bisect_left(tails, item))", L6_LIS, True
    ),
    "equal items counted as increasing": Bug(
        "moves", "length = bisect_left(tails, item)", "length = bisect_left(tails, item + 0.5)", L6_LIS, True
    ),
    "moves that are not the fewest": Bug("moves", "_augment(begin, pairs, match)", "pass", L6_MOVES, True),
    "what is free held in its place": Bug(
        "moves", "- _cover(bound) - free", "- _cover(bound)", L6_MOVES, True
    ),
    "late ones that come by others forgotten": Bug(
        "moves", "for late in found.get(other, ()) if late > item", "for late in () if late > item",
        L6_MOVES, True,
    ),
    "options not compared": Bug("align", "or dress(one) != dress(other)", "", DIFFERS, True),
    "loops not compared": Bug(
        "align", "or loops(old, before, renamed) != loops(new, now)", "", DIFFERS, True
    ),
    "loops taken for order": Bug("align", 'if edge.kind != "loop"}', "}", DIFFERS, True),
    "renames not recovered": Bug("align", "if not fitting:", "if True:", RENAMES, True),
    "a renamed node's users not compared by its new name": Bug(
        "align", "or ports(old, before, renamed) != ports(new, now)",
        "or ports(old, before) != ports(new, now)", RENAMES, True,
    ),
    "a variable renamed where it is made only": Bug(
        "planning", "            if isinstance(part, ast.Name) and part.id == variable:",
        "            if isinstance(part, ast.Name) and part.id == variable and not isinstance(part.ctx, ast.Load):",
        L3,
    ),
    "a result wanted twice, and made twice": Bug(
        "planning", "len(uses) == 1 and uses[0] is not None", "uses[0] is not None", L3
    ),
    "calls lost with the expression around them": Bug(
        "planning", "dict.fromkeys([*desk.wanted, *lost])", "dict.fromkeys([*desk.wanted])", L3
    ),
    "ids left to their numbers": Bug("numbering", "if names.fresh(base) != node and base != node", "if False", L3),
    "all written anew for one value": Bug(
        "trees", "    parts = list(_parts(written, old, new))", "    parts = []", L6_NUMBER, True
    ),
    "quotes of one's own": Bug("saying", 'old[:1] == b"\'"', "False", L4),
    "an option left empty": Bug(
        "calls", "if word and len(again.arguments) == 1:", "if False:", L4
    ),
    "comments of others taken along": Bug("body", "        head = above", "        head = floor", L3),
    "line ends of another system": Bug(
        "body", "return newline_at(self.source, line_end(self.source, start)) or", "return", L5_COMMENTS
    ),
    "a statement moved without its edits": Bug(
        "assembling", "for e in item.splices]\n        text = applied", "for e in ()]\n        text = applied",
        L3,
    ),
    "a stale base let pass": Bug(
        "update", "if base is not None and base != hash_of(where.source):", "if False:", L12_STALE, True
    ),
    "the base that the graph names not looked at": Bug(
        "update", "base_hash or base_of(graph)", "base_hash", L12_STALE, True
    ),
    "one edit undone by the next": Bug(
        "changes", "[*gone, *((\"option\", name) for name in now if was.get(name, MISSING) != now[name])]",
        "gone", L12_COMMUTE,
    ),
    "an edit where nothing is different": Bug(
        "planning",
        "if not desk.al and same_vows(graph, target) and _frame(graph) == _frame(target):\n            return [], False",
        "if False:\n            return [], False\n        desk.sequence.old[0].instead = '0'", L2, True,
    ),
    "what comes before never taken out": Bug("saying", "(was - now) | idle)", "idle)", L3),
    "commas doubled": Bug(
        "calls", 'comma = b"" if last.comma is not None else b","', 'comma = b","', L4_CALLS, True
    ),
    "arguments by position left without names": Bug(
        "calls", "for one in reversed(later):", "for one in ():", L4_CALLS, True
    ),
    "bytes written in another encoding": Bug(
        "edits", "parts += (source[at : edit.start], edit.text.encode())",
        'parts += (source[at : edit.start], edit.text.encode("latin-1", "replace"))', PIECES, True,
    ),
    "limits never taken out": Bug(
        "vows", "            item.gone = True\n    for limit in more:",
        "            pass\n    for limit in more:", L3_VOWS,
    ),
    "promises put twice": Bug("vows", "text = saying.vow(more.pop(0).promise) if more else None",
        "text = saying.vow(more[0].promise) if more else None", L3_VOWS),
    "defaults of inputs not put back": Bug("signature", "if dict(old) == dict(new):", "if True:", L3_VOWS),
}  # fmt: skip


def mended(bug: Bug) -> ast.Module:
    source = source_of(f"foretell_codegen.updating.{bug.module}")
    assert source.count(bug.old) == 1, (bug.module, bug.old, source.count(bug.old))
    return ast.parse(source.replace(bug.old, bug.new))


def tried(bug: Bug) -> bool:
    with instead(f"foretell_codegen.updating.{bug.module}", mended(bug)):
        usual = laws.LAWS[bug.law]
        more = range(usual.start, usual.start + 4 * len(usual))
        return is_caught(lambda: bug.law(usual if bug.quick else more), 60)


@pytest.mark.parametrize("name", [name for name, bug in BUGS.items() if bug.quick])
def test_a_quick_one_is_found_by_its_law(name: str) -> None:
    assert tried(BUGS[name])


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, bug in BUGS.items() if not bug.quick])
def test_each_other_one_is_found_by_its_law(name: str) -> None:
    assert tried(BUGS[name])


def test_there_are_thirty_of_them_and_all_can_be_made() -> None:
    assert len(BUGS) >= 30
    for bug in BUGS.values():
        mended(bug)
