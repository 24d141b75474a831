from typing import Annotated, Literal, NamedTuple, TypedDict, Union
from foretell import task, workflow

class Node(TypedDict):
    name: "str"
    kind: "Literal['a', 'b']"
    rest: "list[Inner]"

class Inner(NamedTuple):
    n: "int"
    of: "dict[str, 'float']" = {}

@task
def make(kind: "Literal['a', 'b', 3]") -> "Node": raise NotImplementedError

@task
def take(node: "Node", n: 'Union[int, "str"]' = 1, k: "Annotated[int, 'doc']" = 2) -> "Inner": raise NotImplementedError

@workflow
def quoted() -> "int":
    node = make("a")
    inner = take(node, "x")
    return inner.n
