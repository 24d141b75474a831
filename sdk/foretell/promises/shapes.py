"""Shapes: what a scope may come to look like, as plain data.

A shape is the promise behind a `Grow` class: which nodes a running node may add, how many of
each, and in which order they must lie. `Leaf` stands for one node (with all it grows in turn).

    Many(Leaf("square"), max=100)                 square ×0..100, side by side
    Alt((Leaf("a"), Leaf("b")))                   exactly one of the two
    Seq((Leaf("n"), Many(Leaf("m"))))             n -> m*
    Anything()                                    whatever the creator likes
    Let("x", Seq((Leaf("a"), Alt((Use("x"), Empty())))))   a, then perhaps the same again

What names come to is told by `foretell.promises.unfolding`; what judges and foresees growth knows
shapes without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from foretell.graph.model import STRICT


@dataclass(frozen=True, slots=True)
class Leaf:
    """One node of `task`. `slot` is the name by which a created node says that it fills this
    place; no two leaves of one shape share it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    task: str
    slot: str
    kind: Literal["node"] = "node"


@dataclass(frozen=True, slots=True)
class Seq:
    """Everything in one part comes before everything in the next."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Shape, ...]
    kind: Literal["seq"] = "seq"


@dataclass(frozen=True, slots=True)
class Par:
    """All parts, and no order between them."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Shape, ...]
    kind: Literal["par"] = "par"


@dataclass(frozen=True, slots=True)
class Alt:
    """Exactly one of the parts."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Shape, ...]
    kind: Literal["alt"] = "alt"


@dataclass(frozen=True, slots=True)
class Many:
    """`min` to `max` instances (None: any number), side by side. Optional is `Many(x, 0, 1)`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Shape
    min: int = 0
    max: int | None = None
    kind: Literal["map"] = "map"


@dataclass(frozen=True, slots=True)
class Loop:
    """`min` to `max` instances (None: any number), each wholly before the next."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Shape
    min: int = 0
    max: int | None = None
    kind: Literal["loop"] = "loop"


@dataclass(frozen=True, slots=True)
class Section:
    """A workflow grown as a whole: all nodes in `of`, ordered exactly as the transitive closure
    of `edges`, which join positions in `of`, earlier to later. `name` is the workflow's, `slot`
    that by which its creator calls it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    name: str
    slot: str
    of: tuple[Leaf, ...]
    edges: tuple[tuple[int, int], ...] = ()
    kind: Literal["section"] = "section"


@dataclass(frozen=True, slots=True)
class Free:
    """All parts, in any order that their creator wires."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Shape, ...]
    kind: Literal["free"] = "free"


@dataclass(frozen=True, slots=True)
class Anything:
    """No constraint: any nodes, and edges anywhere the laws allow."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["anything"] = "anything"


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing at all."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["empty"] = "empty"


@dataclass(frozen=True, slots=True)
class Let:
    """`within`, in which `name` stands for `of`; None: `of` itself.

    In `of` the name may be used too. Such uses lie within each other at most `deep` times (None: as
    often as it likes, where they make rounds or instances side by side).
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    name: str
    of: Shape
    within: Shape | None = None
    deep: int | None = None
    kind: Literal["let"] = "let"


@dataclass(frozen=True, slots=True)
class Use:
    """What a `Let` around it gave a name. The slots in it are called `slot.a`; None: `name.a`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    name: str
    slot: str | None = None
    kind: Literal["use"] = "use"


Shape: TypeAlias = (
    Leaf | Seq | Par | Alt | Many | Loop | Section | Free | Anything | Empty | Let | Use
)

NOTHING = Empty()
ANYTHING = Anything()


def parts(shape: Shape) -> tuple[Shape, ...]:
    """The shapes directly inside `shape`."""
    if isinstance(shape, (Seq, Par, Alt, Free, Section)):
        return shape.of
    if isinstance(shape, (Many, Loop)):
        return (shape.of,)
    if isinstance(shape, Let):
        return (shape.of,) if shape.within is None else (shape.of, shape.within)
    return ()


def leaves(shape: Shape) -> tuple[Leaf, ...]:
    """All leaves of `shape`, in order."""
    if isinstance(shape, Leaf):
        return (shape,)
    return tuple(leaf for part in parts(shape) for leaf in leaves(part))


def is_open(shape: Shape) -> bool:
    """Whether `shape` has a place where anything may go."""
    return isinstance(shape, Anything) or any(is_open(part) for part in parts(shape))
