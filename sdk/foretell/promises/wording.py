"""Parts of promises in words, as a person would have vowed them: `Count(a or b, at_most=2)`.

Only for messages; nothing is read back from them.
"""

from __future__ import annotations

from typing import assert_never

from foretell.promises import selectors as sel
from foretell.promises.atoms import Atom, Misfits
from foretell.promises.language import Count, Edges
from foretell.promises.selectors import Selector


def atom_words(atom: Atom, low: int, high: int | None) -> str:
    """What is counted, with these bounds."""
    match atom:
        case Count(of):
            return f"Count({selector_words(of)}{_bounds(low, high)})"
        case Edges():
            ends = [selector_words(end) for end in (atom.source, atom.target)]
            by = "" if atom.by is None else f" by {selector_words(atom.by)}"
            besides = " besides those allowed" if atom.besides else ""
            new = "new " if atom.new else ""
            return f"{new}edges {ends[0]} -> {ends[1]}{by}{besides}{_bounds(low, high)}"
        case Misfits(each):
            side = "into" if atom.outward else "out_of"
            what = f"{selector_words(each.of)}, {side}={selector_words(atom.other)}"
            vow = f"Every({what}{_bounds(each.min, each.max)})"
            return vow if high == 0 else f"not {vow}"
        case _:
            assert_never(atom)


def _bounds(low: int, high: int | None) -> str:
    if low == high and low:
        return f", exactly={low}"
    least = f", at_least={low}" if low else ""
    return least if high is None else f"{least}, at_most={high}"


def selector_words(selector: Selector) -> str:
    match selector:
        case sel.EveryNode():
            return "any node"
        case sel.IdIs(name) | sel.TaskIs(name) | sel.TagIs(name):
            return name
        case sel.InScope(scope):
            return f"in {scope}" if scope else "any node"
        case sel.MadeBy(by):
            return f"made by {selector_words(by)}"
        case sel.Under(node):
            return f"under {node}"
        case sel.IsNew():
            return "new"
        case sel.BornAfter(node):
            return f"born after {node}"
        case sel.AllOf(of):
            return " and ".join(map(_inner, of)) or "any node"
        case sel.AnyOf(of):
            return " or ".join(map(_inner, of)) or "no node"
        case sel.NotSo(of):
            return f"not {_inner(of)}"
        case _:
            assert_never(selector)


def _inner(selector: Selector) -> str:
    words = selector_words(selector)
    return f"({words})" if isinstance(selector, (sel.AllOf, sel.AnyOf)) else words
