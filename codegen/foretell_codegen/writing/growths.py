"""What tasks may grow, as Grow classes: rights named after the slots, and the shape that orders them.

A shape says of a workflow that is grown only its nodes and their order. So where one is declared here,
its nodes are given what they need by the growing task, and run in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from foretell.author.growth import RESERVED
from foretell.graph.model import Edge, Feed, Node, Output
from foretell.promises.shapes import (
    NOTHING,
    Alt,
    Anything,
    Empty,
    Free,
    Leaf,
    Let,
    Loop,
    Many,
    Par,
    Section,
    Seq,
    Shape,
    Use,
)
from foretell_codegen.errors import WriteError
from foretell_codegen.names import identifier_like, is_identifier
from foretell_codegen.writing.layout import Expr, Prefixed, call, flat, statement
from foretell_codegen.writing.literals import text
from foretell_codegen.writing.tasks import Tasks

COUNTED = ("many", "loop", "let")
_WORDS: Mapping[type, str] = {Seq: "seq", Par: "par", Alt: "one_of", Free: "free"}


class Sections(Protocol):
    """Who declares workflows that are grown."""

    def section(self, name: str, nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> str:
        """The name under which the workflow is known."""
        ...


@dataclass(slots=True)
class Growths:
    """The growths of one module."""

    tasks: Tasks
    sections: Sections
    _names: dict[str, str] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)

    def named(self, task: str) -> tuple[str, bool]:
        """The class that says what `task` grows; and whether it is written only after the task, which it
        names itself."""
        name = self._names[task] = self.tasks.module.names.fresh(_class_name(task))
        self._open.add(task)
        shape = self.tasks.specs[task].grows
        assert shape is not None
        if self._leads_to_open(shape):
            return name, True
        self.write(name, task)
        return name, False

    def write(self, name: str, task: str) -> None:
        """Writes the class."""
        shape = self.tasks.specs[task].grows
        assert shape is not None
        writer = _Class(self, f"what task {task!r} grows")
        whole = writer.written(shape, "")
        if writer.is_plain(shape):
            whole = ""
        lines = writer.rights_text()
        if whole:
            lines += statement(Prefixed("shape = ", whole))
        self._open.discard(task)
        self.tasks.module.blocks.append(f"class {name}({self.tasks.module.word('Grow')}):\n{lines}")

    def _leads_to_open(self, shape: Shape) -> bool:
        """Whether declaring what `shape` names would come back to a class that is being written."""
        seen: set[str] = set()
        todo: list[Shape] = [shape]
        for part in todo:
            if isinstance(part, Leaf):
                if part.task in self._open:
                    return True
                grows = self.tasks.specs[part.task].grows
                if (
                    part.task not in seen
                    and not self.tasks.is_known(part.task)
                    and grows is not None
                ):
                    seen.add(part.task)
                    todo.append(grows)
            else:
                todo += _parts(part)
        return False


@dataclass(slots=True)
class _Class:
    growths: Growths
    where: str
    rights: dict[str, Expr] = field(default_factory=dict)
    _used: dict[str, str] = field(default_factory=dict)
    """Of each right, the name of the task or workflow in it."""

    def rights_text(self) -> str:
        """The rights, each of which sees the task that it names and no right of that name."""
        done: set[str] = set()
        for name in self.rights:
            if self._used[name] in done:
                names, made = ", ".join(self.rights), [*self.rights.values()]
                line = f"    {names} = {', '.join(map(flat, made))}\n"
                if len(line) <= 100:
                    return line
                from foretell_codegen.writing.layout import paired

                return statement(Prefixed(f"{names} = ", paired(made)))
            done.add(name)
        return "".join(statement(Prefixed(f"{n} = ", e)) for n, e in self.rights.items())

    def is_plain(self, shape: Shape) -> bool:
        """Whether the rights side by side come to `shape`."""
        parts = shape.of if isinstance(shape, Par) and len(shape.of) > 1 else (shape,)
        return all(isinstance(_single(part), (Leaf, Section)) for part in parts)

    def written(self, shape: Shape, inside: str) -> Expr:
        word = self.growths.tasks.module.word
        if isinstance(shape, (Leaf, Section)):
            kind = "many" if inside in COUNTED else "may" if inside == "one_of" else "one"
            return self.right(shape, kind, {})
        if isinstance(shape, Empty):
            return word("empty")
        if isinstance(shape, Use):
            named: dict[str, Expr] = {} if shape.slot is None else {"slot": text(shape.slot)}
            return call(word("use"), text(shape.name), **named)
        if isinstance(shape, Let):
            parts = [self.written(shape.of, "let")]
            if shape.within is not None:
                parts.append(self.written(shape.within, inside))
            deep: dict[str, Expr] = {} if shape.deep is None else {"deep": str(shape.deep)}
            return call(word("let"), text(shape.name), *parts, **deep)
        if isinstance(shape, (Many, Loop)):
            return self.several(shape, inside)
        if isinstance(shape, Anything):
            raise WriteError(
                self.where, "a part of it is anything, which only a whole growth can be"
            )
        group = _WORDS[type(shape)]
        inner = "one_of" if group == "one_of" and inside not in COUNTED else inside
        return call(word(group), *(self.written(part, inner) for part in shape.of))

    def several(self, shape: Many | Loop, inside: str) -> Expr:
        kind = "loop" if isinstance(shape, Loop) else "many"
        if inside in COUNTED:
            raise WriteError(
                self.where,
                f"{kind}(...) inside {inside}(...) cannot be counted, so nothing says it",
            )
        bounds: dict[str, Expr] = {}
        if shape.min:
            bounds["at_least"] = str(shape.min)
        if shape.max is not None:
            bounds["at_most"] = str(shape.max)
        if isinstance(shape.of, (Leaf, Section)):
            if (kind, shape.min, shape.max) == ("many", 0, 1) and inside != "one_of":
                return self.right(shape.of, "may", {})
            return self.right(shape.of, kind, bounds)
        return call(self.growths.tasks.module.word(kind), self.written(shape.of, kind), **bounds)

    def right(self, leaf: Leaf | Section, word: str, bounds: dict[str, Expr]) -> Expr:
        tasks = self.growths.tasks
        if isinstance(leaf, Section):
            slot, what = leaf.slot, self.section(leaf)
        elif "." in leaf.slot:
            slot, _, local = leaf.slot.partition(".")
            what = self.section(Section(local, slot, (leaf,)))
        else:
            slot, what = leaf.slot, tasks.of(leaf.task).name
        if not is_identifier(slot) or slot in RESERVED or slot in self.rights or slot[0] == "_":
            raise WriteError(
                self.where,
                f"the slot {slot!r:.80} cannot be the name of a right; give it another one",
            )
        self.rights[slot] = call(tasks.module.word(word), what, **bounds)
        self._used[slot] = what
        return slot

    def section(self, section: Section) -> str:
        """A workflow with these nodes in this order."""
        prefix = f"{section.slot}."
        ids = [leaf.slot.removeprefix(prefix) for leaf in section.of]
        if not all(leaf.slot.startswith(prefix) for leaf in section.of):
            raise WriteError(self.where, f"the slots in {section.slot!r:.80} do not begin with it")
        nodes = tuple(
            Node(id_, leaf.task, id_.rpartition(".")[0])
            for id_, leaf in zip(ids, section.of, strict=True)
        )
        edges = tuple(Edge(ids[a], ids[b]) for a, b in section.edges)
        return self.growths.sections.section(section.name, nodes, edges)


def _single(shape: Shape) -> Shape:
    return shape.of if isinstance(shape, (Many, Loop)) else shape


def _parts(shape: Shape) -> tuple[Shape, ...]:
    from foretell.promises.shapes import parts

    return parts(shape)


def _class_name(task: str) -> str:
    words = identifier_like(task, "Task").strip("_").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words) + "Growth"


__all__ = ["NOTHING", "Feed", "Growths", "Output"]
