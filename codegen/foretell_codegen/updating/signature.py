"""The inputs of a workflow, which are the parameters of its function: taken out, put in, changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from foretell.document.model import Input
from foretell_codegen.provenance import Lines, Span
from foretell_codegen.updating.body import Body
from foretell_codegen.updating.calls import Argument, Parens, added, closed, opening, removed, skip
from foretell_codegen.updating.edits import TextEdit, narrowed
from foretell_codegen.updating.trouble import CannotUpdate

Say = Callable[[Input], tuple[str, str | None]]
"""How the type of an input is said, and its default if it has one."""


def signature_edits(
    body: Body, old: Mapping[str, Input], new: Mapping[str, Input], say: Say
) -> list[TextEdit]:
    """The edits of the parameters of the function."""
    if dict(old) == dict(new):
        return []
    start = body.span(body.function).start
    end = _end(body, start)
    before = text = body.source[start:end]
    for name in [name for name in old if name not in new]:
        parens = _header(text)[1]
        text = removed(text, parens, _place(parens, name))
    for name in [name for name in new if name in old and new[name] != old[name]]:
        text = _changed(text, name, old[name], new[name], say)
    for name in [name for name in new if name not in old]:
        text = _added(text, name, new[name], say)
    edit = narrowed(body.source, TextEdit(start, start + len(before), text.decode()))
    return [] if edit is None else [edit]


def _end(body: Body, start: int) -> int:
    """Past the parenthesis that closes around the parameters."""
    source, args = body.source, body.function.args
    if args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg:
        raise CannotUpdate(
            f"workflow {body.function.name!r}",
            "its inputs are other ones, and its parameters are not all plain ones",
            "Change them by hand",
        )
    parts = [*args.args, *args.defaults, *(a.annotation for a in args.args if a.annotation)]
    at = max((body.span(part).end for part in parts), default=0)
    if not at:
        at = opening(source, start + source[start:].index(body.function.name.encode())
                     + len(body.function.name.encode())) + 1  # fmt: skip
    while source[at : at + 1] != b")" or _is_inner(source, start, at):
        at = skip(source, at + (source[at : at + 1] in b"),"), len(source))
    return at + 1


def _is_inner(source: bytes, start: int, at: int) -> bool:
    """Whether a parenthesis closes one around a default, and not that of the parameters."""
    try:
        ast.parse(source[start : at + 1].decode() + ":\n pass")
    except SyntaxError:
        return True
    return False


def _header(text: bytes) -> tuple[ast.arguments, Parens]:
    tree = ast.parse(text.decode() + ":\n pass").body[0]
    assert isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef))
    lines, args = Lines(text), tree.args
    at = text.index(tree.name.encode()) + len(tree.name.encode())
    start, end = opening(text, at) + 1, len(text) - 1
    defaults = [None] * (len(args.args) - len(args.defaults)) + list(args.defaults)
    wholes = [
        Span(lines.span(arg).start, lines.span(default or arg).end)
        for arg, default in zip(args.args, defaults, strict=True)
    ]
    found = []
    for i, whole in enumerate(wholes):
        after = wholes[i + 1].start if i + 1 < len(wholes) else end
        stop, comma = closed(text, whole.end, after)
        found.append(Argument(args.args[i].arg, Span(whole.start, stop), whole, comma, False))
    return args, Parens(start, end, tuple(found))


def _place(parens: Parens, name: str) -> int:
    found = parens.find(name)
    if found is None:
        raise CannotUpdate(
            f"input {name!r}", "no parameter of the function is called so", "Edit it"
        )
    return found


def _changed(text: bytes, name: str, old: Input, new: Input, say: Say) -> bytes:
    args, parens = _header(text)
    lines, at = Lines(text), _place(parens, name)
    kind, default = say(new)
    arg = args.args[at]
    written = (len(args.args) - len(args.defaults)) <= at
    edits: list[tuple[Span, str]] = []
    if old.schema != new.schema and arg.annotation is not None:
        edits.append((lines.span(arg.annotation), kind))
    if (old.required, old.default) != (new.required, new.default):
        if written:
            place = lines.span(args.defaults[at - len(args.args)])
            if default is None:
                place, default = Span(lines.span(arg).end, place.end), ""
            edits.append((place, default))
        elif default is not None:
            end = lines.span(arg).end
            edits.append((Span(end, end), f" = {default}"))
    for span, said in sorted(edits, reverse=True):
        text = text[: span.start] + said.encode() + text[span.end :]
    try:
        _header(text)
    except SyntaxError:
        raise CannotUpdate(
            f"input {name!r}",
            "an input without a default comes after one with a default",
            "Put the parameters in order by hand",
        ) from None
    return text


def _added(text: bytes, name: str, new: Input, say: Say) -> bytes:
    args, parens = _header(text)
    kind, default = say(new)
    said = f"{name}: {kind}" + ("" if default is None else f" = {default}")
    if default is None and args.defaults:
        at = parens.arguments[len(args.args) - len(args.defaults)].whole.start
        return text[:at] + f"{said}, ".encode() + text[at:]
    return added(text, parens, said)
