"""The laws of the horizon where somebody waits for failures, or loops come round, in universes made
by chance; and on long walks, that what is kept up from event to event is what the journal says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest

from foretell_runtime.machine import State, horizon_of, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.keeping import KeptHorizon
from tests.laws.catalogue import entry_of
from tests.laws.test_exhaustive import check, prove
from tests.laws.test_graph_laws import (
    check_ends,
    check_ledger,
    check_order,
    check_structure,
    picture,
    walks,
)
from tests.laws.wandering import random_looping_universe, random_universe

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


def test_the_laws_hold_of_loops_in_universes_made_by_chance() -> None:
    tried = [
        entry_of(random_looping_universe(Random(seed)))
        for seed in (*range(10), 26, 1110, 4012, 6014, 6070)
    ]
    books = prove(tried, limit=250)
    check(books)
    assert books.universes > 6


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 7_000, 100))
def test_the_laws_hold_of_loops_in_many_universes_made_by_chance(start: int) -> None:
    tried = (entry_of(random_looping_universe(Random(s))) for s in range(start, start + 100))
    check(prove(tried, limit=600))


def test_walks_with_rounds_failures_and_retired_nodes_are_what_their_journal_says() -> None:
    met = walk_with_loops(0, 90)
    assert met["re-armed"] > 30
    assert min(met["failed"], met["retired"], met["interrupted"]) > 10


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 5_000, 100))
def test_many_walks_with_rounds_are_what_their_journal_says(start: int) -> None:
    assert walk_with_loops(start, 100)["re-armed"] > 20


@pytest.mark.parametrize("loops", [False, True])
def test_a_horizon_that_is_kept_is_the_one_drawn_anew(loops: bool) -> None:
    met = walk_with_a_kept_horizon(0, 40, loops=loops)
    assert met["in part"] > 60
    assert met["in part"] < met["drawn"]


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 21_000, 1_000))
def test_horizons_that_are_kept_on_many_walks_are_those_drawn_anew(start: int) -> None:
    assert walk_with_a_kept_horizon(start, 1_000, loops=start % 2_000 == 0)["in part"] > 3_000


@pytest.mark.parametrize("fact", [ev.Started, ev.Changed, ev.Finished, ev.Failed])
def test_a_kept_horizon_that_forgets_a_fact_is_found_out(
    fact: type[ev.Fact], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = KeptHorizon.note

    def forgetful(self: KeptHorizon, state: State, facts: Iterable[ev.Fact]) -> None:
        note(self, state, [one for one in facts if not isinstance(one, fact)])

    monkeypatch.setattr(KeptHorizon, "note", forgetful)
    with pytest.raises(AssertionError, match="drawn anew"):
        walk_with_a_kept_horizon(0, 40, loops=False)


def walk_with_a_kept_horizon(start: int, count: int, *, loops: bool) -> Counter[str]:
    """T6 for the horizon itself. Returns how often it was drawn, and how often only in part."""
    met: Counter[str] = Counter()
    for seed, walk in enumerate(walks(start, count, loops=loops), start):
        rng, kept = Random(seed), KeptHorizon(walk.state)
        while walk.state.status == "running" and len(walk.facts) < 100:
            before = len(walk.facts)
            walk.happen(walk.random_happening(mischief=0.1))
            kept.note(walk.state, walk.facts[before:])
            if rng.random() < 0.7:  # else what happens next is noted with it
                met.update(["drawn"] if kept.takes_all_anew else ["drawn", "in part"])
                assert kept.now() == horizon_of(walk.state), "is not the one drawn anew"
    return met


def walk_with_loops(start: int, count: int) -> Counter[str]:
    """T6, and the laws of the graph, at every step. Returns how often which facts were met."""
    met: Counter[str] = Counter()
    for walk in walks(start, count, loops=True):
        for step in range(60):
            walk.happen(walk.random_happening(mischief=0.1))
            check_order(walk.state.judge)
            check_structure(walk.state.judge)
            check_ends(walk.state.judge)
            check_ledger(walk.state)
            if step % 10 == 9 or walk.state.status != "running":
                again = replay(walk.facts)
                assert picture(again) == picture(walk.state)
                assert horizon_of(again) == horizon_of(walk.state)
            if walk.state.status != "running":
                break
        met.update(fact.kind for fact in walk.facts)
    return met
