from dataclasses import dataclass
from typing import Generic, TypeVar
from foretell import task, workflow

T = TypeVar("T")

@dataclass
class Box(Generic[T]):
    of: T
    n: int = 0

@task
def box(n: int) -> Box[int]: raise NotImplementedError

@task
def open_it(b: Box[int], k: int) -> int: return k

@workflow
def generics(n: int) -> int:
    b = box(n)
    return open_it(b, k=b.of)
