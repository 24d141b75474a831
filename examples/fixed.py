"""Always the same: gather -> (smallest, largest) -> spread.

No task says that it may grow anything, so none may: the picture before the run is the picture
after it, but for the colours.

    foretell run examples/fixed.py -i seed=3
"""

from __future__ import annotations

import random

from foretell import task, workflow


@task
def gather(seed: int) -> list[int]:
    """Ten numbers below a hundred, the same for the same seed."""
    dice = random.Random(seed)
    return [dice.randrange(100) for _ in range(10)]


@task
def smallest(numbers: list[int]) -> int:
    return min(numbers)


@task
def largest(numbers: list[int]) -> int:
    return max(numbers)


@task
def spread(low: int, high: int) -> int:
    return high - low


@workflow
def fixed(seed: int = 1) -> int:
    numbers = gather(seed)
    low = smallest(numbers)
    high = largest(numbers)
    return spread(low, high)
