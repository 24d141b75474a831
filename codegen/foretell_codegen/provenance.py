"""Where in a source each part of a graph is written: what `read` knows beyond the graph itself.

Spans are byte offsets into the source as UTF-8, its byte order mark and its line ends as they are
in the file. Nothing here knows what a graph means, or how sources are changed.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")

BOM = b"\xef\xbb\xbf"


class Span(NamedTuple):
    """From the byte `start` to before the byte `end`."""

    start: int
    end: int

    def of(self, source: bytes) -> bytes:
        """What stands there."""
        return source[self.start : self.end]

    def holds(self, other: Span) -> bool:
        """Whether `other` lies in it."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Written:
    """One node, where it is written.

    `statement` is the simple statement (or the header of a compound one) that the call stands in,
    `call` the whole call with its `.options(...)` and `.after(...)`, `callee` the name of the task
    in it, `name` the variable that gives the node its id (None: it is called after its task or by an
    option). `arguments` are the values by input, `options` those said at the call, `after` what is
    listed in `.after(...)`. `function` is the workflow in whose body it stands.

    `shared`: other nodes come of the same call, which stands in a loop, a `.map`, or a section that
    is used several times.
    """

    node: str
    statement: Span
    call: Span
    callee: Span
    name: Span | None = None
    arguments: Mapping[str, Span] = field(default_factory=dict)
    options: Mapping[str, Span] = field(default_factory=dict)
    after: tuple[Span, ...] = ()
    scope: str = ""
    function: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Frozen:
    """A part of a workflow's body that could not be read: the node that stands for it, and why.
    `line` counts from 1."""

    node: str
    span: Span
    line: int
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the parts of one workflow are written in `source`.

    `workflow` is the whole definition with its decorators, `body` its statements after the
    docstring. `promises` are the statements that promise, limit or loop, `imports` the spans of
    what the module imports, by the name it is given there. `tree` is that of the whole source, to
    be looked at only.
    """

    source: bytes
    workflow: Span
    body: Span
    nodes: Mapping[str, Written]
    promises: tuple[Span, ...] = ()
    returned: Span | None = None
    imports: Mapping[str, Span] = field(default_factory=dict)
    frozen: tuple[Frozen, ...] = ()
    tree: ast.Module | None = field(default=None, compare=False, repr=False)

    @property
    def base_hash(self) -> str:
        """What tells this source from any other."""
        return hash_of(self.source)

    def line(self, offset: int) -> int:
        """The number of the line, from 1, in which a byte stands."""
        return Lines(self.source).line(offset)


def hash_of(source: bytes) -> str:
    """The SHA-256 of a source, by which an edit says what it was made for."""
    return "sha256:" + sha256(source).hexdigest()


class Lines:
    """Turns lines and columns, as `ast` counts them, into byte offsets.

    For Python a line ends at a line feed, a carriage return, or both together; a form feed ends
    none. (`splitlines` thinks otherwise.)
    """

    def __init__(self, source: bytes) -> None:
        self.size = len(source)
        starts = [len(BOM) if source.startswith(BOM) else 0]
        if b"\r" in source:
            at, end = starts[0], len(source)
            while at < end:
                feed, turn = source.find(b"\n", at), source.find(b"\r", at)
                first = min((p for p in (feed, turn) if p >= 0), default=-1)
                if first < 0:
                    break
                at = first + (2 if source[first : first + 2] == b"\r\n" else 1)
                starts.append(at)
        else:
            at = source.find(b"\n")
            while at >= 0:
                starts.append(at + 1)
                at = source.find(b"\n", at + 1)
        self.starts = starts

    def offset(self, line: int, column: int) -> int:
        """The byte at a line from 1 and a column from 0, counted in bytes."""
        return self.starts[line - 1] + column

    def line(self, offset: int) -> int:
        return max(1, bisect_right(self.starts, offset))

    def span(self, node: Any) -> Span:
        """Where a node of a syntax tree stands."""
        starts = self.starts
        return Span(
            starts[node.lineno - 1] + node.col_offset,
            starts[node.end_lineno - 1] + node.end_col_offset,
        )


class Lazily(Mapping[K, V]):
    """A mapping whose values are made when they are first asked for: of thousands of nodes an edit
    looks at a few."""

    __slots__ = ("_made", "_make", "_of")

    def __init__(self, of: Mapping[K, Any], make: Callable[[K, Any], V]) -> None:
        self._of = of
        self._make = make
        self._made: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._make(key, self._of[key])
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._of

    def __iter__(self) -> Iterator[K]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)
