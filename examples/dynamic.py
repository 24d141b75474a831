"""Fully dynamic: only the first node is known, and every node may add any nodes and edges.

`explore` promises nothing (`grows=Anything`), so the picture before the run ends in an octagon,
`anything`. What comes is a random graph: each place leads to up to three more, and some paths
meet again.

    foretell run examples/dynamic.py -i seed=5
"""

from __future__ import annotations

import random
from itertools import pairwise

from foretell import Anything, task, workflow


@task(grows=Anything)
def explore(grow: Anything, seed: int, depth: int) -> int:
    """One place; answers how many paths it found from here."""
    dice = random.Random(seed)
    if depth == 0:
        return 0
    paths = dice.randint(0, 3)
    found = [grow.create(explore, dice.randrange(10**6), depth - 1) for _ in range(paths)]
    for before, after in pairwise(found):
        if dice.random() < 0.5:
            grow.connect(before, after)
    return paths


@workflow
def dynamic(seed: int = 1, depth: int = 3) -> int:
    return explore(seed, depth)
