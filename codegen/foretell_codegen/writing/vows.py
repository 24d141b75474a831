"""Promises and limits, in the words of whoever makes them.

Each promise of the language that some vow comes to is written as that vow; what no vow says is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.graph.plain import encode
from foretell.promises import language as la
from foretell.promises import selectors as se
from foretell.promises.limits import Limit
from foretell.promises.shapes import (
    Alt,
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
    parts,
)
from foretell_codegen.errors import WriteError
from foretell_codegen.names import is_variable
from foretell_codegen.writing.layout import Expr, Prefixed, call, mapped, paired
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.tasks import Tasks

_GROUPS: Mapping[type, str] = {Seq: "seq", Par: "par", Alt: "one_of", Free: "free"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who makes a vow. `nodes` gives the expression of a node that can be spoken of; vows speak of the
    `scope` in which they are made."""

    tasks: Tasks
    nodes: Callable[[str], Expr | None]
    scope: str

    def vow(self, promise: la.Promise) -> Expr:
        """Raises `WriteError`."""
        found = _VOWS[type(promise)](promise, self)
        if found is None:
            raise self.cannot(promise)
        return found

    def word(self, name: str) -> str:
        return self.tasks.module.word(name)

    def cannot(self, said: Any) -> WriteError:
        return WriteError(
            f"promise {said!r:.300}",
            "no vow of a workflow says this; say it by those that there are",
        )

    def named(self, selector: se.Selector) -> Expr | None:
        """What a vow is told that means these nodes."""
        if isinstance(selector, se.TaskIs):
            if selector.task in self.tasks.asking or selector.task in self.tasks.deciding:
                return None  # what is made by a word has no name in the source
            return self.tasks.of(selector.task).name
        if isinstance(selector, se.TagIs):
            return text(selector.tag)
        if isinstance(selector, se.IdIs):
            return self.nodes(selector.glob)
        return None

    def here(self, selector: se.Selector) -> se.Selector | None:
        """`selector` without the scope that goes without saying; None if it says another one."""
        if not self.scope:
            return selector
        within = se.InScope(self.scope)
        if selector == within:
            return se.ANY
        if isinstance(selector, se.AllOf) and len(selector.of) == 2 and selector.of[0] == within:
            return selector.of[1]
        return None

    def named_here(self, selector: se.Selector) -> Expr | None:
        own = self.here(selector)
        return None if own is None else self.named(own)

    def limit(self, limit: Limit) -> Expr:
        """Raises `WriteError`."""
        own = self.here(limit.of)
        each = own.of if isinstance(own, se.AnyOf) else (own,)
        what = [None if one is None else self.named(one) for one in each]
        found = [one for one in what if one is not None]
        if len(found) < len(what):
            raise WriteError(
                f"limit {limit.of!r:.300}", "limit(...) speaks of tasks, tags and nodes"
            )
        named: dict[str, Expr] = {}
        for word, value in (
            ("running", limit.running), ("starts", limit.starts), ("per", limit.per_s),
            ("spaced", limit.spaced or None), ("rest", limit.rest_s), ("pool", limit.pool or None),
        ):  # fmt: skip
            if value is not None:
                named[word] = literal(value)
        return call(self.word("limit"), *found, **named)


def _bounds(low: int, high: int | None) -> dict[str, Expr]:
    if low == high and high is not None:
        return {"exactly": str(low)}
    found: dict[str, Expr] = {"at_least": str(low)} if low else {}
    return found if high is None else {**found, "at_most": str(high)}


def _count(one: la.Count, by: Speaker) -> Expr | None:
    own = by.here(one.of)
    if one.max == 0 and not one.min:
        new = _new(one.of, by.scope)
        if new is se.ANY:
            return call(by.word("NoNewNodes"))
        if isinstance(new, se.NotSo):
            allowed = new.of.of if isinstance(new.of, se.AnyOf) else (new.of,)
            what = [by.named(each) for each in allowed]
            found = [each for each in what if each is not None]
            return call(by.word("OnlyNodes"), *found) if len(found) == len(what) else None
    named = None if own is None else by.named(own)
    bounds = _bounds(one.min, one.max)
    return call(by.word("Count"), named, **bounds) if named and bounds else None


def _new(of: se.Selector, scope: str) -> se.Selector | None:
    """What is said of the new nodes of this scope: `ANY`, or which they are not."""
    within = se.InScope(scope)
    if of == (se.AllOf((within, se.NEW)) if scope else se.NEW):
        return se.ANY
    said: tuple[se.Selector, ...] = of.of if isinstance(of, se.AllOf) else ()
    here = (within,) if scope else ()
    if len(said) > 1 and said[0] == se.NEW and said[2:] == here and isinstance(said[1], se.NotSo):
        return said[1]
    return None


def _edges(one: la.Edges, by: Speaker) -> Expr | None:
    if one != la.Edges(one.source, one.target, new=True, besides=one.besides, max=0):
        return None
    whole = se.InScope(by.scope) if by.scope else se.ANY
    if one.besides:
        if (one.source, one.target) != (whole, whole):
            return None
        pairs = [(by.named(pair.source), by.named(pair.target)) for pair in one.besides]
        if any(a is None or b is None for a, b in pairs):
            return None
        return call(by.word("OnlyEdges"), *(paired([a or "", b or ""]) for a, b in pairs))
    if (one.source, one.target) == (whole, whole):
        return call(by.word("NoNewEdges"))
    named: dict[str, Expr] = {}
    for end, selector in (("start", one.source), ("end", one.target)):
        if selector != se.ANY:
            found = by.named(selector)
            if found is None:
                return None
            named[end] = found
    return call(by.word("NoNewEdges"), **named) if named else None


