"""Tasks that are programs are called, mapped and grown like any other."""

from __future__ import annotations

from typing import assert_type

from foretell import Grow, Task, command, container, each, many, program, shell, task, workflow

BOX = container("alpine:3", mounts={"data": "/data"}, network=False, memory="64m", cpus=0.5)


@task(runs=command("wc", "-l", "{path}", ok=(0, 1), permanent=2), retries=2)
def lines(path: str) -> int:
    raise NotImplementedError


@task(runs=shell('sort "$path"', stdout="lines", container=BOX), timeout=3)
def ordered(path: str) -> list[str]:
    raise NotImplementedError


class Looks(Grow):
    lines = many(lines)


@task(runs=program("node", "look.mjs"), grows=Looks)
def look(grow: Looks, folder: str) -> list[int]:
    raise NotImplementedError


@workflow
def flow(folder: str) -> tuple[list[int], list[str]]:
    assert_type(lines("a"), int)
    assert_type(lines.map(each(["a", "b"])), list[int])
    return look(folder), ordered("a")


def handle() -> Task[[str], int]:
    return lines
