"""16, Deferred choice: somebody outside decides which way it goes, when they do."""

from __future__ import annotations

from typing import Literal

from foretell import ask, task, workflow
from foretell.control import switch


@task
def repair(thing: str) -> str:
    return f"{thing} works again"


@task
def replace(thing: str) -> str:
    return f"a new {thing} is here"


@workflow
def deferred_choice(thing: str = "kettle") -> str:
    way = ask(Literal["repair", "replace"], "What shall be done?", about=thing)
    return switch(way, ("repair", lambda: repair(thing)), ("replace", lambda: replace(thing)))
