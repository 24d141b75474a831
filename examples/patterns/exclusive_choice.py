"""4, Exclusive choice: exactly one of two branches, decided while it runs."""

from __future__ import annotations

from foretell import Grow, may, one_of, task, workflow


@task
def refund(claim: int) -> str:
    return f"{claim} euros back"


@task
def investigate(claim: int) -> str:
    return f"a look at {claim} euros"


class Ways(Grow):
    refund, investigate = may(refund), may(investigate)
    shape = one_of(refund, investigate)


@task(grows=Ways)
def decide(grow: Ways, claim: int) -> str:
    return grow.refund(claim) if claim < 100 else grow.investigate(claim)


@workflow
def exclusive_choice(claim: int = 80) -> str:
    return decide(claim)
