"""Random runs of random workflows lie inside all their drawings, as `foretell fuzz` plays them:
any order of starts, any number at a time, wires, promises on the way, failures and crashes.
"""

from __future__ import annotations

from random import Random

import pytest

from foretell.errors import PromiseBroken
from foretell_runtime.fuzzing.campaign import fuzz_graph
from tests.laws.universe import random_graph

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("promises", [0, 1, 3])
def test_no_future_lies_outside_a_drawing_whatever_happens(promises: int) -> None:
    fuzz(range(8), promises)


@pytest.mark.long
@pytest.mark.parametrize("promises", [0, 1, 3])
@pytest.mark.parametrize("start", range(1000, 3000, 100))
def test_no_future_lies_outside_a_drawing_in_many_runs(start: int, promises: int) -> None:
    fuzz(range(start, start + 100), promises)


def fuzz(seeds: range, promises: int) -> None:
    played = stuck = 0
    for seed in seeds:
        try:
            report = fuzz_graph(random_graph(Random(seed), promises), runs=2, seed=seed, steps=15)
        except PromiseBroken:
            continue
        assert report.ok, f"seed {seed}: {report.finding}"
        played += report.runs
        stuck += len(report.stuck)
    assert played > len(seeds)
    assert stuck < played / 4
