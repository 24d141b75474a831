"""How tasks, values and options are said in a source that there is already: with the names that it
has, and with imports where it lacks one. The texts themselves are made by `foretell_codegen.writing`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from foretell.document.model import Graph, Input
from foretell.graph.model import Edge, Node, Outside
from foretell.promises.language import Promise
from foretell.promises.limits import Limit
from foretell_codegen.names import (
    BUILTINS,
    Namespace,
    identifier_like,
    is_identifier,
    is_module,
    is_variable,
)
from foretell_codegen.provenance import Lines, Provenance, Span, Written
from foretell_codegen.updating.body import Body, line_end, named, newline_at
from foretell_codegen.updating.calls import Call
from foretell_codegen.updating.edits import TextEdit
from foretell_codegen.updating.holding import Held, said
from foretell_codegen.updating.trouble import CannotUpdate
from foretell_codegen.writing.kinds import Kind, Kinds
from foretell_codegen.writing.layout import flat
from foretell_codegen.writing.library import CONTROL, PLAIN, asks, question
from foretell_codegen.writing.literals import text
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.options import looks, run_options
from foretell_codegen.writing.tasks import Callee, Tasks
from foretell_codegen.writing.values import Given, Typed
from foretell_codegen.writing.vows import Speaker

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WORD = re.compile(r"[^\W\d]\w*")


class Phrases:
    """What is said in one source. With `declare`, tasks that it lacks are declared as stubs, else they
    are imported."""

    def __init__(
        self,
        provenance: Provenance,
        body: Body,
        old: Graph,
        new: Graph,
        declare: bool = False,
    ) -> None:
        self.where = provenance
        self.body = body
        self.old = old
        self.new = new
        self.source = provenance.source
        self.declare = declare
        self._words = frozenset(_WORD.findall(self.source.decode()))
        self.names = _Names(self._is_name)
        self._callees: dict[str, str] = {}

    def _is_name(self, name: str) -> bool:
        """Whether a name means something in the source already."""
        return name in BUILTINS or (name in self._words and name in self._said)

    @cached_property
    def _said(self) -> frozenset[str]:
        """The names of the module, and of the workflow's function."""
        found = set(named(self.body.function))
        for statement in (self.where.tree or ast.parse(self.source)).body:
            if isinstance(statement, _DEFINITIONS):
                found.add(statement.name)
            else:
                found.update(named(statement))
        return frozenset(found)

    def _is_class(self, title: Any, schema: Any) -> bool:
        """Whether the source declares a class of that name. That its values are what `schema` says, is
        seen when the result is read."""
        return isinstance(title, str) and title in self._classes

    @cached_property
    def _classes(self) -> frozenset[str]:
        tree = self.where.tree or ast.parse(self.source)
        return frozenset(one.name for one in tree.body if isinstance(one, ast.ClassDef))

    @cached_property
    def module(self) -> Module:
        """What the source imports already, to which more is added."""
        module = Module(self.names)
        for statement, _ in self._imports:
            if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                for alias in statement.names:
                    known = module.imports.setdefault(statement.module, {})
                    known.setdefault(alias.name, alias.asname or alias.name)
        self._known = {home: dict(names) for home, names in module.imports.items()}
        return module

    @cached_property
    def kinds(self) -> Kinds:
        return Kinds(self.module)

    @cached_property
    def tasks(self) -> _Known:
        taken: dict[str, set[str]] = {}
        of = {node.id: node.task for node in self.new.nodes}
        for edge in self.new.edges:
            if edge.kind == "data" and edge.output and edge.carries == "output":
                taken.setdefault(of[edge.source], set()).add(edge.output)
        tasks = _Known(self.module, self.kinds, self.new.tasks, taken)
        tasks.phrases = self
        return tasks

    @cached_property
    def _imports(self) -> list[tuple[ast.stmt, Span]]:
        """The imports at the top of the module, above the workflow."""
        tree = self.where.tree or ast.parse(self.source)
        return [
            (statement, self.body.span(statement))
            for statement in tree.body
            if isinstance(statement, (ast.Import, ast.ImportFrom))
            and self.body.span(statement).end <= self.where.workflow.start
        ]

    # ------------------------------------------------------------------ what stands there

    def parsed(self, at: Span) -> tuple[ast.expr, Callable[[ast.AST], Span]]:
        """The expression that stands at a place, and where the parts of it stand."""
        wrapped = b"(" + at.of(self.source) + b"\n)"
        tree = ast.parse(wrapped.decode(), mode="eval").body
        lines, shift = Lines(wrapped), at.start - 1

        def span(node: ast.AST) -> Span:
            found = lines.span(node)
            return Span(found.start + shift, found.end + shift)

        return tree, span

    def keys(self, written: Written) -> tuple[str | None, ...]:
        """The inputs to which the arguments go that a call gives by position."""
        by_place = {span.start: port for port, span in written.arguments.items()}
        parens = Call(written.call.of(self.source)).parts().parens
        return tuple(
            by_place.get(one.value.start + written.call.start)
            for one in parens.arguments
            if not one.keyword
        )

    # ------------------------------------------------------------------ tasks

    def callee(self, task: str) -> str:
        """The name by which a task is called here."""
        if task not in self._callees:
            self._callees[task] = self._spoken(task) or self._imported(task)
        return self._callees[task]

    def _spoken(self, task: str) -> str | None:
        """The name that a node of the task is called by already."""
        for node in self.old.nodes:
            if node.task == task and node.id in self.where.nodes:
                name = self.where.nodes[node.id].callee.of(self.source).decode()
                if name.replace(".", "").isidentifier():
                    return name
        return None

    def _imported(self, task: str) -> str:
        spec = self.new.tasks[task]
        home, _, name = spec.entry.partition(":")
        defined = rf"^(?:async +)?def +{re.escape(name)}\b"
        if (
            spec.program is None
            and is_identifier(name)
            and re.search(defined, self.source.decode(), re.M)
        ):
            return name
        module = home.removesuffix(".py").replace("/", ".")
        if (
            self.declare
            or spec.program is not None
            or not is_variable(name)
            or not is_module(module)
        ):
            return self.tasks.declared(task)
        self.imported = True
        return self.module.word(name, module)

    imported = False
    """Whether tasks are imported that were not before."""

    def by_name(self, task: str) -> bool:
        """Whether parts of what a task gives are attributes (`x.total`), not items."""
        home = self._class_of(self.callee(task))
        return home is None or not re.search(r"\bTypedDict\b|\bdict\b", home)

    def _class_of(self, callee: str) -> str | None:
        """The line that begins the class of what a task of this source gives."""
        source = self.source.decode()
        found = re.search(
            rf"^(?:async +)?def +{callee}\b[^:]*(?:.|\n)*?->\s*\"?(\w+)", source, re.M
        )
        name = found and found.group(1)
        begin = name and re.search(rf"^(?:class +{name}\b.*|{name} *= *.*)$", source, re.M)
        return begin.group(0) if begin else None

    # ------------------------------------------------------------------ values

    def text(self, value: str) -> str:
        return text(value)

    def value(
        self,
        plain: Any,
        wires: Mapping[str, str],
        task: str | None,
        port: str,
        path: Iterable[str] = (),
    ) -> str:
        """A constant with what fills places in it."""
        schema: Any = {}
        if task is not None:
            schema = self.new.tasks[task].inputs.get("properties", {}).get(port, {})
            schema = {key: value for key, value in schema.items() if key != "default"}
        for step in path:
            schema = _inner(schema, step)
        given = {at: Given(said_) for at, said_ in wires.items()}
        return flat(Typed(given, self.module, self._is_class).written(plain, schema, ""))

    def in_order(self, task: str, ports: Iterable[str]) -> list[str]:
        """Inputs as the task lists them."""
        listed = list(self.new.tasks[task].inputs.get("properties", {}))
        return sorted(ports, key=lambda p: listed.index(p) if p in listed else len(listed))

    def option(self, node: Node, name: str) -> str:
        dressed = looks(node.tags, node.label, node.style)
        found = dressed.get(name) or run_options(node.options, self.module).get(name)
        if found is None:
            raise CannotUpdate(f"node {node.id!r}", f"no option says {name}", "Say it by hand")
        return flat(found)

    def edge(self, edge: Edge, value: str, default: Any) -> str:
        """What an edge carries, said of the result that it comes from."""
        if edge.carries == "failures":
            value = f"{self.module.word('failures_of')}({value})"
        if edge.on == "any":
            value = f"{self.module.word('or_else')}({value}, {self.value(default, {}, None, '')})"
        return value

    def port(self, edge: Edge, value: str) -> str:
        """What was emitted in a port while a node ran."""
        found = re.search(
            rf"^(\w+)\b.*= *\w*\.?Port\(\s*[\"']{re.escape(edge.port or '')}[\"']",
            self.source.decode(),
            re.MULTILINE,
        )
        if found is None:
            raise CannotUpdate(
                f"node {edge.target!r}",
                f"it reads the port {edge.port!r}, and the source declares none that is called so",
                "Declare it in the source, and read that again",
            )
        return f"{found.group(1)}.{'stream' if edge.early else 'final'}({value})"

    def parameter(self, given: Input) -> tuple[str, str | None]:
        """The type of an input of the workflow, and its default."""
        kind = self.kinds.of(given.schema)
        text_ = flat(kind.annotation)
        if given.required:
            return text_, None
        typed = Typed({}, self.module, self._is_class)
        return text_, flat(typed.written(given.default, given.schema, ""))

    def word(self, name: str) -> str:
        """The name of one of foretell's own words here."""
        return self.module.word(name)

    def vow(self, promise: Promise, spoken: Callable[[str], str | None]) -> str:
        """A vow; `spoken` gives how a node is referred to."""
        return flat(Speaker(self.tasks, spoken, "").vow(promise))

    def limit(self, limit: Limit, spoken: Callable[[str], str | None]) -> str:
        """The whole call that limits."""
        return flat(Speaker(self.tasks, spoken, "").limit(limit))

    def feed(self, name: str, pointer: str) -> str:
        entry = self.new.inputs.get(name)
        schema = entry.schema if entry else {}
        return said(Held(0, name), pointer, schema, by_name=False) or name

    def outside(self, outside: Outside) -> str:
        raise CannotUpdate(
            f"{outside.kind} {outside.says!r}",
            "it is asked in the place of an argument",
            "Ask in a statement of its own",
        )

    def asks(self, node: Node) -> bool:
        """Whether a node is what `ask` and its like give."""
        return bool(node.outside) and asks(node, self.new.tasks[node.task].entry)

    def is_control(self, node: Node) -> bool:
        """Whether a node is what `when` and its like give."""
        entry = self.new.tasks[node.task].entry
        return entry.startswith(f"{CONTROL}:") and entry not in PLAIN

    def question(self, node: Node, wires: Mapping[str, Mapping[str, str]]) -> str:
        """The call that asks."""
        given = {
            name: {at: Given(said_) for at, said_ in places.items()}
            for name, places in wires.items()
        }
        return flat(question(node, given, self.module, self.kinds))

    def fresh(self, node_id: str) -> str:
        """A variable for the result of a node that cannot be called like it."""
        base = identifier_like(node_id, "node")
        return base if self.names.take(base) else self.names.fresh(f"{base}_result")

    def keyword(self, port: str, value: str) -> str:
        """An argument by its name, which may be none in Python."""
        return f"{port}={value}" if is_identifier(port) else f"**{{{text(port)}: {value}}}"

    # ------------------------------------------------------------------ imports

    def imports(self) -> list[TextEdit]:
        """The edits that import what is lacking."""
        if "module" not in self.__dict__:
            return []
        lines = []
        for home, names in sorted(self.module.imports.items()):
            for name, alias in sorted(names.items()):
                if self._known.get(home, {}).get(name) != alias:
                    said_ = name if alias == name else f"{name} as {alias}"
                    lines.append(f"from {home} import {said_}{self.body.newline}")
        texts = [*self.module.aliases, *(f"{block}\n" for block in self.module.blocks)]
        declared = "".join(f"{text}\n" for text in texts).replace("\n", self.body.newline)
        at = self._after_imports()
        found = [TextEdit(at, at, "".join(lines))] if lines else []
        if declared:
            found.append(TextEdit(self.where.workflow.start, self.where.workflow.start, declared))
        return found

    def _after_imports(self) -> int:
        """Past the line of the last import at the top of the module."""
        if not self._imports:
            raise CannotUpdate(
                "the source", "it has no import below which another could stand", "Add one"
            )
        end = line_end(self.source, self._imports[-1][1].end)
        return end + len(newline_at(self.source, end))


class _Names(Namespace):
    """Names that are free in a source."""

    __slots__ = ("_is_name",)

    def __init__(self, is_name: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_name = is_name

    def take(self, name: str) -> bool:
        return not self._is_name(name) and super().take(name)


class _Known(Tasks):
    """Tasks by the names that they have in a source; what it lacks is declared."""

    phrases: Phrases

    def of(self, task: str) -> Callee:
        name = self.phrases.callee(task)
        return Callee(name, name, {}, Kind("", self.specs[task].output))

    def declared(self, task: str) -> str:
        return Tasks.of(self, task).name


def _inner(schema: Any, step: str) -> Any:
    if not isinstance(schema, Mapping):
        return {}
    if step in schema.get("properties", {}):
        return schema["properties"][step]
    items = schema.get("prefixItems", [])
    if step.isdecimal() and int(step) < len(items):
        return items[int(step)]
    found = schema.get("items", schema.get("additionalProperties", {}))
    return found if isinstance(found, Mapping) else {}
