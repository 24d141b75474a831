"""A -> M* -> B: `throw` is repeated as often as `shake` likes, also not at all.

foretell run examples/random_map.py -i seed=2
"""

from __future__ import annotations

import random

from foretell import Grow, each, many, task, workflow


@task
def throw(seed: int) -> int:
    """One die."""
    return random.Random(seed).randint(1, 6)


class Throws(Grow):
    throw = many(throw)


@task(grows=Throws)
def shake(grow: Throws, seed: int) -> list[int]:
    """Decides how many dice there are, from none to eight."""
    dice = random.Random(seed)
    return grow.throw.map(each([dice.randrange(10**6) for _ in range(dice.randint(0, 8))]))


@task
def total(eyes: list[int]) -> int:
    return sum(eyes)


@workflow
def random_map(seed: int = 1) -> int:
    return total(shake(seed))
