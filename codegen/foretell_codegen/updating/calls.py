"""One call as it is written, and the same call with another argument, option or predecessor.

    load.options(retries=2).after(x)(path, n=3)

Bytes of what is not changed stay: comments, line breaks, trailing commas, quotes. What the call means
is not known here; arguments have keys, which whoever asks has given them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from foretell_codegen.provenance import Lines, Span
from foretell_codegen.updating.body import line_end, line_start

_GAP = b" \t\f\r\n\\"
CHAINED = ("options", "after")


class Unsplit(ValueError):
    """The call is written in a way that no single argument can be taken out of."""


@dataclass(frozen=True, slots=True)
class Argument:
    """`whole` is all that is between the commas, `value` the expression in it."""

    key: str | None
    whole: Span
    value: Span
    comma: int | None
    keyword: bool


@dataclass(frozen=True, slots=True)
class Parens:
    """What lies between the parentheses of a call: `start` is after the one, `end` before the
    other."""

    start: int
    end: int
    arguments: tuple[Argument, ...]

    def find(self, key: str) -> int | None:
        return next((i for i, one in enumerate(self.arguments) if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Link:
    """`.options(...)` or `.after(...)`, as far as it reaches."""

    word: str
    span: Span
    parens: Parens


@dataclass(frozen=True, slots=True)
class Call:
    """The text of a call. `keys` are those of the arguments given by position."""

    text: bytes
    keys: tuple[str | None, ...] = ()

    def parts(self) -> Parts:
        return _parts(self)

    def with_argument(self, key: str, text: str, word: str = "") -> Call:
        """The call with another value of an argument, or one more; `word` names the link of the chain
        (`options`) whose argument it is."""
        parens = self._parens(word, key)
        found = parens.find(key)
        if found is not None:
            return self._spliced(parens.arguments[found].value, text)
        said = f"{key}={text}" if key.isidentifier() else f"**{{{key!r}: {text}}}"
        return self._put(added(self.text, parens, said))

    def without_argument(self, key: str, word: str = "") -> Call:
        """The call without an argument. Those after it that were given by position get names."""
        parens = self._parens(word, key)
        found = parens.find(key)
        if found is None:
            raise Unsplit(f"no argument {key!r}")
        named, keys = self, list(self.keys)
        if not parens.arguments[found].keyword and not word:
            later = [a for a in parens.arguments[found + 1 :] if not a.keyword]
            if any(a.key is None or not a.key.isidentifier() for a in later):
                raise Unsplit("an argument after it has no name")
            for one in reversed(later):
                named = named._spliced(Span(one.whole.start, one.whole.start), f"{one.key}=")
            del keys[found:]
            named = replace(named, keys=tuple(keys))
            again = named.parts().parens
        else:
            again = named._parens(word, key)
        if word and len(again.arguments) == 1:
            return named._spliced(named._link(word, key).span, "")
        return named._put(removed(named.text, again, found))

    def with_link(self, word: str, said: str) -> Call:
        """The call with one more link in its chain, right after the name of the task."""
        at = self.parts().callee.end
        return self._spliced(Span(at, at), f".{word}({said})")

    def without_link(self, link: Link) -> Call:
        return self._spliced(link.span, "")

    def with_callee(self, text: str) -> Call:
        return self._spliced(self.parts().callee, text)

    def spliced(self, span: Span, text: str) -> Call:
        """The call with other bytes in the place of these."""
        return self._spliced(span, text)

    def _link(self, word: str, key: str) -> Link:
        """That in which the argument is, or else the last of those that are called so."""
        links = [link for link in self.parts().links if link.word == word]
        return next((link for link in links if link.parens.find(key) is not None), links[-1])

    def _parens(self, word: str, key: str) -> Parens:
        return self._link(word, key).parens if word else self.parts().parens

    def _spliced(self, span: Span, text: str) -> Call:
        return self._put(self.text[: span.start] + text.encode() + self.text[span.end :])

    def _put(self, text: bytes) -> Call:
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class Parts:
    """`form` is how the task is called: plainly, or by one of its methods."""

    callee: Span
    links: tuple[Link, ...]
    form: Literal["", "node", "map"]
    parens: Parens


def _parts(call: Call) -> Parts:
    text = call.text
    wrapped = b"(" + text + b"\n)"
    tree = ast.parse(wrapped.decode(), mode="eval").body
    if not isinstance(tree, ast.Call):
        raise Unsplit("it is no call")
    lines = Lines(wrapped)

    def span(node: ast.AST) -> Span:
        found = lines.span(node)
        return Span(found.start - 1, found.end - 1)

    form: Literal["", "node", "map"] = ""
    inner: ast.expr = tree.func
    if isinstance(inner, ast.Attribute) and inner.attr in ("node", "map"):
        form = "node" if inner.attr == "node" else "map"
        inner = inner.value
    links: list[Link] = []
    while (
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr in CHAINED
    ):
        word, below = inner.func.attr, inner.func.value
        begin = _past_parens(text, span(below).end)
        links.append(Link(word, Span(begin, span(inner).end), _between(text, inner, span, ())))
        inner = below
    return Parts(span(inner), tuple(links[::-1]), form, _between(text, tree, span, call.keys))


def _between(
    text: bytes, call: ast.Call, span: Callable[[ast.AST], Span], keys: Sequence[str | None]
) -> Parens:
    start = opening(text, span(call.func).end) + 1
    end = span(call).end - 1
    given: list[tuple[Span, Span, str | None, bool]] = []
    for i, arg in enumerate(call.args):
        key = keys[i] if i < len(keys) and not isinstance(arg, ast.Starred) else None
        given.append((span(arg), span(arg), key, False))
    for keyword in call.keywords:
        whole = span(keyword)
        value = span(keyword.value)
        name = keyword.arg
        if name is None and (only := _only_key(keyword.value)) is not None:
            name, value = only[0], span(only[1])
        given.append((whole, value, name, True))
    given.sort(key=lambda one: one[0])
    found: list[Argument] = []
    for i, (whole, value, key, keyword_) in enumerate(given):
        after = given[i + 1][0].start if i + 1 < len(given) else end
        begin = given[i - 1][0].end if i else start
        opened = _opened(text, begin, whole.start)
        stop, comma = closed(text, whole.end, after)
        found.append(Argument(key, Span(opened, stop), value, comma, keyword_))
    if len(found) == 1 and isinstance(call.args[:1] and call.args[0], ast.GeneratorExp):
        raise Unsplit("its only argument is a generator")
    return Parens(start, end, tuple(found))


def _only_key(value: ast.expr) -> tuple[str, ast.expr] | None:
    """The key and the value of `**{"odd-port": v}`."""
    if isinstance(value, ast.Dict) and len(value.keys) == 1:
        key = value.keys[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return key.value, value.values[0]
    return None


def skip(text: bytes, at: int, end: int) -> int:
    """Past white space, line continuations and comments."""
    while at < end:
        if text[at] in _GAP:
            at += 1
        elif text[at : at + 1] == b"#":
            at = line_end(text, at)
        else:
            break
    return at


def _past_parens(text: bytes, at: int) -> int:
    """Past the parentheses that close around what ends here."""
    while (there := skip(text, at, len(text))) < len(text) and text[there : there + 1] == b")":
        at = there + 1
    return at


def opening(text: bytes, at: int) -> int:
    while text[at : at + 1] != b"(":
        at = skip(text, at, len(text))
        if text[at : at + 1] == b")":
            at += 1
    return at


def _opened(text: bytes, begin: int, start: int) -> int:
    """Where an argument begins with the parentheses around it, after the comma before it."""
    at, first = begin, start
    while (at := skip(text, at, start)) < start:
        if text[at : at + 1] == b"(" and first == start:
            first = at
        elif text[at : at + 1] != b"(":
            first = start
        at += 1
    return first


def closed(text: bytes, at: int, end: int) -> tuple[int, int | None]:
    """Where an argument ends with the parentheses around it, and its comma."""
    closed = at
    while (at := skip(text, at, end)) < end:
        if text[at : at + 1] == b",":
            return closed, at
        if text[at : at + 1] != b")":
            break
        at = closed = at + 1
    return closed, None


def added(text: bytes, parens: Parens, said: str) -> bytes:
    """The text with one more argument, after the others and as they are laid out."""
    new = said.encode()
    if not parens.arguments:
        return text[: parens.start] + new + text[parens.end :]
    last = parens.arguments[-1]
    indent = _own_line(text, last.whole.start)
    if (
        indent is None
        or last.whole.start < parens.start
        or b"\n" not in text[last.whole.end : parens.end]
    ):
        if last.comma is None:
            at = last.whole.end
            return text[:at] + b", " + new + text[at:]
        at = last.comma + 1
        return text[:at] + b" " + new + b"," + text[at:]
    # one to a line: a comment after the last one stays beside it
    comma = b"" if last.comma is not None else b","
    begin = last.whole.end if last.comma is None else last.comma + 1
    end = line_end(text, begin)
    newline = _newline(text, end)
    trailing = b"," if last.comma is not None else b""
    return (
        text[: last.whole.end] + comma + text[last.whole.end : end]
        + newline + indent + new + trailing + text[end:]
    )  # fmt: skip


def removed(text: bytes, parens: Parens, index: int) -> bytes:
    """The text without an argument, its comma and its comment."""
    one = parens.arguments[index]
    if len(parens.arguments) == 1:
        return text[: parens.start] + text[parens.end :]
    end = one.whole.end if one.comma is None else one.comma + 1
    if _own_line(text, one.whole.start) is not None:
        stop = _blank_to_line_end(text, end)
        if stop is not None:
            start = line_start(text, one.whole.start)
            before = parens.arguments[index - 1]
            if one.comma is None and before.comma is not None:  # as it was without a trailing one
                return text[: before.comma] + text[before.comma + 1 : start] + text[stop:]
            return text[:start] + text[stop:]
    if index + 1 < len(parens.arguments):
        return text[: one.whole.start] + text[parens.arguments[index + 1].whole.start :]
    before = parens.arguments[index - 1]
    return text[: before.whole.end] + text[one.whole.end :]


def _own_line(text: bytes, at: int) -> bytes | None:
    """What a line is indented by, if nothing else stands before this place in it."""
    start = line_start(text, at)
    return text[start:at] if start and not text[start:at].strip() else None


def _newline(text: bytes, at: int) -> bytes:
    return text[at : at + 2] if text[at : at + 2] == b"\r\n" else text[at : at + 1]


def _blank_to_line_end(text: bytes, at: int) -> int | None:
    """Past the end of the line, if only a comment is left in it."""
    end = line_end(text, at)
    rest = text[at:end].strip()
    if (rest and not rest.startswith(b"#")) or end == len(text):
        return None
    return end + len(_newline(text, end))
