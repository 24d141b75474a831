"""8, Multi-merge: what follows a branch runs once for each branch, and waits for no other."""

from __future__ import annotations

from foretell import Grow, each, many, seq, task, workflow


@task
def taste(dish: str) -> str:
    return f"{dish} tasted"


@task
def note(opinion: str) -> str:
    return f"noted: {opinion}"


class Tasting(Grow):
    taste, note = many(taste), many(note)
    shape = many(seq(taste, note))


@task(grows=Tasting)
def judge(grow: Tasting, dishes: list[str]) -> list[str]:
    return grow.note.map(each(grow.taste.map(each(dishes))))


@workflow
def multi_merge(menu: str = "soup cake") -> list[str]:
    return judge(["soup", "cake", menu])
