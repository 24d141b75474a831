"""Vows: promises in the words of the person who makes them.

A vow is named for what it promises. What it comes to in the promise language is the work of
`foretell.author.promising`; here it is only said, and checked for sense.
"""

from __future__ import annotations

import sys
from typing import Any

from foretell.author.names import here, say_place, users
from foretell.author.refs import Node, Ref, origin
from foretell.author.tasks import Task, plain_body, registrar
from foretell.errors import WiringError


class Vow:
    """Something promised. `says()` is the vow as its author wrote it."""

    def says(self) -> str:
        return f"{type(self).__name__}({', '.join(self._words())})"

    def _words(self) -> list[str]:
        return []

    def __repr__(self) -> str:
        return self.says()


class NoNewNodes(Vow):
    """No further node comes."""


class NoNewEdges(Vow):
    """No further edge comes: at all, out of `start`, or into `end`."""

    def __init__(self, *, start: object = None, end: object = None) -> None:
        self.start = checked(start, self) if start is not None else None
        self.end = checked(end, self) if end is not None else None

    def _words(self) -> list[str]:
        ends = (("start", self.start), ("end", self.end))
        return [f"{name}={say(value)}" for name, value in ends if value is not None]


class OnlyNodes(Vow):
    """Further nodes are of these tasks, tags or names only."""

    def __init__(self, *what: object) -> None:
        if not what:
            raise WiringError(f"{here()}: OnlyNodes() of nothing; write NoNewNodes()")
        self.what = tuple(checked(one, self) for one in what)

    def _words(self) -> list[str]:
        return [say(one) for one in self.what]


class OnlyEdges(Vow):
    """Further edges go from the first to the second of one of these pairs only."""

    def __init__(self, *pairs: tuple[object, object]) -> None:
        if not pairs:
            raise WiringError(f"{here()}: OnlyEdges() of nothing; write NoNewEdges()")
        for pair in pairs:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise WiringError(
                    f"{here()}: OnlyEdges takes pairs, OnlyEdges((a, b), (b, c)), not {pair!r:.80}"
                )
        self.pairs = tuple((checked(a, self), checked(b, self)) for a, b in pairs)

    def _words(self) -> list[str]:
        return [f"({say(a)}, {say(b)})" for a, b in self.pairs]


class _Bounded(Vow):
    """A vow that some number lies between two bounds."""

    def __init__(self, at_least: int, at_most: int | None, exactly: int | None) -> None:
        name = type(self).__name__
        self.given = {"at_least": at_least or None, "at_most": at_most, "exactly": exactly}
        for word, bound in self.given.items():
            if bound is not None and (type(bound) is not int or bound < 0):
                raise WiringError(
                    f"{here()}: {name}: {word} must be a whole number from 0, not {bound!r}"
                )
        if exactly is not None and (at_least or at_most is not None):
            raise WiringError(f"{here()}: {name}: exactly= says it all; leave out the other bounds")
        if exactly is None and not at_least and at_most is None:
            raise WiringError(f"{here()}: {name}: say at_least=, at_most= or exactly=")
        self.low = at_least if exactly is None else exactly
        self.high = at_most if exactly is None else exactly
        if self.high is not None and self.high < self.low:
            raise WiringError(
                f"{here()}: {name}: at_most={self.high} is less than at_least={self.low}"
            )

    def _words(self) -> list[str]:
        return [f"{name}={bound}" for name, bound in self.given.items() if bound is not None]


class Count(_Bounded):
    """The finished graph has so many of these nodes."""

    def __init__(
        self,
        what: object,
        *,
        at_least: int = 0,
        at_most: int | None = None,
        exactly: int | None = None,
    ) -> None:
        self.what = checked(what, self)
        super().__init__(at_least, at_most, exactly)

    def _words(self) -> list[str]:
        return [say(self.what), *super()._words()]


class Every(_Bounded):
    """Each of these nodes has edges to so many nodes of `into`, or from so many of `out_of`."""

    def __init__(
        self,
        what: object,
        *,
        into: object = None,
        out_of: object = None,
        at_least: int = 0,
        at_most: int | None = None,
        exactly: int | None = None,
    ) -> None:
        self.what = checked(what, self)
        if (into is None) == (out_of is None):
            raise WiringError(
                f"{here()}: Every: say where the edges go, into=, or where they come from, out_of="
            )
        self.into = checked(into, self) if into is not None else None
        self.out_of = checked(out_of, self) if out_of is not None else None
        super().__init__(at_least, at_most, exactly)

    def _words(self) -> list[str]:
        other = self.out_of if self.into is None else self.into
        end = "out_of" if self.into is None else "into"
        return [say(self.what), f"{end}={say(other)}", *super()._words()]


