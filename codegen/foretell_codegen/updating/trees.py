"""What is given to one input, or returned: a value with places that others fill, as one tree; and the
least of an expression that must be written anew to make it another one.

What a place is called in the source is not known here.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from foretell.graph.model import Edge, Feed, Hole, Node, Output, Outside
from foretell.graph.pointers import tokens


@dataclass(frozen=True, slots=True)
class Wire:
    """A place that is filled: by a node's output, an input of the workflow, or the outside. `default` is
    what stands there if nothing comes."""

    by: Edge | Feed | Outside | Hole
    default: Any = None

    @property
    def source(self) -> str | None:
        """The node that fills it, if one does."""
        if isinstance(self.by, Edge):
            return self.by.source
        return self.by.node if isinstance(self.by, Hole) else None

    def mark(self) -> Any:
        """What it is, whatever place it fills."""
        match self.by:
            case Edge(source=source, output=output, on=on, carries=carries, port=port, early=early):
                kept = self.default if on == "any" else None
                return ("node", source, output or "", on, carries, port, early, text_of(kept))
            case Hole(node=node, pointer=pointer, port=port):
                return ("node", node, pointer, "ok", "output", port, False, "null")
            case Feed(name=name, output=output):
                return ("input", name, output)
            case Outside() as one:
                return ("outside", one.kind, one.says, text_of(dict(one.schema)), one.within_s,
                        one.at, text_of(one.default))  # fmt: skip


Tree: TypeAlias = Any
"""A JSON value, in which `Wire`s stand."""


class Missing:
    """Nothing: the input is not given."""


MISSING = Missing()


def inputs_of(node: Node, into: Iterable[Edge]) -> dict[str, Tree]:
    """What is given to each input of a node."""
    trees: dict[str, Tree] = dict(node.inputs)
    wires: list[tuple[str, Any]] = [
        (edge.input, edge) for edge in into if edge.kind == "data" and edge.input is not None
    ]
    wires += [(feed.input, feed) for feed in node.feeds]
    wires += [(outside.input, outside) for outside in node.outside]
    for pointer, by in sorted(wires, key=lambda wire: _order(wire[0])):
        (port, *path) = tokens(pointer) or [""]
        trees[port] = placed(trees.get(port), path, by)
    return trees


def output_of(output: Output) -> Tree:
    """What a workflow returns."""
    tree: Tree = output.value
    for pointer, by in sorted(
        [
            *((hole.at, hole) for hole in output.holes),
            *((feed.input, feed) for feed in output.feeds),
        ],
        key=lambda wire: _order(wire[0]),
    ):
        tree = placed(tree, tokens(pointer), by)
    return tree


def _order(pointer: str) -> list[tuple[int, int, str]]:
    return [(0, int(t), "") if t.isdecimal() else (1, 0, t) for t in tokens(pointer)]


def placed(tree: Tree, path: list[str], by: Any) -> Tree:
    """`tree` with a wire at a place."""
    if not path:
        return Wire(by, None if isinstance(tree, Wire) else tree)
    step, rest = path[0], path[1:]
    if isinstance(tree, list):
        at = int(step)
        items = [*tree, *[None] * (at + 1 - len(tree))]
        items[at] = placed(items[at], rest, by)
        return items
    if tree is None and step == "0":
        return [placed(None, rest, by)]
    known = tree if isinstance(tree, dict) else {}
    return {**known, step: placed(known.get(step), rest, by)}


def wires_in(tree: Tree) -> Iterator[Wire]:
    todo = [tree]
    for part in todo:
        if isinstance(part, Wire):
            yield part
        elif isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, list):
            todo += part


def mark_of(tree: Tree, now: Callable[[str], str] = str) -> str:
    """Two trees are the same where these are; `now` says what nodes are called now."""

    def plain(part: Tree) -> Any:
        if isinstance(part, Wire):
            mark = list(part.mark())
            if mark[0] == "node":
                mark[1] = now(mark[1])
            return {"": mark}
        if isinstance(part, dict):
            return {f"/{key}": plain(value) for key, value in part.items()}
        return [plain(item) for item in part] if isinstance(part, list) else part

    return "" if tree is MISSING else text_of(plain(tree))


def text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


Same: TypeAlias = Callable[[Tree, Tree], bool]


def rewritten(
    written: ast.expr, old: Tree, new: Tree, same: Same, path: tuple[str, ...] = ()
) -> Iterator[tuple[ast.expr, Tree, tuple[str, ...]]]:
    """The least parts of the expression `written` that must be other ones, what each is to say, and its
    path in the tree."""
    if same(old, new):
        return
    parts = list(_parts(written, old, new))
    if not parts:
        yield written, new, path
    for part, before, now, step in parts:
        yield from rewritten(part, before, now, same, (*path, step))


def _parts(written: ast.expr, old: Tree, new: Tree) -> Iterator[tuple[ast.expr, Tree, Tree, str]]:
    """The parts of an expression that stand for those of the tree, if each does."""
    match written:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            if (
                isinstance(old, list)
                and isinstance(new, list)
                and len(old) == len(new) == len(items)
                and not any(isinstance(item, ast.Starred) for item in items)
            ):
                for i, item in enumerate(items):
                    yield item, old[i], new[i], str(i)
        case ast.Dict(keys=keys, values=values):
            names = [key.value if isinstance(key, ast.Constant) else None for key in keys]
            if (
                isinstance(old, dict)
                and isinstance(new, dict)
                and set(old) == set(new) == set(names)
                and len(names) == len(old)
            ):
                for name, value in zip(names, values, strict=True):
                    yield value, old[str(name)], new[str(name)], str(name)
        case ast.Call(func=ast.Name(), args=[], keywords=keywords):
            given = {one.arg: one.value for one in keywords}
            if (
                isinstance(old, dict)
                and isinstance(new, dict)
                and None not in given
                and set(given) <= set(old) == set(new)
                and all(mark_of(old[key]) == mark_of(new[key]) for key in old if key not in given)
            ):
                for key, value in given.items():
                    yield value, old[str(key)], new[str(key)], str(key)
