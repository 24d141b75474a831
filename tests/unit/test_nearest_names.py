"""The name that somebody meant is found among any number of them."""

from __future__ import annotations

import pytest

from foretell.errors import nearest

MANY = [f"node_{number}" for number in range(20_000)]


@pytest.mark.parametrize("typed", ["sqare", "aquare", "squar", "squrae"])
@pytest.mark.parametrize("others", [[], MANY], ids=["few", "many"])
def test_the_nearest_name_is_offered_among_few_and_among_many(
    typed: str, others: list[str]
) -> None:
    assert nearest(typed, [*others, "square"]) == "; did you mean 'square'?"


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("total", MANY) == ""
