"""Rehearsing growth: rights as plain calls, so that a growing task can be tried without an engine.

Bounds and vows of sense are checked as in a run; nothing is drawn, judged or kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any, TypeVar

from foretell.author.growth import Answer, Call, Grow, Right, in_hand, rights_of
from foretell.author.limiting import Limiting
from foretell.author.names import say_place, target_name
from foretell.author.refs import Node
from foretell.author.tasks import Task
from foretell.author.vows import Vow
from foretell.errors import PromiseBroken, WiringError

GrowT = TypeVar("GrowT", bound=Grow)
T = TypeVar("T")


def rehearse(growth: type[GrowT], /) -> GrowT:
    """A growth whose rights just call their tasks, within their bounds."""
    return in_hand(growth, _Rehearsing(growth))


def rehearsed(growth: type[Grow], run: Callable[[Any], T]) -> T:
    """What `run` gives on a rehearsing growth; raises `PromiseBroken` if it grew too little."""
    hand = _Rehearsing(growth)
    result = run(in_hand(growth, hand))
    hand.check_complete()
    return result


class _Rehearsing:
    def __init__(self, growth: type[Grow]) -> None:
        self._growth = growth
        self._used: dict[str, int] = {}
        self._made: dict[str, Node[Any]] = {}

    def use(self, right: Right[..., Any], calls: list[Call], frame: FrameType) -> list[Node[Any]]:
        fault = self._too_many(right, len(calls))
        if fault:
            raise PromiseBroken(f"{say_place(frame)}: {fault}")
        self._used[right._name] = self._used.get(right._name, 0) + len(calls)
        name = target_name(frame) or right._task.__name__
        return [self._node(name, right._task, call) for call in calls]

    def would(self, right: Right[..., Any], call: Call, frame: FrameType) -> Answer:
        fault = self._too_many(right, 1)
        return Answer(not fault, fault)

    def left(self, right: Right[..., Any]) -> int | None:
        return None if right._high is None else right._high - self._used.get(right._name, 0)

    def promise(self, vows: tuple[Vow, ...], frame: FrameType) -> None:
        """Rehearsing judges no promises."""

    def would_promise(self, vows: tuple[Vow, ...], frame: FrameType) -> Answer:
        return Answer(True)

    def limit(self, said: Limiting, frame: FrameType) -> None:
        """A rehearsal does one thing after the other."""

    def style(
        self, node: object, label: str | None, style: Mapping[str, str], frame: FrameType
    ) -> None:
        """Rehearsing draws nothing."""

    def sections(
        self,
        data: Mapping[str, Any],
        given: Iterable[Mapping[str, Any]],
        frame: FrameType,
        *,
        in_turn: bool = False,
    ) -> list[Any]:
        raise WiringError(
            f"{say_place(frame)}: a section is data, and cannot be called as a function"
        )

    def create(
        self, task: Task[..., Any], call: Call, frame: FrameType, slot: str | None = None
    ) -> Node[Any]:
        return self._node(target_name(frame) or task.__name__, task, call)

    def connect(self, before: Node[Any], after: Node[Any]) -> None:
        """Nodes of a rehearsal have already run; their order is the order of the calls."""

    def existing(self, node: str) -> Node[Any]:
        return self._made.get(node) or Node(node, None)

    def check_complete(self) -> None:
        """Raises `PromiseBroken` for a right that was used too little."""
        if "shape" in vars(self._growth):
            return  # which rights must be used then depends on the shape, which a run judges
        for name, right in rights_of(self._growth).items():
            have = self._used.get(name, 0)
            if have < right._low:
                raise PromiseBroken(
                    f"{self._growth.__name__}.{name} = {right!r} asks for at least {right._low} "
                    f"{right._noun(right._low)}, but the task ended with {have}"
                )

    def _node(self, name: str, task: Task[..., Any], call: Call) -> Node[Any]:
        args, kwargs = call
        node = Node(name, task._plain(args, kwargs, elsewhere=True))
        self._made[name] = node
        return node

    def _too_many(self, right: Right[..., Any], more: int) -> str:
        return right._over(self._used.get(right._name, 0), more)
