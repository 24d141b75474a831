from pydantic import BaseModel, Field
from foretell import task, workflow

class Item(BaseModel):
    """One of them."""
    name: str
    price: float = Field(gt=0, description="in euros")
    tags: list[str] = Field(default_factory=list)

class Order(BaseModel):
    items: list[Item]
    note: str | None = None

@task
def price(order: Order) -> float: return 0.0

@task
def order(name: str) -> Order: raise NotImplementedError

@workflow
def models(name: str) -> float:
    made = order(name)
    first = price(made)
    second = price(Order(items=[Item(name="x", price=2)], note="n"))
    return price(made) if False else second
