"""Whether the growth of every task can come to an end.

A task that must grow a node that must grow, in the end, itself leaves no finished graph: its
promise is refused when it is made, rather than found out by growing for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import assert_never

from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape, leaves


def endless(grows: Mapping[str, Shape]) -> str | None:
    """A task among `grows` whose nodes could never be done growing; None if there is none. What
    other tasks grow can end."""
    can_end: set[str] = set()
    waiting: dict[str, list[str]] = {}
    for task, shape in grows.items():
        for leaf in leaves(shape):
            if leaf.task in grows:
                waiting.setdefault(leaf.task, []).append(task)
    todo = deque(grows)
    while todo:
        task = todo.popleft()
        if task not in can_end and _ends(grows[task], lambda t: t not in grows or t in can_end):
            can_end.add(task)
            todo.extend(waiting.get(task, ()))
    return next((task for task in grows if task not in can_end), None)


def _ends(shape: Shape, can_end: Callable[[str], bool]) -> bool:
    """Whether some instance of `shape` is made of tasks that can end."""
    match shape:
        case sh.Leaf(task):
            return can_end(task)
        case sh.Many(of, low) | sh.Loop(of, low):
            return low == 0 or _ends(of, can_end)
        case sh.Alt(of):
            return any(_ends(part, can_end) for part in of)
        case sh.Seq(of) | sh.Par(of) | sh.Free(of) | sh.Section(of=of):
            return all(_ends(part, can_end) for part in of)
        case sh.Anything() | sh.Empty():
            return True
        case sh.Let() | sh.Use():
            raise AssertionError("names were unfolded")
        case _:
            assert_never(shape)
