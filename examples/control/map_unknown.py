"""A task, or a whole workflow, for each item of a list that is known only when the workflow runs.

Here a workflow that decides on its own what each word needs.

    foretell run examples/control/map_unknown.py
"""

from __future__ import annotations

from foretell import each, task, workflow
from foretell.control import given


@task
def words_in(text: str) -> list[str]:
    return text.split()


@task
def look_up(word: str) -> str | None:
    return {"tea": "Tee", "cup": "Tasse"}.get(word)


@task
def capitals(word: str) -> str:
    return word.upper()


@task
def join(words: list[str]) -> str:
    return " ".join(words)


@workflow
def translate(word: str) -> str:
    found = look_up(word)
    return given(found, lambda known: known, lambda: capitals(word))


@workflow
def map_unknown(text: str = "cup of tea") -> str:
    translated = translate.map(each(words_in(text)))
    return join(translated)
