from typing import NamedTuple, TypedDict
from foretell import task, workflow

Odd = TypedDict("Odd", {"a b": int, "class": list[str]}, total=False)
Two = NamedTuple("Two", [("left", int), ("right", str)])

@task
def make(n: int) -> Odd: raise NotImplementedError

@task
def take(n: int, odd: Odd, two: Two = Two(1, "r")) -> Two: return two

@workflow
def called_types(n: int) -> Two:
    odd = make(n)
    return take(odd["a b"], odd, two=Two(left=2, right="q"))
