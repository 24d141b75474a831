"""As much of DOT's grammar as we write, or Graphviz writes when it rewrites our text.

Knows statements and attributes, not what they mean. Ports, HTML strings, `strict`, and edges
with more than two ends are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from foretell.errors import DocumentError

Attributes: TypeAlias = dict[str, str]

_WORD = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"'
    r"|(?P<sign>->|[][{}=,;+])"
    r"|(?P<bare>-?(?:\.\d+|\d+\.?\d*)|[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9\x80-\U0010ffff]*)",
    re.DOTALL,
)
_BETWEEN = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)


class EdgeStatement(NamedTuple):
    source: str
    target: str
    attributes: Attributes


@dataclass(slots=True)
class Block:
    """A graph or a subgraph: its own attributes, and what is stated in it and below it.

    `nodes` and `edges` are shared by all blocks of a text.
    """

    nodes: dict[str, Attributes] = field(default_factory=dict)
    edges: list[EdgeStatement] = field(default_factory=list)
    attributes: Attributes = field(default_factory=dict)
    subgraphs: list[Block] = field(default_factory=list)

    def all_below(self) -> Iterator[Block]:
        """Every subgraph, an outer one before those in it."""
        for block in self.subgraphs:
            yield block
            yield from block.all_below()


class _Word(NamedTuple):
    kind: Literal["string", "sign", "bare", "end"]
    text: str

    def __str__(self) -> str:
        return "the end of the text" if self.kind == "end" else repr(self.text[:40])


_END = _Word("end", "")


def read_dot(text: str) -> Block:
    """The statements of a DOT text. Raises `DocumentError` where it is not what we write."""
    return _Parser(text).graph()


class _Parser:
    """Recursive descent, one word ahead."""

    def __init__(self, text: str) -> None:
        self._words = _words(text)
        self._word = next(self._words)

    def graph(self) -> Block:
        self._expect(_Word("bare", "digraph"))
        self._value()
        root = Block()
        self._block(root)
        return root

    def _block(self, block: Block) -> None:
        self._expect(_Word("sign", "{"))
        while not self._skip("}"):
            self._statement(block)

    def _statement(self, block: Block) -> None:
        if self._skip(";"):
            return
        word = self._word
        name = self._value()
        if word == ("bare", "subgraph"):
            self._subgraph(block)
        elif word == ("bare", "graph"):
            block.attributes.update(self._attributes())
        elif word in (("bare", "node"), ("bare", "edge")):
            self._attributes()
        elif self._skip("="):
            block.attributes[name] = self._value()
        elif self._skip("->"):
            target = self._value()
            block.edges.append(EdgeStatement(name, target, self._attributes()))
        else:
            block.nodes.setdefault(name, {}).update(self._attributes())

    def _subgraph(self, block: Block) -> None:
        self._value()
        below = Block(block.nodes, block.edges)
        block.subgraphs.append(below)
        self._block(below)

    def _attributes(self) -> Attributes:
        found: Attributes = {}
        while self._skip("["):
            while not self._skip("]"):
                name = self._value()
                self._expect(_Word("sign", "="))
                found[name] = self._value()
                while self._skip(",") or self._skip(";"):
                    pass
        return found

    def _value(self) -> str:
        if self._word.kind in ("sign", "end"):
            raise DocumentError("dot", f"expected a name or a value, got {self._word}")
        parts = [self._take()]
        while self._skip("+"):
            parts.append(self._take())
        return "".join(parts)

    def _expect(self, wanted: _Word) -> None:
        if self._word != wanted:
            raise DocumentError("dot", f"expected {wanted}, got {self._word}")
        self._take()

    def _skip(self, sign: str) -> bool:
        if self._word != ("sign", sign):
            return False
        self._take()
        return True

    def _take(self) -> str:
        taken = self._word.text
        self._word = next(self._words, _END)
        return taken


def _words(text: str) -> Iterator[_Word]:
    at = 0
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if at == len(text):
            break
        found = _WORD.match(text, at)
        if found is None:
            raise DocumentError("dot", f"cannot read {text[at : at + 20]!r}")
        at = found.end()
        if found["string"] is not None:
            yield _Word("string", found["string"].replace("\\\n", "").replace('\\"', '"'))
        elif found["sign"] is not None:
            yield _Word("sign", found["sign"])
        else:
            yield _Word("bare", found["bare"])
    yield _END
