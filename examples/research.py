"""An agent goes round: it plans, looks things up, and judges whether it knows enough.

Whatever a round looks up is grown by `plan`, so each round may look up other things. What it grew
is retired when the next one begins; what it found goes along with `again(...)`.

    foretell run examples/research.py
    foretell run examples/research.py -i question="why is tea green"
    foretell run examples/research.py -i question="why is tea green and not blue"
"""

from __future__ import annotations

from foretell import Grow, again, back, many, task, workflow


@task
def look_up(word: str) -> str:
    return word.upper()


class Tools(Grow):
    look_up = many(look_up, at_most=2)


@task(grows=Tools)
def plan(grow: Tools, question: str, known: list[str]) -> list[str]:
    missing = question.split()[len(known) :]
    return known + [grow.look_up(word) for word in missing[:2]]


@task
def judge(question: str, known: list[str]) -> list[str]:
    if len(known) < len(question.split()):
        again(known)
    return known


@task
def answer(known: list[str]) -> str:
    return " ".join(known)


@workflow
def research(question: str = "what is tea") -> str:
    found = plan(question, [])
    enough = judge(question, found)
    back(enough, to=found, into="known", at_most=2)
    return answer(enough)
