"""Tasks, as a flow refers to them: imported where somebody has seen that a task is there, else
declared as a typed stub, which says what its spec says and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from foretell.document.model import PortSpec, TaskSpec
from foretell.errors import WiringError
from foretell.promises.shapes import ANYTHING, NOTHING, Anything, Shape
from foretell_codegen.names import identifier_like, is_identifier
from foretell_codegen.writing.kinds import Kind, Kinds, Schema
from foretell_codegen.writing.layout import (
    Expr,
    Prefixed,
    call,
    flat,
    laid,
    listed,
    subscript,
)
from foretell_codegen.writing.library import PLAIN
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.options import run_options
from foretell_codegen.writing.programs import runs
from foretell_codegen.writing.seen import Seen
from foretell_codegen.writing.values import value_of

_TAKEN = frozenset({"grow", "self", "cls", "__debug__"})
"""Names that parameters of a task cannot have."""
_HEAD = frozenset({"type", "properties", "additionalProperties", "required", "$defs"})


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    kind: Kind
    required: bool


@dataclass(frozen=True, slots=True)
class Callee:
    """A task that is called: by `name`, its nodes named `called` unless a name is given to them.

    The first `by_position` of its `params` may be given without their names. An `untyped` one takes
    inputs of any name.
    """

    name: str
    called: str
    params: Mapping[str, Param]
    output: Kind
    by_position: int = 0
    untyped: bool = False


@dataclass(slots=True)
class Tasks:
    """The tasks of one module, declared as they are first referred to.

    `taken` says which parts of the outputs of a task are taken.
    """

    module: Module
    kinds: Kinds
    specs: Mapping[str, TaskSpec]
    taken: Mapping[str, Iterable[str]]
    growths: Any = None
    seen: Mapping[str, Seen] = field(default_factory=dict)
    deciding: Mapping[str, str] = field(default_factory=dict)
    """Those that are made by words, and the words."""
    asking: frozenset[str] = frozenset()
    """Those of nodes that ask, which are not declared."""
    _known: dict[str, Callee] = field(default_factory=dict)
    _ports: dict[str, str] = field(default_factory=dict)
    _growing: set[str] = field(default_factory=set)

    def know(self, task: str, callee: Callee) -> None:
        """`task` is called so."""
        self._known[task] = callee

    def is_known(self, task: str) -> bool:
        return task in self._known

    def of(self, task: str) -> Callee:
        found = self._known.get(task)
        return self._declared(task) if found is None else found

    def _declared(self, task: str) -> Callee:
        spec = self.specs[task]
        if task in self.asking or task in self.deciding or spec.entry in PLAIN:
            return self._ours(task, spec)
        if task in self.seen:
            return self._imported(task, spec, self.seen[task])
        where = f"task {task!r}"
        name = self.module.names.fresh(identifier_like(task, "task"))
        params, untyped = self._params(task, spec)
        output = self.kinds.of(spec.output, f"{name}_result", self.taken.get(task, ()))
        places = 0 if untyped else _leading(params.values())
        found = Callee(name, name, params, output, places, untyped)
        self._known[task] = found
        options: dict[str, Expr] = {}
        if spec.program is not None:
            options["runs"] = runs(spec.program, params, where, self.module)
        else:
            options["extern"] = text(spec.entry)
        if name != task:
            options["name"] = text(task)
        if untyped:
            options["takes"] = call(self.module.word("Schema"), literal(spec.inputs))
        grows, after = self._grows(task, spec)
        if grows:
            options["grows"] = grows[0]
        if spec.ports:
            options["ports"] = listed([self.port(n, spec.ports[n]) for n in sorted(spec.ports)])
        options |= run_options(spec.options, self.module)
        if spec.tags:
            options["tags"] = listed([text(tag) for tag in spec.tags])
        head = call(f"@{self.module.word('task')}", **options)
        takes: list[Expr] = [Prefixed("grow: ", grows[1])] if grows else []
        takes += (
            [self._param(param, spec) for param in params.values()]
            if not untyped
            else [Prefixed("**inputs: ", self.kinds.any())]
        )
        result = f" -> {flat(output.annotation)}:"
        signature = laid(call(f"def {name}", *takes), 0, 0, len(result)) + result
        self.module.blocks.append(f"{laid(head, 0)}\n{signature}\n    raise NotImplementedError\n")
        if after is not None:
            self.growths.write(after, task)
        return found

    def _imported(self, task: str, spec: TaskSpec, seen: Seen) -> Callee:
        name = self.module.word(seen.name, seen.home)
        fn = seen.task.fn
        params: dict[str, Param] = {}
        for port in seen.task.ports.inputs.values():
            schema = _mapping(spec.inputs.get("properties", {}).get(port.name))
            own = {k: v for k, v in schema.items() if k != "default"}
            kind = self.kinds.seen(port.hint, own, port.name)
            params[port.name] = Param(port.name, kind, port.required)
        output = self.kinds.seen(seen.task.ports.result, spec.output, f"{name}_result")
        places = fn.__code__.co_argcount - (seen.task.growth is not None)
        found = self._known[task] = Callee(name, seen.task.called, params, output, places)
        return found

    def _ours(self, task: str, spec: TaskSpec) -> Callee:
        """A task that foretell brings along."""
        params, _ = self._params(task, spec)
        output = self.kinds.of(spec.output, f"{task}_result", self.taken.get(task, ()))
        name = called = task.partition("#")[0]
        if spec.entry in PLAIN:
            home, _, called = spec.entry.partition(":")
            name = self.module.word(called, home)
        found = self._known[task] = Callee(name, called, params, output, _leading(params.values()))
        return found

    def _params(self, task: str, spec: TaskSpec) -> tuple[dict[str, Param], bool]:
        """The inputs of a task; and whether they have to be said as a schema."""
        schema = spec.inputs
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        untyped = (
            not set(schema) <= _HEAD
            or schema.get("type") != "object"
            or "properties" not in schema
            or schema.get("additionalProperties") is not False
            or not isinstance(properties, Mapping)
            or not isinstance(required, list)
            or not set(map(str, required)) <= set(properties)
            or ("required" in schema) is not bool(required)
            or not all(
                is_identifier(n) and n not in _TAKEN and not n.startswith("__") for n in properties
            )
        )
        if not isinstance(properties, Mapping):
            properties = {}
        order = [
            *(n for n in required if n in properties),
            *sorted(set(properties) - set(required)),
        ]
        defs = schema.get("$defs", {})
        if not untyped and _reached(defs, properties) != set(defs):
            untyped = True
        params = {}
        for name in order:
            own = {k: v for k, v in _mapping(properties[name]).items() if k != "default"}
            used = _reached(defs, own)
            if used:
                own["$defs"] = {key: defs[key] for key in defs if key in used}
            if untyped:
                kind = Kind(self.kinds.any(), {}, opaque=True)
            elif name not in required and "default" not in _mapping(properties[name]):
                kind = self.kinds.loose(own, name)
            else:
                kind = self.kinds.of(own, name)
            params[name] = Param(name, kind, name in required)
        return params, untyped

    def _param(self, param: Param, spec: TaskSpec) -> Expr:
        said = Prefixed(f"{param.name}: ", param.kind.annotation)
        if param.required:
            return said
        schema = spec.inputs["properties"][param.name]
        text_of = flat(param.kind.annotation)
        if "default" not in schema:
            return f"{param.name}: {text_of} = ..."  # a default that has no form in JSON
        default = value_of(schema["default"], param.kind, self.module, self.kinds)
        return Prefixed(f"{param.name}: {text_of} = ", default)

    def _grows(self, task: str, spec: TaskSpec) -> tuple[tuple[Expr, Expr] | None, str | None]:
        """What `grows=` is given, and the type of the growth; and the class that follows, if it must
        be written after its task."""
        shape: Shape = ANYTHING if spec.grows is None else spec.grows
        if shape == NOTHING:
            return None, None
        if isinstance(shape, Anything):
            word = self.module.word("Anything")
            return (word, word), None
        name, late = self.growths.named(task)
        if late:
            return (Prefixed("lambda: ", name), f'"{name}"'), name
        return (name, name), None

    def port(self, name: str, spec: PortSpec) -> str:
        """The name of a port, which is declared once, whoever emits there."""
        key = flat(literal([name, dict(spec.chunk), spec.gather]))
        found = self._ports.get(key)
        if found is None:
            found = self._ports[key] = self.module.names.fresh(identifier_like(name, "port"))
            kind = self.kinds.of(spec.chunk, name)
            chunk: Expr = kind.annotation
            if kind.opaque or not _is_class(chunk):
                any_ = self.kinds.any()
                chunk = call(self.module.word("cast", "typing"), any_, chunk)
            named: dict[str, Expr] = {"gather": text(spec.gather)} if spec.gather != "list" else {}
            made = call(self.module.word("Port"), text(name), chunk, **named)
            self.module.blocks.append(flat(Prefixed(f"{found} = ", made)) + "\n")
        return found


def _leading(params: Iterable[Param]) -> int:
    return sum(param.required for param in params)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _reached(defs: Any, part: Any) -> set[str]:
    """The definitions to which something refers, however indirectly."""
    if not isinstance(defs, Mapping) or not defs:
        return set()
    found: set[str] = set()
    todo = [part]
    for one in todo:
        if isinstance(one, Mapping):
            name = str(one.get("$ref", "")).removeprefix("#/$defs/")
            if name in defs and name not in found:
                found.add(name)
                todo.append(defs[name])
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return found


def _is_class(annotation: Expr) -> bool:
    return isinstance(annotation, str) and annotation.isidentifier() and annotation != "None"


__all__ = ["Callee", "Param", "Schema", "Tasks", "WiringError", "subscript"]