def _each(one: la.Each, by: Speaker) -> Expr | None:
    of = by.named_here(one.of)
    ends = [("into", one.out), ("out_of", one.into)]
    said = [(name, end) for name, end in ends if end is not None]
    if of is None or len(said) != 1 or one != la.Each(one.of, one.out, one.into, one.min, one.max):
        return None
    other = by.named(said[0][1])
    bounds = _bounds(one.min, one.max)
    if other is None or not bounds:
        return None
    return call(by.word("Every"), of, **{said[0][0]: other}, **bounds)


def _style(one: la.Styled, by: Speaker) -> Expr | None:
    of = by.named_here(one.of)
    if of is None or not one.values:
        return None
    frozen = [text(key) for key in sorted(one.values) if not one.values[key]]
    named: dict[str, Expr] = {}
    for key in sorted(one.values):
        if one.values[key]:
            texts = [text(value) for value in one.values[key]]
            named[key] = texts[0] if len(texts) == 1 else paired(texts)
    odd = [key for key in named if not is_variable(key)]
    rest = mapped([(text(key), named.pop(key)) for key in odd])
    more: list[Expr] = [Prefixed("**", rest)] if odd else []
    return call(
        by.word("Style"), of, *frozen, *(Prefixed(f"{k}=", v) for k, v in named.items()), *more
    )


def _rearm(one: la.Rearm, by: Speaker) -> Expr | None:
    target = by.nodes(one.target)
    return call(by.word("Rounds"), target or text(one.target), at_most=str(one.max))


def _joined(word: str) -> Callable[[Any, Speaker], Expr | None]:
    return lambda one, by: call(by.word(word), *(by.vow(part) for part in one.of))


def _not(one: la.NotKept, by: Speaker) -> Expr | None:
    return call(by.word("Not"), by.vow(one.of))


def _shaped(one: la.Shaped, by: Speaker) -> Expr | None:
    node = by.nodes(one.scope)
    return None if node is None else call(by.word("Shaped"), _shape(one.shape, by), scope=node)


def _grows(one: la.Grows, by: Speaker) -> Expr | None:
    of = by.named_here(one.of)
    if of is None or isinstance(by.here(one.of), se.IdIs):
        return None
    return call(by.word("Shaped"), _shape(one.shape, by), scope=of)


def _shape(shape: Shape, by: Speaker) -> Expr:
    return _Promised(by, {}).written(shape)


@dataclass(slots=True)
class _Promised:
    """Writes a shape in which each place is called after its task."""

    by: Speaker
    seen: dict[str, int]

    def written(self, shape: Shape) -> Expr:
        word = self.by.word
        if isinstance(shape, (Leaf, Section)):
            return call(word("one"), self.place(shape))
        if isinstance(shape, Empty):
            return word("empty")
        if isinstance(shape, Use):
            slot: dict[str, Expr] = {} if shape.slot is None else {"slot": text(shape.slot)}
            return call(word("use"), text(shape.name), **slot)
        if isinstance(shape, Let):
            said = [self.written(part) for part in parts(shape)]
            deep: dict[str, Expr] = {} if shape.deep is None else {"deep": str(shape.deep)}
            return call(word("let"), text(shape.name), *said, **deep)
        if isinstance(shape, (Many, Loop)):
            kind = "loop" if isinstance(shape, Loop) else "many"
            bounds: dict[str, Expr] = {"at_least": str(shape.min)} if shape.min else {}
            if shape.max is not None:
                bounds["at_most"] = str(shape.max)
            of = shape.of
            if isinstance(of, (Leaf, Section)):
                return call(word(kind), self.place(of), **bounds)
            return call(word(kind), self.written(of), **bounds)
        if type(shape) not in _GROUPS:
            raise self.by.cannot(shape)
        group = _GROUPS[type(shape)]
        return call(word(group), *(self.written(part) for part in parts(shape)))

    def place(self, leaf: Leaf | Section) -> Expr:
        if isinstance(leaf, Section):
            raise self.by.cannot(leaf)
        n = self.seen[leaf.task] = self.seen.get(leaf.task, 0) + 1
        if leaf.slot != (leaf.task if n == 1 else f"{leaf.task}_{n}"):
            raise WriteError(
                f"slot {leaf.slot!r:.80}",
                f"in a promise the places are called after their tasks: {leaf.task!r:.80}",
            )
        return self.by.tasks.of(leaf.task).name


_VOWS: Mapping[type, Callable[[Any, Speaker], Expr | None]] = {
    la.Count: _count, la.Edges: _edges, la.Each: _each, la.Styled: _style, la.Rearm: _rearm,
    la.AllKept: _joined("AllOf"), la.AnyKept: _joined("AnyOf"), la.OneKept: _joined("ExactlyOne"),
    la.NotKept: _not, la.Shaped: _shaped, la.Grows: _grows,
}  # fmt: skip


def spoken_of(promise: Any) -> set[str]:
    """The ids that a promise or a limit names: of nodes, and of scopes in which they grow."""
    found: set[str] = set()
    todo: list[Any] = [encode(promise)]
    for one in todo:
        if isinstance(one, Mapping):
            found.update(
                str(one[key])
                for key in ("glob", "target", "scope")
                if isinstance(one.get(key), str)
            )
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return found


def scope_of(promise: Any) -> str:
    """The scope in which a promise or a limit was made, as far as it says so."""
    found: set[str] = set()
    todo: list[Any] = [encode(promise)]
    for one in todo:
        if isinstance(one, Mapping):
            if one.get("kind") == "scope":
                found.add(str(one["scope"]))
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return found.pop() if len(found) == 1 else ""
