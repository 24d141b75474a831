"""10, Arbitrary cycles: back and forth, to more than one place and from more than one."""

from __future__ import annotations

from foretell import again, back, task, workflow


@task
def write(left: int) -> int:
    return left


@task
def review(left: int) -> int:
    if left % 5 == 2:
        again(left - 1)
    return left


@task
def proofread(left: int) -> int:
    if left % 5:
        again(left - 1, to="text" if left % 2 else "reviewed")
    return left


@workflow
def arbitrary_cycles(left: int = 8) -> int:
    text = write(left)
    reviewed = review(text)
    correct = proofread(reviewed)
    back(reviewed, to=text, into="left")
    back(correct, to=text, into="left")
    back(correct, to=reviewed, into="left")
    return correct
