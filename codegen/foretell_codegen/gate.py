"""The gate: the second opinion on a source before anybody is given it.

It goes through the text as it is parsed again, knows nothing of how it was written, and lets pass only what a flow consists
of: imports of known words, declarations without bodies, and calls of what is declared. So whatever a
document held, no text of it has become code.

What a flow may import: words of foretell and of a few modules of Python, and the tasks that the caller
names. What it may call: tasks, workflows, and the words that it has imported.
"""

from __future__ import annotations

import ast
import builtins
import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import foretell
from foretell.errors import ForetellError

Imports = Mapping[str, Collection[str]]

PYTHONS: Imports = {
    "typing": frozenset({"Annotated", "Any", "Literal", "NamedTuple", "NotRequired", "TypedDict", "cast"}),
    "datetime": frozenset({"date", "datetime", "timedelta"}),
    "uuid": frozenset({"UUID"}),
    "pathlib": frozenset({"Path"}),
}  # fmt: skip
CONTROL = frozenset({
    "above", "below", "both", "either", "equal", "fallback", "given", "is_none", "not_", "reduce", "repeat",
    "switch", "when",
})  # fmt: skip
TYPES = frozenset({"bool", "bytes", "dict", "float", "int", "list", "str", "tuple"})
METHODS = frozenset({"options", "after", "final", "stream", "map", "fromisoformat"})
"""Attributes that are called."""
FIELDS = frozenset({"node", "task", "error"})
"""Attributes that are read: of a failure."""
EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
)
_OUR_WORDS = frozenset(foretell.__all__)

VALUES = (
    ast.Constant, ast.Name, ast.Load, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.List,
    ast.Tuple, ast.Dict, ast.Lambda, ast.arguments, ast.arg, ast.UnaryOp, ast.USub, ast.BinOp, ast.BitOr,
)  # fmt: skip


class GateError(ForetellError):
    """A source that nobody is given: writing it was a mistake of ours, or of somebody who means ill."""


