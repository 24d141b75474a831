"""What cannot be turned into Python, and why."""

from __future__ import annotations

from foretell.errors import UserError


class WriteError(UserError):
    """A graph, or a place in it, that Python cannot say. The message names the place and the cure."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
