"""1, Sequence: one task after another, because it takes what the other gives."""

from __future__ import annotations

from foretell import task, workflow


@task
def reserve(seat: int) -> str:
    return f"seat {seat}"


@task
def pay(seat: str) -> str:
    return f"paid: {seat}"


@task
def send(ticket: str) -> str:
    return f"sent, {ticket}"


@workflow
def sequence(seat: int = 12) -> str:
    return send(pay(reserve(seat)))
