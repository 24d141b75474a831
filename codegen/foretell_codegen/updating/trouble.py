"""What `update` says when it does not do what it is asked: nothing was changed then."""

from __future__ import annotations

from foretell.errors import UserError


class CannotUpdate(UserError):
    """The edit of a graph that cannot be put back into its source. `where` is a line, a node or the
    like."""

    def __init__(self, where: str, why: str, cure: str) -> None:
        self.where = where
        self.why = why
        self.cure = cure
        super().__init__(f"{where}: {why}. {cure}.")


class StaleBase(UserError):
    """The graph was made from another version of the source."""

    def __init__(self, wanted: str, found: str) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(
            f"the graph was made from another version of this source ({wanted[:19]}..., and this is "
            f"{found[:19]}...), so that nobody knows what was edited. Read the source again and repeat "
            f"the edit"
        )


class NotVerified(UserError):
    """What the edits make of the source is not the graph that was asked for."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            f"the edits would not give the graph that was asked for, so nothing was changed: {why}"
        )
