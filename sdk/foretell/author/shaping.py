"""From a `Grow` class to the shape it promises.

    no `shape`         all rights side by side
    one(t)             Leaf            may(t)      Many(Leaf, 0, 1)
    many(t, ...)       Many(Leaf, ..)  one_of(..)  Alt: a bare may(t) in it is the Leaf itself
    loop(t, ...)       Loop(Leaf, ..)
    of a workflow      a Section instead of a Leaf, in the order of the workflow's template

A right's bounds count over the whole growth, so a right stands in a shape once. Inside
`many(seq(...))` and `loop(seq(...))` the group says how many, and a right is one node of each
instance; inside `let(...)` it is one of each use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foretell.author.branch import Branch
from foretell.author.growth import Anything, Group, Grow, Right, Sections, Shape, rights_of
from foretell.author.lets import Let, Use
from foretell.author.tasks import Task, Workflow
from foretell.document.template import Template
from foretell.errors import WiringError
from foretell.promises import shapes
from foretell.promises.unfolding import NameFault, unfolded

REPEATED = ("many", "loop")
"""Words for what may come several times."""
COUNTED = (*REPEATED, "let")
"""Words for what says itself how many there are of a right in it."""

NameOf = Callable[[Task[..., Any]], str]
TemplateOf = Callable[[Workflow[..., Any]], Template]


def shape_of(
    growth: type[Grow], name_of: NameOf, template_of: TemplateOf | None = None
) -> shapes.Shape:
    """The shape that `growth` promises. `name_of` gives the name of a task in the graph,
    `template_of` the nodes of a workflow; without it a workflow counts as one node."""
    rights = rights_of(growth)
    written = getattr(growth, "shape", None)
    if issubclass(growth, Anything):
        if rights or written is not None:
            raise WiringError(
                f"{growth.__name__}: Anything already grants everything; leave it bare"
            )
        return shapes.ANYTHING
    if issubclass(growth, Sections):
        raise WiringError(
            f"{growth.__name__}: which sections a task grows is said of each use: "
            f"task.growing(may(section), ...)(...)"
        )
    compiler = _Compiler(growth.__name__, name_of, template_of)
    if written is None:
        parts = [compiler.part(right, "") for right in rights.values()]
        return _together(parts)
    shape = compiler.whole(written)
    unused = [name for name, right in rights.items() if right not in compiler.seen]
    if unused:
        raise WiringError(
            f"{growth.__name__}: shape says nothing of {', '.join(unused)}; put it where it "
            f"belongs, or leave the right out"
        )
    return shape


def promised_shape(shape: Shape, name_of: NameOf, template_of: TemplateOf) -> shapes.Shape:
    """A shape written in a vow, where rights are not attributes of a class: each place is called
    after its task."""
    return _Promised("Shaped", name_of, template_of).whole(shape)


def said(shape: Shape) -> str:
    """A shape in the words in which it was written."""
    if not isinstance(shape, Group):
        return repr(shape)
    if shape.word == "empty":
        return "empty"
    if isinstance(shape, Use):
        return f"use({shape.name!r}" + (f", slot={shape.slot!r})" if shape.slot else ")")
    if isinstance(shape, Let):
        deep = "" if shape.deep is None else f", deep={shape.deep}"
        return f"let({shape.name!r}, {', '.join(map(said, shape.parts))}{deep})"
    least = f", at_least={shape.low}" if shape.low else ""
    most = "" if shape.high is None else f", at_most={shape.high}"
    return f"{shape.word}({', '.join(map(said, shape.parts))}{least}{most})"


def _together(parts: list[shapes.Shape]) -> shapes.Shape:
    if not parts:
        return shapes.NOTHING
    return parts[0] if len(parts) == 1 else shapes.Par(tuple(parts))


class _Compiler:
    """Turns parts into shapes. `inside` is the group that changes what a right means:
    "one_of", "many", "loop", "let", or nothing."""

    def __init__(self, growth: str, name_of: NameOf, template_of: TemplateOf | None) -> None:
        self.growth = growth
        self.name_of = name_of
        self.template_of = template_of
        self.seen: list[Right[..., Any]] = []

    def whole(self, written: Shape) -> shapes.Shape:
        shape = self.part(written, "")
        try:
            unfolded(shape)
        except NameFault as fault:
            raise WiringError(f"{self.growth}: {said(written):.200}: {fault.why}") from None
        return shape

    def part(self, part: Shape, inside: str) -> shapes.Shape:
        if isinstance(part, Right):
            return self._right(part, inside)
        if not isinstance(part, Group) or part.word == "empty":
            return shapes.NOTHING
        if isinstance(part, Use):
            return shapes.Use(part.name, part.slot)
        if isinstance(part, Let):
            of, *rest = part.parts
            within = self.part(rest[0], inside) if rest else None
            return shapes.Let(part.name, self.part(of, "let"), within, part.deep)
        if part.word in REPEATED:
            if inside in REPEATED:
                raise WiringError(
                    f"{self.growth}: {part.word}(...) inside {inside}(...) cannot be counted"
                )
            kind = shapes.Loop if part.word == "loop" else shapes.Many
            return kind(self.part(part.parts[0], part.word), part.low, part.high)
        inner = "one_of" if part.word == "one_of" and inside not in COUNTED else inside
        parts = tuple(self.part(p, inner) for p in part.parts)
        kinds: dict[str, Callable[[tuple[shapes.Shape, ...]], shapes.Shape]] = {
            "seq": shapes.Seq, "par": shapes.Par, "one_of": shapes.Alt, "free": shapes.Free,
        }  # fmt: skip
        return kinds[part.word](parts)

    def _right(self, right: Right[..., Any], inside: str) -> shapes.Shape:
        if right in self.seen:
            raise WiringError(
                f"{self.growth}: {right._name!r} stands twice in shape; its bounds count over the "
                f"whole growth. Make a second right for the second place"
            )
        if not right._name:
            raise WiringError(f"{self.growth}: {right!r} has no name; assign it in the class first")
        self.seen.append(right)
        leaf = self._one(right, right._name)
        if inside in COUNTED:
            if right._word != "many" or (right._low, right._high) != (0, None):
                raise WiringError(
                    f"{self.growth}: {right._name!r} is {right!r} inside {inside}(...); there the "
                    f"group says how many, so write {right._name} = many(...) without bounds"
                )
            return leaf
        if inside == "one_of" and right._word == "one":
            raise WiringError(
                f"{self.growth}: {right._name!r} is {right!r} inside one_of(...), but a branch that "
                f"is not taken has none; write may(...)"
            )
        if leaf == shapes.NOTHING:
            return leaf
        if right._word == "one" or (right._word == "may" and inside == "one_of"):
            return leaf
        return _several(right, leaf)

    def _one(self, right: Right[..., Any], slot: str) -> shapes.Shape:
        """What using the right once adds."""
        task: Any = right._task
        if isinstance(task, Branch):
            template = task.template
        elif isinstance(task, Workflow) and self.template_of is not None:
            template = self.template_of(task)
        else:
            return shapes.Leaf(self.name_of(task), slot)
        of = tuple(shapes.Leaf(node.task, f"{slot}.{node.id}") for node in template.nodes)
        if len(of) < 2:
            return of[0] if of else shapes.NOTHING
        return shapes.Section(template.name, slot, of, template.pairs)


class _Promised(_Compiler):
    """For vows: every use of a right is a place of its own."""

    def __init__(self, growth: str, name_of: NameOf, template_of: TemplateOf) -> None:
        super().__init__(growth, name_of, template_of)
        self.names: dict[str, int] = {}

    def _right(self, right: Right[..., Any], inside: str) -> shapes.Shape:
        task: Any = right._task
        name = task.__name__ if isinstance(task, (Workflow, Branch)) else self.name_of(task)
        n = self.names[name] = self.names.get(name, 0) + 1
        leaf = self._one(right, name if n == 1 else f"{name}_{n}")
        if leaf == shapes.NOTHING:
            return leaf
        if right._word == "one" or (right._word == "may" and inside == "one_of"):
            return leaf
        return _several(right, leaf)


def _several(right: Right[..., Any], one: shapes.Shape) -> shapes.Shape:
    kind = shapes.Loop if right._word == "loop" else shapes.Many
    return kind(one, right._low, right._high)
