"""A map over a collection: a list goes in, one task runs for each item, a list comes out.

`translate_all` grows one `translate` for each paragraph, in one step, and its result is the list
of their results, in the order of the paragraphs, although they may run at the same time.

    foretell run examples/map_collection.py --jobs 2
    foretell run examples/map_collection.py -i text="One. Two. Three. Four."
"""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(".") if part.strip()]


@task
def translate(sentence: str, shout: bool) -> str:
    return sentence.upper() if shout else sentence[::-1]


class Translations(Grow):
    translate = many(translate)


@task(grows=Translations)
def translate_all(grow: Translations, sentences: list[str], shout: bool) -> list[str]:
    return grow.translate.map(each(sentences), shout)


@task
def join(sentences: list[str]) -> str:
    return ". ".join(sentences)


@workflow
def map_collection(text: str = "Tea is hot. Ice is not.", shout: bool = False) -> str:
    sentences = split(text)
    return join(translate_all(sentences, shout))
