"""Either by train or by plane, never both, and nobody knows before `choose` has run.

The picture before the run shows both ways in a frame that says `exactly one`; as soon as one is
taken the other is gone.

    foretell run examples/branch.py -i seed=4
"""

from __future__ import annotations

import random

from foretell import Grow, may, one_of, task, workflow


@task
def by_train(city: str) -> str:
    return f"by train to {city}"


@task
def by_plane(city: str) -> str:
    return f"by plane to {city}"


class Ways(Grow):
    """One of two ways; `choose` decides while it runs."""

    train = may(by_train)
    plane = may(by_plane)
    shape = one_of(train, plane)


@task(grows=Ways)
def choose(grow: Ways, city: str, seed: int) -> str:
    if random.Random(seed).random() < 0.5:
        return grow.train(city)
    return grow.plane(city)


@task
def arrive(journey: str) -> str:
    return f"arrived {journey}"


@workflow
def branch(city: str = "Lisbon", seed: int = 1) -> str:
    return arrive(choose(city, seed))
