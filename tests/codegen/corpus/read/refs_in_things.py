from dataclasses import dataclass
from typing import Any, NamedTuple
from foretell import task, workflow

@dataclass
class Box:
    of: int
    label: str = "b"

class Two(NamedTuple):
    a: int
    b: int

@task
def make(n: int) -> int: return n

@task
def take(box: Box, pairs: list[tuple[int, str]], by: dict[str, int], two: Two, any_: Any = None) -> int: return 0

@workflow
def refs_in_things(n: int) -> Box:
    a = make(n)
    b = make(1)
    t = take(Box(a), [(a, "x"), (2, "y")], {"a/b": b, "~": 3}, Two(a, b=n), any_={"deep": [a, {"x": b}]})
    return Box(of=t, label="done")
