"""`limit(train, running=2)`: how many nodes of a kind run at the same time, or start how soon after each
other.

No vow: whoever starts nodes keeps a limit, so nobody can break it, and it takes nothing from what
may happen. What it comes to as data is `foretell.promises.limits`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, overload

from foretell.author.names import caller_frame, say_place
from foretell.author.tasks import plain_body, registrar
from foretell.author.vows import checked, say
from foretell.errors import WiringError

if TYPE_CHECKING:
    from datetime import timedelta
    from types import FrameType

    from foretell.author.promising import Speaker
    from foretell.promises.limits import Limit
    from foretell.promises.selectors import Selector


class Limiting:
    """What somebody said with `limit(*what, ...)`, checked for sense."""

    def __init__(
        self,
        what: tuple[object, ...],
        *,
        running: int | None = None,
        starts: int | None = None,
        per: float | timedelta | None = None,
        spaced: bool = False,
        rest: float | timedelta | None = None,
        pool: str = "",
        word: str = "limit",
    ) -> None:
        if not what:
            raise WiringError(f"{_here()}: {word} speaks of nothing; name a task, a tag or a node")
        self.what = tuple(checked(one, word) for one in what)
        self.word = word
        self.running = _count(running, "running")
        self.starts = _count(starts, "starts")
        self.per_s = _seconds(per, "per")
        self.rest_s = _seconds(rest, "rest")
        self.spaced = spaced is True
        self.pool = _pool(pool)
        self._refuse_halves()

    def _refuse_halves(self) -> None:
        if (
            self.running is None
            and self.starts is None
            and self.per_s is None
            and self.rest_s is None
        ):
            raise WiringError(
                f"{_here()}: limit limits nothing; say running=2, starts=10 and per=60, or rest=5"
            )
        if (self.starts is None) is not (self.per_s is None):
            raise WiringError(
                f"{_here()}: limit: starts and per are said together: starts=10, per=60 is ten a minute"
            )
        if self.spaced and self.starts is None:
            raise WiringError(
                f"{_here()}: limit: spaced=True spaces starts; say starts=10, per=60 too"
            )

    def says(self) -> str:
        from foretell.promises.limits import said

        names = [say(one) for one in self.what]
        words = [] if self.word == "exclusive" else said(self.as_data())
        return f"{self.word}({', '.join([*names, *words])})"

    def as_data(
        self, of: Selector | None = None, says: str = "", where: str = "", by: str = ""
    ) -> Limit:
        from foretell.promises.limits import Limit
        from foretell.promises.selectors import ANY

        return Limit(
            of or ANY, self.running, says, where, by, self.starts, self.per_s, self.spaced, self.rest_s,
            self.pool,
        )  # fmt: skip


def _here() -> str:
    return say_place(caller_frame())


def _count(value: object, name: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise WiringError(
            f"{_here()}: limit: {name} must be a whole number from 1, not "
            f"{value!r:.80}" + ("; with 0 nothing could ever run" if value == 0 else "")
        )
    return value


def _seconds(value: object, name: str) -> float | None:
    from foretell.graph.trials import MOST_SECONDS

    total = getattr(value, "total_seconds", None)
    number = total() if total else value
    if number is None:
        return None
    if (
        not isinstance(number, (int, float))
        or isinstance(number, bool)
        or not 0 < number <= MOST_SECONDS
    ):
        raise WiringError(
            f"{_here()}: limit: {name} must be more than 0 seconds, or a timedelta, not {value!r:.80}"
        )
    return float(number)


def _pool(value: object) -> str:
    from foretell.graph.wellformed import name_fault

    if not isinstance(value, str):
        raise WiringError(f"{_here()}: limit: pool must be a name, not {value!r:.80}")
    if value and (why := name_fault(value)):
        raise WiringError(f"{_here()}: limit: pool: {why}")
    return value


@overload
def limit(
    *what: object, running: int, starts: int = ..., per: float | timedelta = ..., spaced: bool = ...,
    rest: float | timedelta = ..., pool: str = ...,
) -> None: ...  # fmt: skip
@overload
def limit(
    *what: object, starts: int, per: float | timedelta, spaced: bool = ...,
    rest: float | timedelta = ..., pool: str = ...,
) -> None: ...  # fmt: skip
@overload
def limit(*what: object, rest: float | timedelta, pool: str = ...) -> None: ...
def limit(
    *what: object,
    running: int | None = None,
    starts: int | None = None,
    per: float | timedelta | None = None,
    spaced: bool = False,
    rest: float | timedelta | None = None,
    pool: str = "",
) -> None:
    """In a workflow's body: only so many nodes of `what` (all of them together) are `running` at the same
    time, whoever makes them; only so many `starts` are made in any so many seconds (`per`), one by one if
    `spaced`; and none for so many seconds of `rest` after one has ended. Of what is said all must allow a
    start. `what` are tasks, tags, nodes, or results of workflows that return nothing. All runs of a store
    whose limits name the same `pool` count together."""
    frame = sys._getframe(1)
    _say(
        Limiting(
            what, running=running, starts=starts, per=per, spaced=spaced, rest=rest, pool=pool
        ),
        frame,
    )


def exclusive(*what: object, pool: str = "") -> None:
    """In a workflow's body: of these, only one runs at a time. `limit(*what, running=1)`."""
    _say(Limiting(what, running=1, pool=pool, word="exclusive"), sys._getframe(1))


def _say(said: Limiting, frame: FrameType) -> None:
    now = registrar.get()
    if now is not None:
        now.limit(said, frame)
    elif not plain_body.get():
        raise WiringError(
            f"{say_place(frame)}: {said.word}() stands in a workflow's body; a running task limits with "
            f"its growth: grow.limit(...)"
        )


def limited(said: Limiting, speaker: Speaker, where: str, by: str) -> Limit:
    """The limit as data; raises `WiringError` naming it and its place."""
    from foretell.promises.selectors import AnyOf

    try:
        each = tuple(speaker.selector(one) for one in said.what)
        of = speaker.here(each[0] if len(each) == 1 else AnyOf(each))
    except WiringError as error:
        raise WiringError(f"{where}: {said.says()}: {error}") from None
    return said.as_data(of, said.says(), where, by)
