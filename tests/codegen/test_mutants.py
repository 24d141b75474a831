"""Of small mistakes in what edits, aligns, orders and names, nine of ten are found by the laws. A long run."""

from __future__ import annotations

import ast

import pytest

from tests.codegen.laws import (
    edits_are_sorted_and_never_overlap,
    edits_give_what_pieces_give,
    l3_what_is_read_again_is_the_edited_graph,
    l4_an_argument_or_option_more_and_less_restores_the_call,
    l6_a_longest_subsequence_is_found,
    l6_the_fewest_statements_move,
    renames_are_recovered_where_only_one_fits,
    what_differs_is_found,
)
from tests.codegen.mutating import instead, is_caught, mutants, source_of

TRIED = {
    edits_give_what_pieces_give: range(60),
    l6_a_longest_subsequence_is_found: range(60),
    l6_the_fewest_statements_move: range(60),
    what_differs_is_found: range(1_200, 1_204),
    renames_are_recovered_where_only_one_fits: range(1_100, 1_106),
    l4_an_argument_or_option_more_and_less_restores_the_call: range(1),
    edits_are_sorted_and_never_overlap: range(1_000, 1_003),
    l3_what_is_read_again_is_the_edited_graph: range(100, 125),
}
"""What is quick and finds most."""

MODULES = ("edits", "moves", "align", "numbering")


def hold() -> None:
    for law, seeds in TRIED.items():
        law(seeds)


@pytest.mark.long
@pytest.mark.parametrize("module", MODULES)
def test_of_ten_mistakes_nine_are_found(module: str) -> None:
    name = f"foretell_codegen.updating.{module}"
    tree = ast.parse(source_of(name))
    hold()
    found, missed = 0, list[str]()
    for what, make, undo in list(mutants(tree)):
        make()
        with instead(name, tree):
            caught = is_caught(hold)
        undo()
        found += caught
        missed += [] if caught else [what]
    print(f"{module}: {found} of {found + len(missed)}; missed: {missed}")
    assert found >= 9 * len(missed), missed
