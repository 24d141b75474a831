"""13, Multiple instances, their number known when the workflow is written."""

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
