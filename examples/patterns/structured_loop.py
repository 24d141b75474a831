"""21, Structured loop: round after round until it is good enough, drawn folded."""

from __future__ import annotations

from foretell import Grow, may, task, workflow


@task(grows=lambda: Again)
def polish(grow: Again, roughness: int) -> int:
    return grow.polish(roughness // 2) if roughness > 3 else roughness


class Again(Grow):
    polish = may(polish)


@task
def wrap(roughness: int) -> str:
    return f"a lens, rough by {roughness}"


@workflow
def structured_loop(roughness: int = 30) -> str:
    return wrap(polish(roughness))
