"""Promises, limits and loops of an edited graph, put back: which of a source's statements say what."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from foretell.document.model import Graph
from foretell.graph.plain import encode
from foretell.promises.language import Vowed
from foretell.promises.limits import Limit
from foretell_codegen.provenance import Lines, Provenance, Span
from foretell_codegen.updating.assembling import Sequence as Statements
from foretell_codegen.updating.calls import Call, removed
from foretell_codegen.updating.edits import TextEdit
from foretell_codegen.updating.saying import Saying
from foretell_codegen.updating.trouble import CannotUpdate

T = TypeVar("T")


def same_vows(one: Graph, other: Graph) -> bool:
    """Whether two graphs promise and limit the same."""
    return list(map(_key, one.promises)) == list(map(_key, other.promises)) and list(
        map(_limit, one.limits)
    ) == list(map(_limit, other.limits))


def update_vows(
    where: Provenance,
    statements: Statements,
    old: Sequence[Vowed],
    new: Sequence[Vowed],
    saying: Saying,
) -> None:
    """Has the statements promise `new` where they promised `old`."""
    gone, more = _without(old, new, _key), _without(new, old, _key)
    by_line = _by_line(where)
    for vowed in gone:
        span = by_line.get(_line(vowed.where))
        if span is None or not _is_call(where, span, "promise"):
            raise CannotUpdate(
                vowed.where or "a promise",
                f"{vowed.says or vowed.promise.kind} follows from something else that is said there, and "
                f"cannot be taken out by itself",
                "Edit it by hand",
            )
        beside = [v for v in old if _line(v.where) == _line(vowed.where)]
        at = next(i for i, v in enumerate(beside) if v is vowed)
        text = saying.vow(more.pop(0).promise) if more else None
        _replace(where, statements, span, at, text)
    for vowed in more:
        text = f"{saying.phrases.word('promise')}({saying.vow(vowed.promise)})"
        statements.put(text, statements.end())


def update_limits(
    where: Provenance,
    statements: Statements,
    old: Sequence[Limit],
    new: Sequence[Limit],
    saying: Saying,
) -> None:
    """Has the statements limit `new` where they limited `old`."""
    gone, more = _without(old, new, _limit), _without(new, old, _limit)
    by_line = _by_line(where)
    for limit in gone:
        span = by_line.get(_line(limit.where))
        if span is None or not _is_call(where, span, "limit", "exclusive"):
            raise CannotUpdate(limit.where or "a limit", "it is said elsewhere", "Edit it by hand")
        item = statements.item_at(span)
        if more:
            item.splices.append(TextEdit(span.start, span.end, saying.limit(more.pop(0))))
        else:
            item.gone = True
    for limit in more:
        statements.put(saying.limit(limit), statements.end())


def _replace(
    where: Provenance, statements: Statements, span: Span, at: int, text: str | None
) -> None:
    item = statements.item_at(span)
    call = Call(span.of(where.source))
    parens = call.parts().parens
    if len(parens.arguments) <= at:
        raise CannotUpdate(
            f"line {where.line(span.start)}",
            "its vows are not listed one by one",
            "Edit it by hand",
        )
    if text is None and len(parens.arguments) == 1:
        item.gone = True
        return
    if item.splices:
        raise CannotUpdate(
            f"line {where.line(span.start)}",
            "several of its vows are other ones",
            "Edit it by hand",
        )
    one = parens.arguments[at].value
    if text is not None:
        item.splices.append(TextEdit(span.start + one.start, span.start + one.end, text))
    else:
        rest = removed(call.text, parens, at).decode()
        item.splices.append(TextEdit(span.start, span.end, rest))


def _by_line(where: Provenance) -> dict[int, Span]:
    lines = Lines(where.source)
    return {lines.line(span.start): span for span in where.promises}


def _line(place: str) -> int:
    _, _, line = place.rpartition(":")
    return int(line) if line.isdecimal() else 0


def _is_call(where: Provenance, span: Span, *words: str) -> bool:
    tree = ast.parse(span.of(where.source).decode(), mode="eval").body
    name = tree.func if isinstance(tree, ast.Call) else None
    said = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
    return said in words


def _without(ours: Iterable[T], theirs: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """Those of `ours` that are not among `theirs`, each as often as it is there."""
    left = [key(one) for one in theirs]
    found = []
    for one in ours:
        if key(one) in left:
            left.remove(key(one))
        else:
            found.append(one)
    return found


def _key(vowed: Vowed) -> str:
    return json.dumps(encode(vowed.promise), sort_keys=True)


def _limit(limit: Limit) -> str:
    return json.dumps(encode(replace(limit, says="", where="", by="")), sort_keys=True)
