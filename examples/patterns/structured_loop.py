"""21, Structured loop: round after round until it is good enough. An edge leads back, by which a node is done again."""

from __future__ import annotations

from foretell import again, back, task, workflow


@task
def polish(roughness: int) -> int:
    if roughness > 3:
        again(roughness // 2)
    return roughness


@task
def wrap(roughness: int) -> str:
    return f"a lens, rough by {roughness}"


@workflow
def structured_loop(roughness: int = 30) -> str:
    lens = polish(roughness)
    back(lens, to=lens, into="roughness")
    return wrap(lens)