class Rounds(Vow):
    """Loops come round to this node at most so often; anew whenever one around them comes round.
    A text is the id of the node."""

    def __init__(self, target: object, /, *, at_most: int) -> None:
        if type(at_most) is not int or at_most < 0:
            raise WiringError(
                f"{here()}: Rounds: at_most must be a whole number from 0, not {at_most!r:.80}"
            )
        self.target = checked(target, self)
        self.at_most = at_most

    def _words(self) -> list[str]:
        return [say(self.target), f"at_most={self.at_most}"]


class _Joined(Vow):
    """A vow made of others."""

    def __init__(self, *vows: Vow) -> None:
        name = type(self).__name__
        if not vows:
            raise WiringError(f"{here()}: {name}() of no vows says nothing")
        for vow in vows:
            if not isinstance(vow, Vow):
                raise WiringError(f"{here()}: {name} takes vows, not {vow!r:.80}")
        self.vows = vows

    def _words(self) -> list[str]:
        return [vow.says() for vow in self.vows]


class AllOf(_Joined):
    """All of these vows."""


class AnyOf(_Joined):
    """At least one of these vows."""


class ExactlyOne(_Joined):
    """One of these vows, and not another."""


class Not(_Joined):
    """The contrary of this vow."""

    def __init__(self, vow: Vow) -> None:
        super().__init__(vow)


class Style(Vow):
    """How these nodes look: a key that is only named stays as it is, one that is given values has
    only these. `Style(train, "label", color="red", shape=("box", "oval"))`."""

    def __init__(self, what: object, /, *frozen: str, **values: str | tuple[str, ...]) -> None:
        self.what = checked(what, self)
        self.values: dict[str, tuple[str, ...]] = dict.fromkeys(frozen, ())
        for key, given in values.items():
            texts = (given,) if isinstance(given, str) else given
            if (
                not isinstance(texts, (tuple, list))
                or not texts
                or not all(isinstance(text, str) for text in texts)
            ):
                raise WiringError(
                    f"{here()}: Style: {key} must be a text or some texts, not {given!r:.80}; "
                    f'a key that stays as it is is only named: Style(..., "{key}")'
                )
            self.values[key] = tuple(texts)
        if not self.values or not all(isinstance(key, str) for key in frozen):
            raise WiringError(f'{here()}: Style: name keys, as in Style(x, "label", color="red")')

    def _words(self) -> list[str]:
        frozen = [repr(key) for key, given in self.values.items() if not given]
        chosen = {key: given for key, given in self.values.items() if given}
        named = [f"{key}={(g[0] if len(g) == 1 else g)!r}" for key, g in chosen.items()]
        return [say(self.what), *frozen, *named]


def promise(*vows: Vow) -> None:
    """Promises, in a workflow's body: whatever breaks a vow ends the run."""
    frame = users(sys._getframe(1))
    for vow in vows:
        if not isinstance(vow, Vow):
            raise WiringError(f"{say_place(frame)}: promise() takes vows, not {vow!r:.80}")
    now = registrar.get()
    if now is not None:
        now.promise(vows, frame)
    elif not plain_body.get():
        raise WiringError(
            f"{say_place(frame)}: promise() stands in a workflow's body; a running task promises "
            f"with its growth: grow.promise(...)"
        )


def checked(what: Any, vow: Vow | str) -> Any:
    """`what`, if a vow, or what else is called so, can speak of it."""
    if isinstance(what, (Ref, Node, str, Task)):
        return what
    if plain_body.get() and registrar.get() is None:
        return what  # in a plain call results are ordinary values, and nothing is promised
    name = vow if isinstance(vow, str) else type(vow).__name__
    raise WiringError(
        f"{here()}: {name} speaks of a task, a result, a node or a tag, not of {what!r:.80}"
    )


def say(what: Any) -> str:
    """A node, task or tag in a person's words."""
    if isinstance(what, Ref):
        return origin(what).name
    if isinstance(what, Node):
        return what.id
    if isinstance(what, Task):
        return what.called
    return repr(what)
