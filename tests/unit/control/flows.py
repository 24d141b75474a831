"""Workflows that decide on values which are not there yet."""

from __future__ import annotations

from dataclasses import dataclass

from foretell import Count, Grow, each, many, promise, task, workflow
from foretell.control import (
    above,
    below,
    both,
    either,
    equal,
    given,
    is_none,
    not_,
    reduce,
    repeat,
    switch,
    when,
)


@dataclass
class Order:
    item: str
    amount: int


@task
def order_of(text: str) -> Order:
    item, _, amount = text.partition(" ")
    return Order(item, int(amount or 1))


@task
def in_stock(item: str) -> bool:
    return item == "tea"


@task
def price(item: str) -> int | None:
    return {"tea": 3}.get(item)


@task
def pack(item: str, amount: int = 1) -> str:
    return f"{amount} {item}"


@task
def send(parcel: str) -> str:
    return f"sent {parcel}"


@task
def refuse(item: str) -> str:
    return f"no {item}"


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def note() -> None:
    """Returns nothing."""


@workflow
def shop(text: str = "tea 2") -> str:
    order = order_of(text)

    def deliver() -> str:
        packed = pack(order.item, order.amount)
        return send(packed)

    flag = in_stock(order.item)
    answer = when(flag, deliver, lambda: refuse(order.item))
    return send(answer)


@workflow
def perhaps(item: str = "tea") -> str | None:
    flag = in_stock(item)
    return when(flag, lambda: pack(item))


@workflow
def costs(item: str = "tea") -> int | str:
    known = price(item)
    return given(known, lambda cost: add(cost, 1), lambda: "unknown")


@workflow
def sorts(kind: str = "bug") -> str:
    return switch(
        kind,
        ("bug", lambda: refuse("bug")),
        ("a wish", lambda: send(pack("wish"))),
        ("spam", lambda: "ignored"),
    )


@workflow
def numbers(n: int = 2) -> int:
    return switch(n, (1, lambda: add(n, 10)), (2, lambda: add(n, 20)))


@workflow
def likenesses(text: str = "a b") -> str:
    """Cases that look alike once they are names."""
    return switch(
        text,
        ("a b", lambda: pack("one")),
        ("a_b", lambda: refuse("two")),
        ("a_b_2", lambda: "three"),
    )


@workflow
def nested(item: str = "tea", again: bool = True) -> str | None:
    flag = in_stock(item)
    return when(
        flag,
        lambda: when(again, lambda: send(pack(item)), lambda: pack(item)),
        lambda: given(price(item), lambda cost: pack(item, cost)),
    )


@workflow
def deliver(item: str, amount: int) -> str:
    return send(pack(item, amount))


@workflow
def by_workflow(item: str = "tea") -> str | None:
    flag = in_stock(item)
    return when(flag, lambda: deliver(item, 2))


@workflow
def unchanged(item: str = "tea") -> str:
    flag = in_stock(item)
    return when(flag, lambda: item, lambda: "nothing")


@workflow
def waits(item: str = "tea") -> str | None:
    first = note.node()
    flag = in_stock(item)
    return when(flag, lambda: pack.after(first)(item))


@workflow
def vowed(item: str = "tea") -> str | None:
    def careful() -> str:
        packed = pack(item)
        promise(Count(pack, at_most=1))
        return packed

    flag = in_stock(item)
    return when(flag, careful)


@workflow
def decided(item: str) -> str | None:
    flag = in_stock(item)
    answer = when(flag, lambda: pack(item), lambda: refuse(item))
    return when(in_stock(answer), lambda: send(item))


class Decided(Grow):
    decided = many(decided)


@task(grows=Decided)
def grow_decided(grow: Decided, items: list[str]) -> list[str | None]:
    return [grow.decided(item) for item in items]


@workflow
def grown() -> list[str | None]:
    return grow_decided(["tea", "cup"])


@task
def split(text: str) -> list[str]:
    return text.split()


@task
def sizes(text: str) -> list[int]:
    return [len(word) for word in text.split()]


@task
def join(texts: list[str]) -> str:
    return " ".join(texts)


@workflow
def packs(text: str = "tea cup pot") -> str:
    items = split(text)
    parcels = pack.map(each(items), amount=2)
    return join(parcels)


@workflow
def zips(text: str = "tea cup") -> list[str]:
    return pack.map(item=each(split(text)), amount=each(sizes(text)))


@workflow
def mixed(text: str = "tea cup") -> list[str]:
    return pack.map(each(split(text)), each([1, 2]))


@workflow
def careful(item: str, amount: int) -> str:
    flag = in_stock(item)
    packed = pack(item, amount)
    return when(flag, lambda: send(packed), lambda: refuse(item))


@workflow
def maps_a_workflow(text: str = "tea cup", amount: int = 4) -> str:
    sent = careful.map(each(split(text)), amount=amount)
    return join(sent)


@workflow
def maps_in_a_branch(text: str = "tea tea") -> list[str]:
    flag = in_stock("tea")
    return when(flag, lambda: pack.map(each(split(text))), list)


@task
def orders(text: str) -> list[Order]:
    return [Order(word, len(word)) for word in text.split()]


@task
def cost(order: Order) -> int:
    return order.amount


@workflow
def maps_records(text: str = "tea kettle") -> list[int]:
    return cost.map(each(orders(text)))


@task
def improve(text: str) -> str:
    return text + "!"


@task
def good(text: str) -> bool:
    return len(text) > 5


@task
def up_to(n: int) -> list[int]:
    return list(range(1, n + 1))


@workflow
def polished(text: str = "tea") -> str:
    better = repeat(improve, text, until=good, at_most=5)
    return send(better)


@workflow
def at_most_two(text: str = "tea") -> str:
    return repeat(improve, text, until=good, at_most=2)


@workflow
def endless(text: str = "tea") -> str:
    return repeat(lambda t: improve(improve(t)), text, until=lambda t: good(t))


@workflow
def repeats_in_each(text: str = "a bb") -> list[str]:
    return at_most_two.map(each(split(text)))


@workflow
def summed(n: int = 3) -> int:
    total = reduce(lambda so_far, k: add(so_far, add(k, k)), up_to(n), 0)
    return add(total, 1)


@workflow
def plainly(n: int = 3) -> int:
    return reduce(add, up_to(n), 10)


@workflow
def of_known_items(n: int = 3) -> int:
    return reduce(add, [1, 2], n)


@workflow
def compares(n: int = 3) -> str:
    few = below(n, 5)
    answer = when(both(few, not_(equal(n, 4))), lambda: pack("few"), lambda: pack("many"))
    return when(either(above(n, 8), is_none(answer)), lambda: send(answer), lambda: answer)
