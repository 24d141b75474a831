"""The laws of the horizon where somebody waits for failures, in universes made by chance."""

from __future__ import annotations

from random import Random

import pytest

from tests.laws.catalogue import entry_of
from tests.laws.test_exhaustive import check, prove
from tests.laws.wandering import random_universe

pytestmark = pytest.mark.proof


def test_the_laws_hold_in_universes_made_by_chance() -> None:
    tried = [entry_of(random_universe(Random(seed))) for seed in range(40)]
    books = prove(tried, limit=250)
    check(books)
    assert books.universes > 15


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 250))
def test_the_laws_hold_in_many_universes_made_by_chance(start: int) -> None:
    check(
        prove((entry_of(random_universe(Random(s))) for s in range(start, start + 250)), limit=600)
    )
