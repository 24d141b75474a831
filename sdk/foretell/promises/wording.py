"""Parts of promises in words, as a person would have vowed them: `Count(a or b, at_most=2)`,
`seq(one(a), many(b))`.

Only for messages; nothing is read back from them.
"""

from __future__ import annotations

from typing import assert_never

from foretell.promises import selectors as sel
from foretell.promises import shapes as sh
from foretell.promises.atoms import Atom, Misfits
from foretell.promises.language import Count, Edges
from foretell.promises.selectors import Selector
from foretell.promises.shapes import Shape


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


def words(shape: Shape, within: bool = False) -> str:
    """`shape` in the words of the SDK: `seq(one(a), many(b, at_most=5))`; `within` what says itself
    how many there are of each, only the name: `one_of(a, b)`, `many(seq(a, b))`."""
    match shape:
        case sh.Leaf(_, name) | sh.Section(name):
            return name if within else f"one({name})"
        case sh.Many(sh.Leaf(_, slot), 0, 1):
            return f"may({slot})"
        case sh.Many(inner, low, high):
            return f"many({_repeated(inner, low, high)})"
        case sh.Loop(inner, low, high):
            return f"loop({_repeated(inner, low, high)})"
        case sh.Alt(of):
            return f"one_of({', '.join(words(part, within=True) for part in of)})"
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            return f"{shape.kind}({', '.join(words(part, within) for part in of)})"
        case sh.Anything():
            return "anything"
        case sh.Empty():
            return "nothing"
        case sh.Let(name, of, around, deep):
            parts = [repr(name), words(of, within=True)]
            parts += [words(around, within)] if around is not None else []
            parts += [f"deep={deep}"] if deep is not None else []
            return f"let({', '.join(parts)})"
        case sh.Use(name, slot):
            return f"use({name!r})" if slot is None else f"use({name!r}, slot={slot!r})"
        case _:
            assert_never(shape)


def _repeated(inner: Shape, low: int, high: int | None) -> str:
    least = f", at_least={low}" if low else ""
    most = "" if high is None else f", at_most={high}"
    return f"{words(inner, within=True)}{least}{most}"
