"""Promises that a running node might make on its way, drawn by chance.

They only ever tighten; whether one may still be made is for the machine to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from foretell.document.model import TaskSpec
from foretell.graph.model import NodeId
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    NotKept,
    OneKept,
    Promise,
    Vowed,
)
from foretell.promises.selectors import (
    NEW,
    AllOf,
    IdIs,
    MadeBy,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
    Under,
)

_GLOB = frozenset("*?[")
_PLAIN = 0.7
"""How many promises are of one kind alone."""


def random_vow(
    rng: Random, tasks: Mapping[str, TaskSpec], nodes: Sequence[NodeId], have: Mapping[str, int]
) -> Vowed:
    """A promise about some of these tasks and nodes. `have` is how many nodes of a task exist."""
    promise = _promise(rng, tasks, [node for node in nodes if not _GLOB & set(node)], have)
    return Vowed(promise, f"a promise on the way ({promise.kind})")


def _promise(
    rng: Random, tasks: Mapping[str, TaskSpec], nodes: Sequence[NodeId], have: Mapping[str, int]
) -> Promise:
    task = rng.choice(sorted(tasks))
    tags = sorted({tag for spec in tasks.values() for tag in spec.tags})
    some: list[Selector] = [TaskIs(task), NotSo(TaskIs(task)), MadeBy(TaskIs(task)), NEW]
    some += [IdIs(rng.choice(nodes)), Under(rng.choice(nodes))] if nodes else []
    some += [TagIs(rng.choice(tags))] if tags else []
    chosen, other = rng.choice(some), rng.choice(some)
    n = have.get(task, 0)
    pool: list[Promise] = [
        Count(NEW, max=rng.choice([0, 1, 3])),
        Count(TaskIs(task), max=n + rng.choice([0, 1, 2])),
        Count(TaskIs(task), min=n + rng.choice([0, 0, 1])),
        Count(AllOf((NEW, chosen)), max=rng.choice([0, 1])),
        Edges(new=True, max=rng.choice([0, 2, 5])),
        Edges(source=chosen, new=True, max=rng.choice([0, 1])),
        Edges(target=chosen, new=True, max=rng.choice([0, 1])),
        Edges(source=chosen, target=other, max=rng.choice([0, 1, 2])),
        Edges(source=chosen, target=other, min=rng.choice([0, 1])),
        Each(chosen, out=other, max=rng.choice([0, 1, 2])),
        Each(chosen, into=other, max=rng.choice([0, 1, 2])),
        Each(chosen, out=other, min=rng.choice([0, 0, 1])),
    ]
    first = rng.choice(pool)
    if rng.random() < _PLAIN:
        return first
    second = rng.choice(pool)
    ways: list[Promise] = [
        AnyKept((first, second)),
        OneKept((first, second)),
        AllKept((first, second)),
        NotKept(first),
    ]
    return rng.choice(ways)
