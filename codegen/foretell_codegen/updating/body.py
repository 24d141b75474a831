"""The statements of a workflow's body, with the lines and the comments that belong to each.

A *chunk* is what stands on lines of its own: a statement, or several joined by semicolons. Comment
lines right above it belong to it, those after a blank line to nobody. What statements mean is not
known here.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from foretell_codegen.provenance import Lines, Provenance, Span

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the body itself (not of a block within it)."""

    index: int
    tree: ast.stmt
    span: Span


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines of the source: comments from `head`, code from `first`, to `end`. `inline`: it stands on
    the line of the `def`."""

    head: int
    first: int
    end: int
    statements: tuple[int, ...]
    inline: bool = False

    @property
    def joined(self) -> bool:
        """Whether nothing can be put between its statements on a line of its own."""
        return self.inline or len(self.statements) > 1


class Body:
    """The body of one workflow."""

    def __init__(self, source: bytes, function: Function, lines: Lines) -> None:
        self.source = source
        self.function = function
        self._lines = lines
        self.statements = tuple(
            Statement(i, tree, lines.span(tree)) for i, tree in enumerate(function.body)
        )
        self._starts = [statement.span.start for statement in self.statements]

    @cached_property
    def _laid(self) -> tuple[list[Chunk], list[int]]:
        spans = [statement.span for statement in self.statements]
        return _chunks(self.source, spans, self.span(self.function).start)

    @property
    def chunks(self) -> list[Chunk]:
        """The lines of the body, in order."""
        return self._laid[0]

    def chunk_of(self, statement: int) -> int:
        """The number of the chunk in which a statement stands."""
        return self._laid[1][statement]

    @classmethod
    def of(cls, provenance: Provenance) -> Body:
        """The body of the workflow that was read."""
        source, where = provenance.source, provenance.workflow
        tree = provenance.tree or ast.parse(source)
        lines = Lines(source)
        functions = (part for part in ast.walk(tree) if isinstance(part, Function))
        function = next(part for part in functions if lines.span(part).end == where.end)
        return cls(source, function, lines)

    def span(self, tree: ast.AST) -> Span:
        """Where a part of the body stands in the source."""
        return self._lines.span(tree)

    def at(self, span: Span) -> Statement:
        """The statement in which `span` lies."""
        return self.statements[max(0, bisect_right(self._starts, span.start) - 1)]

    @property
    def indent(self) -> str:
        """What the statements are indented by."""
        for chunk in self.chunks:
            if not chunk.inline:
                start = self.statements[chunk.statements[0]].span.start
                return self.source[chunk.first : start].decode()
        start = self.span(self.function).start
        outer = self.source[line_start(self.source, start) : start]
        return outer.decode() + ("\t" if b"\n\t" in self.source else "    ")

    @property
    def newline(self) -> str:
        """How its lines end."""
        start = self.span(self.function).start
        return newline_at(self.source, line_end(self.source, start)) or "\n"

    def paragraph(self, chunk: int) -> bool:
        """Whether other chunks follow a chunk without a blank line."""
        return (
            chunk + 1 < len(self.chunks) and self.chunks[chunk + 1].head == self.chunks[chunk].end
        )

    def opens(self, chunk: int) -> bool:
        """Whether a chunk is the first of several without a blank line between them."""
        before = chunk > 0 and self.chunks[chunk - 1].end == self.chunks[chunk].head
        return not before and self.paragraph(chunk)


def _chunks(source: bytes, spans: list[Span], function: int) -> tuple[list[Chunk], list[int]]:
    chunks: list[Chunk] = []
    owner: list[int] = []
    group: list[int] = []
    floor = function
    for i, span in enumerate(spans):
        group.append(i)
        owner.append(len(chunks))
        end = _end(source, span.end)
        if i + 1 < len(spans) and end > spans[i + 1].start:
            continue  # the next one stands behind a semicolon
        chunks.append(_chunk(source, spans[group[0]].start, end, tuple(group), floor))
        floor, group = end, []
    return chunks, owner


def _chunk(source: bytes, start: int, end: int, group: tuple[int, ...], floor: int) -> Chunk:
    first = line_start(source, start)
    if source[first:start].strip(b" \t\f"):
        return Chunk(start, start, end, group, inline=True)
    head = first
    while head > floor:
        above = line_start(source, head - len(newline_at(source, head, before=True)))
        if above < floor or not source[above:head].strip().startswith(b"#"):
            break
        head = above
    return Chunk(head, first, end, group)


def _end(source: bytes, at: int) -> int:
    """Past the end of the line on which a statement ends."""
    end = line_end(source, at)
    return end + len(newline_at(source, end))


def line_start(source: bytes, at: int) -> int:
    return max(source.rfind(b"\n", 0, at), source.rfind(b"\r", 0, at)) + 1


def line_end(source: bytes, at: int) -> int:
    feed = source.find(b"\n", at)
    feed = len(source) if feed < 0 else feed
    turn = source.find(b"\r", at, feed)
    return feed if turn < 0 else turn


def newline_at(source: bytes, at: int, before: bool = False) -> str:
    """The end of line that begins at a place, or ends there."""
    pair = source[max(0, at - 2) : at] if before else source[at : at + 2]
    if pair == b"\r\n":
        return "\r\n"
    one = pair[-1:] if before else pair[:1]
    return one.decode() if one in (b"\n", b"\r") else ""


def stored(tree: ast.AST) -> Iterator[str]:
    """The names that a statement gives something to."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name


def named(tree: ast.AST) -> Iterator[str]:
    """All names that are said in it."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).partition(".")[0]
