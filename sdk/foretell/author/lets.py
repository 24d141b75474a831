"""Shapes with names: what `let` and `use` are made of, before they are compiled.

It knows nothing of what a name comes to; `foretell.promises.unfolding` does.
"""

from __future__ import annotations

from foretell.author.growth import Group, Grow, Right, Shape, rights_of


class Let(Group):
    """`parts` are what the name stands for, and perhaps the shape in which it stands for that."""

    def __init__(self, name: str, parts: tuple[Shape, ...], deep: int | None) -> None:
        super().__init__("let", parts)
        self.name = name
        self.deep = deep


class Use(Group):
    """What a `Let` around it gave a name; `slot` is how its places are called."""

    def __init__(self, name: str, slot: str | None) -> None:
        super().__init__("use", ())
        self.name = name
        self.slot = slot


def rights_in_lets(growth: type[Grow]) -> frozenset[str]:
    """The rights of which each use of a name has one."""
    names = {id(right): name for name, right in rights_of(growth).items()}
    found: set[str] = set()
    todo = [(getattr(growth, "shape", None), False)]
    while todo:
        shape, inside = todo.pop()
        if isinstance(shape, Right) and inside:
            found.add(names[id(shape)])
        elif isinstance(shape, Let):
            todo += [(shape.parts[0], True), *((part, inside) for part in shape.parts[1:])]
        elif isinstance(shape, Group):
            todo += [(part, inside) for part in shape.parts]
    return frozenset(found)
