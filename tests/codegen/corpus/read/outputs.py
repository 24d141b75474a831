from dataclasses import dataclass
from typing import NamedTuple, TypedDict
from foretell import task, workflow

class Pair(NamedTuple):
    left: int
    right: str = "r"

class Opts(TypedDict, total=False):
    depth: int
    name: str

@dataclass
class Point:
    x: float
    y: float = 0.0
    tags: tuple[str, ...] = ()

@task
def pair() -> Pair: return Pair(1)

@task
def opts() -> Opts: return {}

@task
def point(x: float = 1.0) -> Point: return Point(x)

@task
def three() -> tuple[int, str, Point]: raise NotImplementedError

@task
def use(a: int, b: str, c: float, p: Point = Point(1, 2, ("q",))) -> str: return b

@workflow
def outputs() -> str:
    p = pair()
    o = opts()
    where = point()
    n, s, q = three()
    first, _ = p
    last = use(p.left, o["name"], where.x)
    again = use(n, s, q.y, p=where)
    other = use(first, p[1], c=three()[2].x, p=Point(x=3.5))
    return use(o["depth"], last + "" if False else other, 0.5, q)
