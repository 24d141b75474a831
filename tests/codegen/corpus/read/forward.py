from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from foretell import task, workflow


@task
def grow_tree(seed: int) -> Tree:
    raise NotImplementedError


@task
def count(tree: Tree, names: Optional[list[str]] = None) -> int:
    return 0


@dataclass(frozen=True)
class Leaf:
    name: str
    weight: float = 1.0


@dataclass(frozen=True)
class Tree:
    leaf: Leaf
    more: list[Leaf] = field(default_factory=list)
    best: Leaf | None = None


@workflow
def forward(seed: int) -> int:
    tree = grow_tree(seed)
    return count(tree, names=["a", "b"])
