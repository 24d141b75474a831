"""Growth in rounds: a planner has a draft written and reviewed, round after round, as often as asked.

Each round comes wholly before the next, and each draft that is begun is also reviewed: so it is
promised, and so it is drawn, before anybody knows how many rounds there will be.

    foretell run examples/rounds.py
    foretell run examples/rounds.py -i care=5
    foretell run examples/rounds.py -i careless=true      breaks the promise
"""

from __future__ import annotations

from foretell import Grow, loop, many, seq, task, workflow


@task
def write(text: str) -> str:
    return f"{text}, rewritten"


@task
def review(draft: str) -> str:
    return f"{draft} and reviewed"


class Rounds(Grow):
    write, review = many(write), many(review)
    shape = loop(seq(write, review), at_least=1, at_most=5)


@task(grows=Rounds)
def improve(grow: Rounds, text: str, care: int, careless: bool) -> str:
    if careless:
        text = grow.write(text)
    for _ in range(care):
        text = grow.review(grow.write(text))
    return text


@task
def publish(text: str) -> str:
    return f"published: {text}"


@workflow
def rounds(text: str = "a talk", care: int = 3, careless: bool = False) -> str:
    return publish(improve(text, care, careless))
