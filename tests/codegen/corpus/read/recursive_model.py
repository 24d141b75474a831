from __future__ import annotations
from dataclasses import dataclass
from foretell import task, workflow

@dataclass
class Tree:
    name: str
    children: list[Tree]

@task
def plant() -> Tree: raise NotImplementedError

@task
def depth(tree: Tree) -> int: return 1

@workflow
def recursive_model() -> int:
    tree = plant()
    return depth(tree)
