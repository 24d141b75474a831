"""The laws of putting edited graphs back: `tests/codegen/laws.py`. `--long` takes many more seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.codegen.laws import LAWS, l3_what_is_read_again_is_the_edited_graph

Law = Callable[[Iterable[int]], None]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(law: Law) -> None:
    law(LAWS[law])


@pytest.mark.long
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law_for_many_seeds(law: Law) -> None:
    law(range(10_000, 11_000))


@pytest.mark.long
@pytest.mark.parametrize("start", range(20_000, 40_000, 1_000))
def test_edited_graphs_for_many_seeds(start: int) -> None:
    l3_what_is_read_again_is_the_edited_graph(range(start, start + 1_000))
