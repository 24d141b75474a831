"""Imported by others."""
from enum import IntEnum
from foretell import task, workflow

__all__ = ["starred", "SIZE"]
SIZE = 3

class Shape(IntEnum):
    ROUND = 1
    FLAT = 2

@task
def measure(n: int, shape: Shape) -> int: return n

@task
def other(n: int) -> int: return n

@task
def starred(n: int) -> int: return n

@workflow
def section(n: int) -> int:
    inside = other(n)
    return other(inside)
