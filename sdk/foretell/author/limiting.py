"""`limit(train, running=2)`: how many nodes of a kind run at the same time.

No vow: whoever starts nodes keeps a limit, so nobody can break it, and it takes nothing from what
may happen. What it comes to as data is `foretell.promises.limits`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from foretell.author.names import caller_frame, say_place
from foretell.author.tasks import plain_body, registrar
from foretell.author.vows import checked, say
from foretell.errors import WiringError

if TYPE_CHECKING:
    from foretell.author.promising import Speaker
    from foretell.promises.limits import Limit


class AtATime:
    """What somebody said with `limit(what, running=n)`, checked for sense."""

    def __init__(self, what: object, running: int) -> None:
        if type(running) is not int or running < 1:
            raise WiringError(
                f"{say_place(caller_frame())}: limit: running must be a whole number from 1, not "
                f"{running!r:.80}" + ("; with 0 nothing could ever run" if running == 0 else "")
            )
        self.what = checked(what, "limit")
        self.running = running

    def says(self) -> str:
        return f"limit({say(self.what)}, running={self.running})"


def limit(what: object, /, *, running: int) -> None:
    """In a workflow's body: only so many nodes of `what` run at the same time, whoever makes them.
    `what` is a task, a tag, a node, or the result of a workflow that returns nothing."""
    frame = sys._getframe(1)
    said = AtATime(what, running)
    now = registrar.get()
    if now is not None:
        now.limit(said, frame)
    elif not plain_body.get():
        raise WiringError(
            f"{say_place(frame)}: limit() stands in a workflow's body; a running task limits with "
            f"its growth: grow.limit(...)"
        )


def limited(said: AtATime, speaker: Speaker, where: str, by: str) -> Limit:
    """The limit as data; raises `WiringError` naming it and its place."""
    from foretell.promises.limits import Limit

    try:
        of = speaker.here(speaker.selector(said.what))
    except WiringError as error:
        raise WiringError(f"{where}: {said.says()}: {error}") from None
    return Limit(of, said.running, said.says(), where, by)
