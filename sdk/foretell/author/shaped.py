"""The vow about what a node grows, in the words of growth. (It stands above both.)"""

from __future__ import annotations

from foretell.author.growth import Shape
from foretell.author.names import caller_frame, say_place
from foretell.author.shaping import said
from foretell.author.vows import Vow, checked, say
from foretell.errors import WiringError


class Shaped(Vow):
    """What a node grows looks like this: that of one result or node, or of all of a task or tag.

    `shape` is written with the words of growth: `one_of(seq(one(n), one(m)), seq(one(j), one(k)))`.
    """

    def __init__(self, shape: Shape, *, scope: object) -> None:
        if not isinstance(shape, Shape):
            raise WiringError(
                f"{say_place(caller_frame())}: Shaped() takes a shape, such as seq(one(a), many(b)), not {shape!r:.80}"
            )
        self.shape = shape
        self.scope = checked(scope, self)

    def _words(self) -> list[str]:
        return [said(self.shape), f"scope={say(self.scope)}"]
