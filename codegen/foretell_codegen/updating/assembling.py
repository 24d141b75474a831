"""From what becomes of each statement to edits of the source: lines put in, taken out, and moved.

What statements mean is known here only by the names in them: which use what others define.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from foretell_codegen.provenance import Span
from foretell_codegen.updating.body import Body, line_end, line_start, named, stored
from foretell_codegen.updating.edits import TextEdit, applied, narrowed
from foretell_codegen.updating.moves import order
from foretell_codegen.updating.trouble import CannotUpdate


@dataclass(eq=False, slots=True)
class Item:
    """A statement of the body to be: one that stands there (`index`) with `splices` in it, or a new one
    (`text`), right above the statement `above` if that is said. `fixed`: nothing passes it, because
    nobody knows what it does."""

    index: int | None = None
    text: str = ""
    splices: list[TextEdit] = field(default_factory=list)
    gone: bool = False
    fixed: bool = False
    instead: str | None = None
    """Another text for the whole statement."""
    above: Item | None = None


class Sequence:
    """The statements of a body to be, in order."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.old = [Item(index=i) for i in range(len(body.statements))]
        self.items: list[Item] = list(self.old)
        self.is_reordered = False

    def item_at(self, span: Span) -> Item:
        return self.old[self.body.at(span).index]

    def put(self, text: str, at: int, above: Item | None = None) -> Item:
        """One more statement, before the one that is at `at`."""
        item = Item(text=text, above=above)
        self.items.insert(at, item)
        return item

    def end(self) -> int:
        """Before the `return` at the end."""
        for at in range(len(self.items), 0, -1):
            index = self.items[at - 1].index
            if index is None or not isinstance(self.body.statements[index].tree, ast.Return):
                return at
        return 0

    def text_of(self, item: Item) -> str:
        """A statement as it will be."""
        if item.index is None:
            return item.text
        if item.instead is not None:
            return item.instead
        span = self.body.statements[item.index].span
        return self._spliced(span, item.splices).decode()

    def _spliced(self, span: Span, splices: Iterable[TextEdit]) -> bytes:
        moved = [TextEdit(e.start - span.start, e.end - span.start, e.text) for e in splices]
        return applied(span.of(self.body.source), moved)

    def edits(self) -> list[TextEdit]:
        """The edits that make the source's body this one, whose statements are then in their new
        order."""
        kept = [item for item in self.items if not item.gone]
        stays = {id(item) for item in kept if item.index is not None}
        if self._is_disordered(kept):
            kept, stays = self._sorted(kept)
            self.is_reordered = True
        self.items = kept
        return _Layout(self, kept, stays).edits()

    def _is_disordered(self, kept: list[Item]) -> bool:
        """Whether what is new or changed uses what only comes later."""
        if not any(item.index is None or item.splices or item.instead for item in kept):
            return False
        seen: set[str] = set()
        fresh: set[str] = set()
        for item in kept:
            changed = item.index is None or item.splices or item.instead is not None
            tree = self._tree(item)
            made = set(_stored(tree))
            if made & fresh:
                return True
            if changed:
                fresh.update(name for name in named(tree) if name not in seen and name not in made)
            seen |= made
        return False

    def _sorted(self, kept: list[Item]) -> tuple[list[Item], set[int]]:
        trees = [self._tree(item) for item in kept]
        given = {arg.arg for arg in ast.walk(self.body.function.args) if isinstance(arg, ast.arg)}
        needs = _needs(kept, trees, given)
        new = [i for i, item in enumerate(kept) if item.index is None]
        try:
            places, stays = order(len(kept), needs, new)
        except ValueError:
            raise CannotUpdate(
                "the body",
                "what this edit wires would have to pass a statement that nothing passes",
                "Move it by hand",
            ) from None
        return (
            [kept[i] for i in places],
            {id(kept[i]) for i in stays},
        )

    def _tree(self, item: Item) -> ast.stmt:
        if item.index is not None and not item.splices and item.instead is None:
            return self.body.statements[item.index].tree
        return _parsed(self.text_of(item))