@contextmanager
def no_collection() -> Iterator[None]:
    """A tree has no cycles, and collecting garbage meanwhile costs as much as making it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def check_source(
    source: str, tasks: Imports | None = None, fields: Collection[str] = frozenset()
) -> None:
    """Raises `GateError` for the first thing in `source` that has no business there. `tasks` are those
    that it may import, and their types: module -> names; `fields` are the parts of these types."""
    try:
        with no_collection():
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise GateError(f"what was written is no Python: {error}") from None
    check_tree(tree, tasks, fields)


def check_tree(
    tree: ast.Module, tasks: Imports | None = None, fields: Collection[str] = frozenset()
) -> None:
    """As `check_source`, of a source that was parsed already."""
    try:
        _Gate(tasks or {}, FIELDS | frozenset(fields)).module(tree)
    except RecursionError:
        raise GateError("what was written is nested too deeply to be looked through") from None


class _Gate:
    def __init__(self, tasks: Imports, fields: frozenset[str]) -> None:
        self.tasks = tasks
        self.fields = fields
        self.known: set[str] = set()

    def module(self, tree: ast.Module) -> None:
        for statement in tree.body:
            match statement:
                case ast.ImportFrom():
                    self.imported(statement)
                case ast.ClassDef():
                    self.name(statement.name, statement)
                    self.known.add(statement.name)
                    self.class_(statement)
                case ast.FunctionDef():
                    self.known.add(statement.name)
                case ast.Assign(targets=[ast.Name(id=name)]):
                    self.name(name, statement)
                    self.known.add(name)
                case _:
                    self.refuse(statement)
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                self.function(statement, top=True)
            elif isinstance(statement, (ast.ClassDef, ast.Assign)):
                self.body_of(statement)

    def imported(self, statement: ast.ImportFrom) -> None:
        home = statement.module or ""
        for alias in statement.names:
            allowed = (
                alias.name in _OUR_WORDS
                if home == "foretell"
                else alias.name in CONTROL
                if home == "foretell.control"
                else alias.name in PYTHONS.get(home, ()) or alias.name in self.tasks.get(home, ())
            )
            if not allowed or statement.level:
                self.refuse(statement)
            self.name(alias.asname or alias.name, statement)
            self.known.add(alias.asname or alias.name)

    def class_(self, statement: ast.ClassDef) -> None:
        self.no_type_parameters(statement)
        for part in (*statement.bases, *statement.keywords):
            if not isinstance(part, ast.Name) or part.id not in self.known:
                self.refuse(statement)
        if statement.decorator_list or len(statement.bases) != 1:
            self.refuse(statement)

    def body_of(self, statement: ast.ClassDef | ast.Assign) -> None:
        if isinstance(statement, ast.Assign):
            self.expression(statement.value, frozenset())
            return
        own: set[str] = set()
        for inner in statement.body:
            match inner:
                case ast.Pass():
                    pass
                case ast.AnnAssign(target=ast.Name(id=name), value=None):
                    self.name(name, inner)
                    self.expression(inner.annotation, frozenset(own))
                case ast.Assign(targets=[target]):
                    self.expression(inner.value, frozenset(own))
                    own.update(self.targets(target))
                case _:
                    self.refuse(inner)

    def targets(self, target: ast.expr) -> list[str]:
        found = target.elts if isinstance(target, ast.Tuple) else [target]
        names = [one.id for one in found if isinstance(one, ast.Name)]
        if len(names) < len(found):
            self.refuse(target)
        for name in names:
            self.name(name, target)
        return names

    def function(
        self, function: ast.FunctionDef, *, top: bool, around: frozenset[str] = frozenset()
    ) -> None:
        self.name(function.name, function)
        self.no_type_parameters(function)
        names = around | self.arguments(function.args, around)
        if function.returns is not None:
            self.expression(function.returns, frozenset())
        if top:
            match function.decorator_list:
                case [ast.Name(id=word) | ast.Call(func=ast.Name(id=word))] if word in self.known:
                    self.expression(function.decorator_list[0], frozenset())
                case _:
                    self.refuse(function)
            match function.body:
                case [ast.Raise(exc=ast.Name(id="NotImplementedError"), cause=None)]:
                    return
        elif function.decorator_list:
            self.refuse(function)
        self.statements(function.body, names)

    def statements(self, body: list[ast.stmt], names: frozenset[str]) -> None:
        own = set(names)
        for statement in body:
            match statement:
                case ast.Assign(targets=[target]):
                    self.expression(statement.value, own)
                    own.update(self.targets(target))
                case ast.Expr(value=ast.Call() as call):
                    self.expression(call, own)
                case ast.Return(value=value):
                    if value is not None:
                        self.expression(value, own)
                case ast.FunctionDef():
                    own.add(statement.name)
                    self.function(statement, top=False, around=frozenset(own))
                case ast.Pass():
                    pass
                case _:
                    self.refuse(statement)

    def arguments(self, args: ast.arguments, around: Collection[str]) -> frozenset[str]:
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        every += [one for one in (args.vararg, args.kwarg) if one is not None]
        for arg in every:
            self.name(arg.arg, arg)
            if arg.annotation is not None:
                self.expression(arg.annotation, frozenset())
        for default in (*args.defaults, *(one for one in args.kw_defaults if one is not None)):
            self.expression(default, around)
        return frozenset(arg.arg for arg in every)

    def expression(self, root: ast.expr, names: Collection[str]) -> None:
        """`names` are those of the function around it."""
        todo: list[ast.AST] = [root]
        for node in todo:
            kind = type(node)
            if kind is ast.Constant or kind is ast.Load:
                continue
            if kind is ast.Name:
                name: str = node.id  # type: ignore[attr-defined]
                if not (name in names or name in self.known or name in TYPES or name in EXCEPTIONS):
                    self.refuse(node)
                continue
            if kind is ast.Call:
                assert isinstance(node, ast.Call)
                self.callee(node.func, names)
                todo += node.args
                todo += node.keywords
                todo.append(node.func)
                continue
            if kind is ast.Lambda:
                assert isinstance(node, ast.Lambda)
                inner = self.arguments(node.args, names)
                self.expression(node.body, inner | frozenset(names))
                continue
            if kind is ast.Attribute:
                if node.attr not in METHODS and node.attr not in self.fields:  # type: ignore[attr-defined]
                    self.refuse(node)
            elif kind not in VALUES:
                self.refuse(node)
            todo += ast.iter_child_nodes(node)

    def callee(self, callee: ast.expr, names: Collection[str]) -> None:
        """What is called: a word or a task by its name, or one of the few methods of what is."""
        match callee:
            case ast.Name(id=name):
                if name in names and name not in self.known:
                    self.refuse(callee)
            case ast.Attribute(attr=attr):
                if attr not in METHODS:
                    self.refuse(callee)
            case ast.Call(func=ast.Attribute(attr="options" | "after")):
                pass
            case _:
                self.refuse(callee)

    def no_type_parameters(self, of: ast.ClassDef | ast.FunctionDef) -> None:
        """Those of `class A[T: bound]` are code of their own, from Python 3.12 on."""
        if getattr(of, "type_params", None):
            self.refuse(of)

    def name(self, name: str, at: ast.AST) -> None:
        """None that Python keeps for itself."""
        if name.startswith("__"):
            self.refuse(at)

    def refuse(self, at: ast.AST) -> None:
        line = getattr(at, "lineno", 0)
        raise GateError(
            f"line {line} of what was written holds what no flow consists of: {ast.unparse(at)[:80]!r}. "
            f"Nothing is given out; this is a mistake of foretell, or the graph means ill"
        )
