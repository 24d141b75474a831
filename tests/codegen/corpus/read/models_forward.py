from __future__ import annotations
from typing import Annotated, Optional
import pydantic
from pydantic import Field, field_validator
from foretell import task, workflow

class Tree(pydantic.BaseModel, frozen=True):
    name: str
    children: list[Tree] = []
    best: Leaf | None = None
    quoted: "Optional[Leaf]" = None

class Leaf(pydantic.BaseModel):
    n: Annotated[int, Field(ge=0)]
    model_config = pydantic.ConfigDict(extra="forbid")

    @field_validator("n")
    @classmethod
    def whole(cls, value: int) -> int:
        if value == 13:
            raise ValueError("no")
        return value

@task
def plant(leaf: Leaf) -> Tree: raise NotImplementedError

@workflow
def models_forward(n: int = 3) -> Tree:
    return plant(Leaf(n=4))
