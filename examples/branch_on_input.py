"""Branching on a task's input: what `triage` is given decides which of three tasks comes.

foretell run examples/branch_on_input.py -i kind=bug
foretell run examples/branch_on_input.py -i kind=praise
"""

from __future__ import annotations

from typing import Literal

from foretell import Grow, may, one_of, task, workflow

Kind = Literal["bug", "question", "praise"]


@task
def open_issue(text: str) -> str:
    return f"issue: {text}"


@task
def look_up_answer(text: str) -> str:
    return f"answer to: {text}"


@task
def thank(text: str) -> str:
    return f"thanks for: {text}"


class Ways(Grow):
    issue = may(open_issue)
    answer = may(look_up_answer)
    thanks = may(thank)
    shape = one_of(issue, answer, thanks)


@task(grows=Ways)
def triage(grow: Ways, kind: Kind, text: str) -> str:
    match kind:
        case "bug":
            return grow.issue(text)
        case "question":
            return grow.answer(text)
        case "praise":
            return grow.thanks(text)


@task
def reply(draft: str) -> str:
    return f"Dear user, {draft}"


@workflow
def branch_on_input(kind: Kind, text: str = "the tea is cold") -> str:
    return reply(triage(kind, text))
