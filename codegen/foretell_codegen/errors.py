"""What can be wrong with a source that is read, and with a graph that is to become one."""

from __future__ import annotations

from foretell.errors import UserError


class ReadError(UserError):
    """A source, or a part of it, cannot be read. `line` counts from 1 (0: none can be named); the
    column too, where the parser knows it. `hint` says what to do."""

    def __init__(
        self, file: str, line: int, why: str, hint: str = "", column: int | None = None
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.why = why
        self.hint = hint
        place = file + (f":{line}" if line else "") + (f":{column}" if column else "")
        super().__init__(f"{place}: {why}" + (f"; {hint}" if hint else ""))


class Unreadable(Exception):
    """A part of a source that is outside of what is read: raised while it is evaluated, and caught
    by whoever freezes the statement in which it stands, or refuses it."""

    def __init__(self, why: str, line: int = 0, hint: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.hint = hint


class WriteError(UserError):
    """A graph, or a place in it, that Python cannot say. The message names the place and the cure."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