def _parsed(text: str) -> ast.stmt:
    """A statement by itself. A `return` is none outside of a function."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tree = ast.parse("def _():\n " + "\n".join(lines)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree.body[0]


def _stored(tree: ast.stmt) -> Iterable[str]:
    match tree:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return (name,)
        case ast.Expr(value=ast.Call()) | ast.Return():
            return ()
    return stored(tree)


def _needs(items: list[Item], trees: list[ast.stmt], given: set[str]) -> dict[int, set[int]]:
    """Which statements come before which, by the names in them. What is `given` has its value before
    them all."""
    made: dict[str, list[int]] = {}
    for i, tree in enumerate(trees):
        for name in set(_stored(tree)):
            made.setdefault(name, []).append(i)
    needs: dict[int, set[int]] = {i: set() for i in range(len(items))}
    touched: dict[str, list[int]] = {}
    for i, tree in enumerate(trees):
        for name in set(named(tree)):
            if name not in made:
                continue
            touched.setdefault(name, []).append(i)
            (first, *more) = made[name]
            if not more and name not in given and first != i:
                needs[i].add(first)
    for name, places in made.items():
        if (
            len(places) > 1 or name in given
        ):  # given again: all that has to do with it stays in order
            for before, item in pairwise(touched[name]):
                needs[item].add(before)
    _bar(items, trees, needs)
    return needs


def _bar(items: list[Item], trees: list[ast.stmt], needs: dict[int, set[int]]) -> None:
    bar: int | None = None
    since: list[int] = []
    for i, (item, tree) in enumerate(zip(items, trees, strict=True)):
        if bar is not None:
            needs[i].add(bar)
        since.append(i)
        if item.fixed or isinstance(tree, ast.Return) or _leaves(tree) or _is_text(i, tree):
            needs[i].update(since[:-1])
            bar, since = i, []


def _leaves(tree: ast.stmt) -> bool:
    """Whether what stands after a statement may not be reached."""
    return hasattr(tree, "body") and any(
        isinstance(part, (ast.Return, ast.Raise, ast.Yield)) for part in ast.walk(tree)
    )


def _is_text(at: int, tree: ast.stmt) -> bool:
    return at == 0 and isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant)


class _Layout:
    """Puts statements on lines."""

    def __init__(self, sequence: Sequence, kept: list[Item], stays: set[int]) -> None:
        self.sequence = sequence
        self.body = sequence.body
        self.source = sequence.body.source
        self.kept = kept
        self.stays = stays
        self.found: list[TextEdit] = []

    def edits(self) -> list[TextEdit]:
        self._in_place()
        self._take_out()
        self._put_in()
        return self.found

    def _stay(self, item: Item) -> bool:
        return id(item) in self.stays

    def _in_place(self) -> None:
        for item in self.kept:
            if not self._stay(item) or item.index is None:
                continue
            span = self.body.statements[item.index].span
            if item.instead is not None:
                item.splices = [TextEdit(span.start, span.end, item.instead)]
            for edit in item.splices:
                if (small := narrowed(self.source, edit)) is not None:
                    self.found.append(small)

    def _take_out(self) -> None:
        if len(self.stays) == len(self.sequence.old):
            return
        for number, chunk in enumerate(self.body.chunks):
            items = [self.sequence.old[i] for i in chunk.statements]
            out = [item for item in items if not self._stay(item)]
            if not out:
                continue
            if len(out) < len(items):
                self._take_from_line(items)
            elif chunk.inline:
                self._take_inline(items)
            else:
                self._take_lines(number)

    def _take_from_line(self, items: list[Item]) -> None:
        """Takes some of the statements that semicolons join."""
        spans = [self.body.statements[item.index or 0].span for item in items]
        left = [i for i, item in enumerate(items) if self._stay(item)]
        at = 0
        while at < len(items):
            if self._stay(items[at]):
                at += 1
                continue
            end = at
            while end < len(items) and not self._stay(items[end]):
                end += 1
            if end < len(items):
                self.found.append(TextEdit(spans[at].start, spans[end].start, ""))
            else:
                self.found.append(TextEdit(spans[left[-1]].end, spans[-1].end, ""))
            at = end

    def _take_inline(self, items: list[Item]) -> None:
        spans = [self.body.statements[item.index or 0].span for item in items]
        self.found.append(TextEdit(spans[0].start, spans[-1].end, "pass"))

    def _take_lines(self, number: int) -> None:
        body, chunk = self.body, self.body.chunks[number]
        start, end = (chunk.first if body.opens(number) else chunk.head), chunk.end
        above = number > 0 and body.chunks[number - 1].end == chunk.head
        if not above and not body.paragraph(number) and start == chunk.head:
            if number + 1 < len(body.chunks):
                end = _past_blank(self.source, end, body.chunks[number + 1].head)
            elif number:
                start = _before_blank(self.source, body.chunks[number - 1].end, start)
        if number == 0 and not any(self._stay(i) or i.index is None for i in self.kept):
            self.found.append(TextEdit(start, end, f"{body.indent}pass{body.newline}"))
            return
        self.found.append(TextEdit(start, end, ""))

    def _put_in(self) -> None:
        """Puts in what is new, or was somewhere else, between what stays."""
        anchor: Item | None = None
        low = False
        for i, item in enumerate(self.kept):
            if self._stay(item):
                anchor, low = item, False
                continue
            after = next((later for later in self.kept[i:] if self._stay(later)), None)
            low = low or (item.above is not None and item.above is after)
            self._put_one(item, anchor, after, low)

    def _put_one(self, item: Item, before: Item | None, after: Item | None, low: bool) -> None:
        """Puts a statement below `before`, or (`low`) right above `after`."""
        chunk_before = self._chunk(before)
        chunk_after = self._chunk(after)
        if chunk_after is not None and before is not None and chunk_after == chunk_before:
            self._join_before(item, after)
        elif chunk_before is not None and not low:
            if self.body.chunks[chunk_before].inline:
                self._join_after(item, before)
            else:
                self._line(item, self._end_of(chunk_before))
        elif chunk_after is not None:
            if self.body.chunks[chunk_after].inline:
                self._join_before(item, after)
            else:
                self._line(item, self.body.chunks[chunk_after].head)
        elif chunk_before is not None:
            self._line(item, self._end_of(chunk_before))
        else:
            self._only(item)

    def _chunk(self, item: Item | None) -> int | None:
        if item is None or item.index is None:
            return None
        return self.body.chunk_of(item.index)

    def _end_of(self, chunk: int) -> int:
        return self.body.chunks[chunk].end

    def _join_before(self, item: Item, after: Item | None) -> None:
        assert after is not None and after.index is not None
        at = self.body.statements[after.index].span.start
        self.found.append(TextEdit(at, at, f"{self._flat(item)}; "))

    def _join_after(self, item: Item, before: Item | None) -> None:
        assert before is not None and before.index is not None
        at = self.body.statements[before.index].span.end
        self.found.append(TextEdit(at, at, f"; {self._flat(item)}"))

    def _flat(self, item: Item) -> str:
        return self.sequence.text_of(item)

    def _line(self, item: Item, at: int) -> None:
        text = self._lines_of(item)
        if at and self.source[at - 1 : at] not in (b"\n", b"\r"):  # the file ends without a newline
            text = self.body.newline + text.removesuffix(self.body.newline)
        self.found.append(TextEdit(at, at, text))

    def _lines_of(self, item: Item) -> str:
        body = self.body
        if item.index is None:
            lines = item.text.split("\n")
            return "".join(f"{body.indent}{line}{body.newline}" for line in lines[:1]) + "".join(
                f"{line}{body.newline}" for line in lines[1:]
            )
        number = body.chunk_of(item.index)
        chunk = body.chunks[number]
        if chunk.joined:
            return f"{body.indent}{self.sequence.text_of(item)}{body.newline}"
        start = chunk.first if body.opens(number) else chunk.head
        moved = [TextEdit(e.start - start, e.end - start, e.text) for e in item.splices]
        text = applied(self.source[start : chunk.end], moved).decode()
        return text if text.endswith(("\n", "\r")) else text + body.newline

    def _only(self, item: Item) -> None:
        chunk = self.body.chunks[-1]
        self._line(item, chunk.end)


def _past_blank(source: bytes, at: int, end: int) -> int:
    while at < end:
        stop = line_end(source, at)
        if source[at:stop].strip():
            break
        at = stop + (2 if source[stop : stop + 2] == b"\r\n" else 1)
    return min(at, end)


def _before_blank(source: bytes, floor: int, at: int) -> int:
    while at > floor:
        above = line_start(source, at - (2 if source[at - 2 : at] == b"\r\n" else 1))
        if above < floor or source[above:at].strip():
            break
        at = above
    return at
