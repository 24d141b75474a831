"""DOT text of ours back to what it shows: the proof that a drawing loses nothing.

Reads the `ft_` attributes and nothing else, from the text as written or as Graphviz rewrote it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from foretell.errors import DocumentError
from foretell.graph.plain import decode
from foretell.horizon.model import Horizon
from foretell_runtime.drawing.folding import Counts, Picture
from foretell_runtime.drawing.grammar import Attributes, Block, EdgeStatement, read_dot
from foretell_runtime.drawing.quoting import untoken, untokens


def parse(text: str) -> Picture:
    """The picture of which `text` is the DOT text.

    Raises `DocumentError` if `text` is not DOT as we write it.
    """
    graph = read_dot(text)
    stated = [(untoken(name), a) for name, a in graph.nodes.items() if "ft_existence" in a]
    about = graph.attributes
    document = {
        **_read(about, _ABOUT),
        "nodes": [{"id": i, **_read(a, _NODE)} for i, a in stated if _exists(a)],
        "classes": [{"id": i, **_class(a)} for i, a in stated if not _exists(a)],
        "edges": [_edge(edge) for edge in graph.edges],
        "groups": _groups(graph),
        "bundles": _bundles(graph),
    }
    return Picture(
        decode(Horizon, document, "dot"),
        stacks={i: _counts(a["ft_stack"]) for i, a in stated if a.get("ft_stack")},
        copies={i: _number(a["ft_copies"]) for i, a in stated if a.get("ft_copies")},
        times={
            index: _number(edge.attributes["ft_times"])
            for index, edge in enumerate(graph.edges)
            if edge.attributes.get("ft_times")
        },
        hidden=_counts(about.get("ft_hidden", "")),
    )


def _same(word: str) -> str:
    return word


def _yes(word: str) -> bool:
    return word == "yes"


def _number(word: str) -> int:
    try:
        return int(word)
    except ValueError as error:
        raise DocumentError("dot", f"expected a whole number, got {word!r:.80}") from error


def _words(word: str) -> list[str]:
    return list(untokens(word))


def _pairs(word: str) -> dict[str, str]:
    words = untokens(word)
    return dict(zip(words[::2], words[1::2], strict=False))


def _counts(word: str) -> Counts:
    pairs = (pair.partition("=") for pair in word.split())
    return tuple((status, _number(n)) for status, _, n in pairs)  # type: ignore[misc]


def _bound(word: str) -> int | None:
    return None if word == "inf" else _number(word)


_Readers: TypeAlias = dict[str, Callable[[str], Any]]

_ABOUT: _Readers = {
    "name": untoken,
    "event": _number,
    "status": _same,
    "exact": _yes,
    "why": _words,
}
_NODE: _Readers = {
    "task": untoken,
    "status": _same,
    "label": untoken,
    "scope": untoken,
    "maker": untoken,
    "trial": _number,
    "iteration": _number,
    "may_go": _yes,
    "open": _words,
    "style": _pairs,
}
_CLASS: _Readers = {
    "task": untoken,
    "min": _number,
    "maker": untoken,
    "beside": _number,
    "open": _words,
    "again": untoken,
}
_BUNDLE: _Readers = {"maker": untoken, "min": _number, "within": untoken, "bundle": untoken}
_EDGE: _Readers = {
    "existence": _same,
    "kind": _same,
    "thin": _yes,
    "label": untoken,
    "onward": untoken,
    "on": _same,
    "rounds": _bound,
    "early": _words,
}


def _read(attributes: Attributes, readers: _Readers) -> dict[str, Any]:
    found = ((name, read, attributes.get(f"ft_{name}")) for name, read in readers.items())
    fields = {name: read(word) for name, read, word in found if word}
    if "open" in fields:
        fields["in_open"] = fields.pop("open")
    return fields


def _class(attributes: Attributes) -> dict[str, Any]:
    most = _bound(attributes.get("ft_max", "inf"))
    return {"task": None, "max": most, **_read(attributes, _CLASS)}


def _edge(edge: EdgeStatement) -> dict[str, Any]:
    ends = {"source": untoken(edge.source), "target": untoken(edge.target)}
    return {**ends, **_read(edge.attributes, _EDGE)}


def _exists(attributes: Attributes) -> bool:
    return attributes["ft_existence"] == "exists"


def _groups(graph: Block) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for block in _in_order(graph):
        kind, *words = untokens(block.attributes.get("ft_cluster", "")) or ("",)
        if kind == "group":
            more = dict(zip(words[1::2], words[2::2], strict=True))
            known = {"within": more.get("in"), "per": more.get("per"), "bundle": more.get("each")}
            groups.append({"id": words[0], "branches": _branches(block), **known})
    return groups


def _bundles(graph: Block) -> list[dict[str, Any]]:
    found = (block.attributes for block in _in_order(graph))
    return [
        {
            "id": untokens(about["ft_cluster"])[1],
            "of": _shares(untokens(about.get("ft_of", ""))),
            "max": _bound(about.get("ft_max", "inf")),
            "in_turn": about.get("ft_turn") == "yes",
            **_read(about, _BUNDLE),
        }
        for about in found
        if about.get("ft_cluster", "").startswith("bundle ")
    ]


def _in_order(graph: Block) -> list[Block]:
    """All clusters; where frames lie in frames their text does not tell which was the first."""
    return sorted(graph.all_below(), key=lambda b: _number(b.attributes.get("ft_at", "0")))


def _shares(words: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"id": id_, "min": _number(low), "max": _bound(high)}
        for id_, low, high in zip(words[::3], words[1::3], words[2::3], strict=False)
    ]


def _branches(group: Block) -> list[list[str]]:
    found = (untokens(block.attributes.get("ft_cluster", "")) for block in group.subgraphs)
    return [list(words[2:]) for words in found if words[:1] == ("branch",)]
