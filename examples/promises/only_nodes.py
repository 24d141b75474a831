"""Promise: only specific nodes can be created.

`assist` carries out a plan that came from elsewhere, a language model perhaps. It may create any
task it can name; the promise leaves it `search` and `take_note`, whatever the plan says.

    foretell run examples/promises/only_nodes.py
    foretell run examples/promises/only_nodes.py -i plan="search send_mail"      breaks it
"""

from __future__ import annotations

from foretell import Anything, OnlyNodes, Task, promise, task, workflow


@task
def search(what: str) -> str:
    return f"found {what}"


@task
def take_note(what: str) -> str:
    return f"noted {what}"


@task
def send_mail(what: str) -> str:
    return f"told everybody about {what}"


TOOLS: dict[str, Task[[str], str]] = {t.__name__: t for t in (search, take_note, send_mail)}


@task(grows=Anything)
def assist(grow: Anything, plan: str, topic: str) -> list[str]:
    return [grow.create(TOOLS[tool], topic).out for tool in plan.split()]


@workflow
def only_nodes(plan: str = "search take_note", topic: str = "tea") -> list[str]:
    promise(OnlyNodes(search, take_note))
    return assist(plan, topic)
