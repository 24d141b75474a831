"""Untrusted text made safe: for names and attributes in DOT, for labels in DOT and in Mermaid.

Ids, tasks and labels come from whoever wrote the workflow, or from a task that made them up.
A *token* keeps every string whole and can be read back. A *label* is for people: it may be cut,
and what cannot be printed is shown as a sign. Nothing here knows what is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

_MERMAID_CODED = re.compile(
    r"(?![^\W_]|(?<=[^\W_])[-_.](?=[\w.])|(?<=\.)\.(?=[\w∞])|(?<=\S)[ ](?=\S)|\n"
    r"|[×↻✱◦▶✓✎✗–⊘⊕…∞□·∅»])."
)
"""What Mermaid, or the Markdown in it, might read as more than a sign."""

_MERMAID_LATE = re.compile(r"\\(?=n)|\$(?=\$)|:(?=fa-)")
"""What Mermaid reads only after it has decoded the rest: kept apart by a sign without width."""

_EMPTY = "!empty"
_DELETE = 0x7F
_LONGEST_STRING = 4_000  # characters; each may take four bytes
_WIDEST = 34
_MOST_LINES = 3


def token(text: str) -> str:
    """`text` as one word of printable characters that mean nothing to DOT, HTML or the shell.

    Encoded as in URLs, but with `!` for `%`, which Graphviz takes for its own at the start of a
    name; and letters of all scripts stay. `untoken` reads it back.
    """
    if text.isascii() and text.isidentifier():
        return text
    return "".join(c if _is_plain(c) else _encoded(c) for c in text) or _EMPTY


def untoken(word: str) -> str:
    """The text of a `token`."""
    return "" if word == _EMPTY else unquote(word.replace("!", "%"), errors="surrogatepass")


def tokens(texts: Iterable[str]) -> str:
    """Several texts as tokens with spaces between."""
    return " ".join(map(token, texts))


def untokens(words: str) -> tuple[str, ...]:
    return tuple(untoken(word) for word in words.split())


def shown(text: str, widest: int = _WIDEST) -> str:
    """`text` as a person may see it: at most three lines, each cut in its middle if long."""
    lines = text.strip()[: 4 * _MOST_LINES * widest].split("\n")
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "…"]
    return "\n".join(_cut(_printable(line), widest) for line in lines)


def name_shown(text: str, widest: int = _WIDEST) -> str:
    """An id or a task's name as a person may see it: one line, never empty."""
    return _cut(_printable(text), widest) or "''"


def quoted(text: str) -> str:
    """A DOT string. `text` must hold no backslash that is not meant as an escape.

    Graphviz reads no string of more than 16 kB, but joins several with `+`.
    """
    whole = '"' + text.replace('"', '\\"') + '"'
    if len(whole) < _LONGEST_STRING or "\\" in whole:
        return whole
    return '" + "'.join(
        whole[at : at + _LONGEST_STRING] for at in range(0, len(whole), _LONGEST_STRING)
    )


def dot_label(text: str) -> str:
    """A DOT string that Graphviz shows as `text`: no escapes, entities or markup are read in it."""
    plain = text.replace("\\", "\\\\").replace("&", "&amp;").replace("\n", "\\n")
    return quoted(plain)


def mermaid_label(text: str) -> str:
    """A quoted Mermaid label shown as `text`: neither markup, Markdown nor directives are read."""
    apart = _MERMAID_LATE.sub("\\g<0>\u2060", text)
    coded = _MERMAID_CODED.sub(lambda found: f"#{ord(found[0])};", apart)
    return '"' + coded.replace("\n", "<br/>") + '"'


def mermaid_title(text: str) -> str:
    """A YAML string that no reader of Mermaid, old or new, takes for anything else."""
    return '"' + _MERMAID_CODED.sub(lambda found: f"\\U{ord(found[0]):08x}", text) + '"'


def _is_plain(char: str) -> bool:
    return char.isprintable() and char not in " !%\"\\&<>'`"


def _encoded(char: str) -> str:
    return quote(char, safe="", errors="surrogatepass").replace("%", "!")


def _printable(line: str) -> str:
    return line if line.isprintable() else "".join(map(_sign, line))


def _sign(char: str) -> str:
    """A visible sign for what cannot be printed: control pictures, else the replacement sign."""
    if char.isprintable():
        return char
    code = ord(char)
    if code < ord(" "):
        return chr(0x2400 + code)
    return "␡" if code == _DELETE else " " if char.isspace() else "\ufffd"


def _cut(line: str, widest: int) -> str:
    if len(line) <= widest:
        return line
    tail = widest // 3
    return line[: widest - 1 - tail] + "…" + line[-tail:]
