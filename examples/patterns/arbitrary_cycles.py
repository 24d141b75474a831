"""10, Arbitrary cycles: back and forth, from more than one place. Drawn folded, as recursion."""

from __future__ import annotations

from foretell import Grow, may, task, workflow


@task(grows=lambda: AfterWriting)
def write(grow: AfterWriting, left: int) -> str:
    return grow.review(left) if left else "given up"


@task(grows=lambda: AfterReview)
def review(grow: AfterReview, left: int) -> str:
    if left % 5 == 0:
        return "printed"
    return grow.write(left - 1) if left % 2 else grow.review(left - 1)


class AfterWriting(Grow):
    review = may(review)


class AfterReview(Grow):
    review = may(review)
    write = may(write)


@workflow
def arbitrary_cycles(left: int = 8) -> str:
    return write(left)
