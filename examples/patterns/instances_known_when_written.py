"""13, Multiple instances with design-time knowledge: their number is known when it is written."""

from __future__ import annotations

from foretell import each, task, workflow


@task
def ask(juror: str) -> int:
    return len(juror)


@task
def mean(marks: list[int]) -> float:
    return sum(marks) / len(marks)


@workflow
def instances_known_when_written() -> float:
    return mean(ask.map(juror=each(["Ada", "Grace", "Mary"])))
