"""Ports: the typed inputs and the output of a task, at the border between Python and JSON.

Reads a function's annotations once. What comes in is checked and converted, what goes out is
checked and turned into JSON; Refs on the way out become wires. Errors name the task, the
parameter, the expected type and what came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn, TypeAlias, get_type_hints

from foretell.author.adapting import check_unchanged, dump
from foretell.author.fields import UNKNOWN, say_type
from foretell.author.mismatch import Mismatch, describe, finite
from foretell.author.names import defined_at
from foretell.author.readers import Reader, reader_of
from foretell.author.refs import Node, Origin, Ref, origin
from foretell.author.secrets import Secret
from foretell.author.stated import Schema
from foretell.author.static import KNOWN, without
from foretell.author.streams import Stream, is_stream
from foretell.author.unread import PASSED_ON
from foretell.errors import InputError, OutputError, WiringError, nearest
from foretell.graph.pointers import escape
from foretell.graph.references import BYTES, INLINE, Held, is_reference, text_of_bytes
from foretell.graph.secrets import KEY
from foretell.values.codecs import codec_of

if TYPE_CHECKING:
    from foretell.graph.model import Hole

Json: TypeAlias = Any


class Wires(list[tuple[str, Ref]]):
    """Where Refs stood: JSON Pointer and Ref. In the JSON there is in their places what stands
    there if they bring nothing, as a rule null.

    `converted` is set where something stood that JSON has no word for.
    """

    converted = False


class Port(NamedTuple):
    """One parameter. `read` converts JSON; `plain` says that this never needs pydantic. `static`:
    its value is known when a workflow is registered. `unread`: what is kept elsewhere is only passed on."""

    name: str
    hint: Any
    required: bool
    default: Any
    read: Reader
    plain: bool
    static: bool = False
    unread: bool = False

    def dump(self, value: Any) -> Json:
        """JSON for a value without Refs, complete in itself; raises `Mismatch`."""
        return standing_alone(self.to_json(value))

    def to_json(self, value: Any) -> Json:
        """JSON for a value without Refs, in which others stand as `Held`; raises `Mismatch`."""
        return checked_json(
            value, self.hint, self.read, self.plain, Wires(), "/" + escape(self.name)
        )


class Ports:
    """The inputs of a function, in order, and its result."""

    __slots__ = ("_read_result", "_result_plain", "inputs", "names", "result", "stated", "task")

    def __init__(
        self, task: str, inputs: dict[str, Port], result: Any, stated: Schema | None = None
    ) -> None:
        self.task = task
        self.inputs = inputs
        self.stated = stated
        """What is said of all inputs together, where they are not parameters."""
        self.names = tuple(inputs)
        self.result = result
        self._read_result, self._result_plain = reader_of(result)

    @classmethod
    def of(cls, fn: Callable[..., Any], skip: int | None = None) -> Ports:
        """The ports of a task or a function. `skip` leading parameters are not inputs (the
        growth rights of a growing task; known where `fn` is the task itself)."""
        inner: Any = getattr(fn, "_fn", fn)
        if skip is None:
            skip = 1 if getattr(fn, "_grows", None) is not None else 0
        noun = "workflow" if hasattr(fn, "compile") else "task"
        result = _hints(inner).get("return", UNKNOWN)
        if is_stream(result):
            raise WiringError(
                f"{noun} {inner.__name__!r}: a result is there all at once: return a list, or emit "
                f"in a port what others are to read meanwhile"
            )
        takes: Schema | None = getattr(fn, "_takes", None)
        if takes is not None:
            return cls(f"{noun} {inner.__name__!r}", _stated_ports(takes), result, takes)
        ports = _ports(inner, skip)
        if noun == "task" and any(port.static for port in ports.values()):
            raise WiringError(
                f"task {inner.__name__!r}: Static is for the inputs of workflows; a task always "
                f"gets values"
            )
        return cls(f"{noun} {inner.__name__!r}", ports, result)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by parameter name, as a call would bind them; raises `InputError`."""
        most = len(self.names) if self.stated is None else 0
        if len(args) > most:
            raise InputError("arguments", f"at most {most} by position", str(len(args)), self.task)
        bound = dict(zip(self.names, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.inputs:
                if not self._takes_more():
                    self._unknown(name)
                self.inputs[name] = _stated_port(name, {}, required=False)
            if name in bound:
                raise InputError(name, "one value", "two (by position and by name)", self.task)
            bound[name] = value
        self._check_complete(bound)
        return bound

    def load_inputs(self, inputs: Mapping[str, Json]) -> dict[str, Any]:
        """JSON inputs as keyword arguments. Parameters with a default may be missing."""
        loaded: dict[str, Any] = {}
        for name, value in inputs.items():
            port = self.inputs.get(name)
            if port is None:
                self._unknown(name)
            try:
                loaded[name] = port.read(value)
            except Mismatch as fault:
                raise self._bad_input(name, fault) from None
        self._check_complete(loaded)
        return loaded

    def dump_inputs(self, bound: Mapping[str, Any]) -> tuple[dict[str, Json], Wires]:
        """JSON for arguments by name. A parameter that is wholly a Ref is left out of it."""
        inputs: dict[str, Json] = {}
        wires = Wires()
        for name, value in bound.items():
            port = self.inputs[name]
            try:
                if type(value) is Ref:
                    wires.append(("/" + escape(name), value))
                    if origin(value).ending.on == "any":
                        port.read(origin(value).ending.default)
                        inputs[name] = origin(value).ending.default
                    continue
                inputs[name] = checked_json(
                    value, port.hint, port.read, port.plain, wires, "/" + escape(name)
                )
            except Mismatch as fault:
                raise self._bad_input(name, fault) from None
            except RecursionError:
                raise self._bad_input(name, _too_deep()) from None
        return inputs, wires

    def dump_output(self, value: Any) -> tuple[Json, tuple[Hole, ...]]:
        """JSON for a result. Refs to grown nodes become holes; the rest is checked."""
        json, wires = self.dump_result(value)
        return json, holes_of(wires) if wires else ()

    def dump_result(self, value: Any) -> tuple[Json, Wires]:
        """JSON for a result, and the Refs in it. Without any it is checked."""
        wires = Wires()
        try:
            return checked_json(
                value, self.result, self._read_result, self._result_plain, wires, ""
            ), wires
        except RecursionError:
            raise OutputError(self.task, say_type(self.result), _too_deep().got) from None
        except Mismatch as fault:
            got = f"{fault.got} at {fault.path()}" if fault.at else fault.got
            expected = say_type(self.result) if fault.at else fault.expected
            raise OutputError(self.task, expected, got) from None

    def _takes_more(self) -> bool:
        """Whether it takes inputs of which nothing is said."""
        return self.stated is not None and self.stated.says.get("additionalProperties") is not False

    def _check_complete(self, given: Mapping[str, Any]) -> None:
        if len(given) == len(self.inputs) and self.stated is None:
            return
        for port in self.inputs.values():
            if port.required and port.name not in given:
                raise InputError(
                    port.name, say_type(port.hint), "nothing: it is missing", self.task
                )

    def _unknown(self, name: str) -> NoReturn:
        known = ", ".join(self.names) or "none"
        raise InputError(
            name, f"one of its inputs ({known})",
            f"an unknown one{nearest(name, self.names)}", self.task,
        )  # fmt: skip

    def _bad_input(self, name: str, fault: Mismatch) -> InputError:
        return InputError(name + fault.path(), fault.expected, fault.got, self.task)


def checked_json(value: Any, hint: Any, read: Reader, plain: bool, wires: Wires, at: str) -> Json:
    """JSON for a value of the type `hint`. What holds Refs is checked when it runs, and complete."""
    if not plain and not may_hold_refs(value):
        return dump(value, hint)
    before = len(wires)
    wires.converted = False
    json = to_json(value, wires, at)
    if plain and len(wires) == before:
        back = read(json)
        if wires.converted:
            check_unchanged(value, back, hint)
    return json


def typed_json(value: Any, hint: Any) -> Json:
    """JSON for a value of the type `hint`, without Refs; raises `Mismatch`."""
    read, plain = reader_of(hint)
    return standing_alone(checked_json(value, hint, read, plain, Wires(), ""))


def standing_alone(json: Json) -> Json:
    """`json` with nothing in it that JSON has no word for: what a codec writes stands in it."""
    from foretell.values.keeping import Keeper

    return Keeper(None).lightened(json) if any_held(json) else json


def any_held(json: Json) -> bool:
    """Whether JSON has no word for something in it."""
    if type(json) is dict:
        return any(map(any_held, json.values()))
    return any(map(any_held, json)) if type(json) is list else type(json) is Held


def _too_deep() -> Mismatch:
    return Mismatch("something JSON can hold", "a value nested too deeply, or holding itself")


def holes_of(wires: Wires) -> tuple[Hole, ...]:
    """The holes that Refs to nodes leave in a value."""
    from foretell.graph.model import Hole

    holes = []
    for at, ref in wires:
        mine = origin(ref)
        if mine.node is None:
            raise WiringError(f"{mine.name!r} has no value that could be returned")
        refuse_ending(mine)
        holes.append(Hole(at, mine.node, mine.pointer, mine.port))
    return tuple(holes)


def refuse_ending(mine: Origin) -> None:
    """A result has no other in its place, and is no failure."""
    if mine.ending.on != "ok":
        raise WiringError(
            f"what {mine.name!r} leaves however it ends goes to tasks only; let one of them give "
            f"what is returned"
        )


def to_json(value: Any, wires: Wires, at: str) -> Json:
    """JSON for a value, by what it is. Refs leave null and are noted in `wires`."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _text(value)
    if kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return finite(value)
    if kind is Ref:
        wires.append((at, value))
        return origin(value).ending.default
    if kind is list or kind is tuple:
        return [to_json(item, wires, f"{at}/{i}") for i, item in enumerate(value)]
    if kind is dict:
        return _object(value, wires, at)
    if kind is Node:
        return to_json(value.out, wires, at)
    if kind is Secret:
        return {KEY: value.name}
    if kind is Stream:
        return [to_json(item, wires, f"{at}/{i}") for i, item in enumerate(value)]
    codec = codec_of(kind)
    if codec is not None:
        wires.converted = True
        return _held(codec.name, value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [to_json(item, wires, f"{at}/{i}") for i, item in enumerate(value)]
    if is_record(value):
        fields = {name: getattr(value, name) for name in kind.__dataclass_fields__}
        return _object(fields, wires, at)
    if isinstance(value, (str, int, float)):
        return _base(value)
    wires.converted = True
    return dump(value)


def _held(codec: str, value: Any) -> Json:
    if codec == BYTES and len(value) * 4 // 3 <= INLINE:
        return text_of_bytes(value)
    return Held(codec, value)


def _base(value: str | int | float) -> Json:
    """A value of a class made from text or numbers (a StrEnum, say), which is as good as one."""
    if isinstance(value, str):
        return _text(str.__str__(value))
    return finite(float.__float__(value)) if isinstance(value, float) else int.__int__(value)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Mismatch("text that UTF-8 can hold", describe(value)) from None
    return value


def may_hold_refs(value: Any) -> bool:
    """Whether a value is of a kind in which Refs are looked for, and holds one."""
    kind = type(value)
    if kind is Ref or kind is Node:
        return True
    if kind is dict:
        return any(may_hold_refs(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(may_hold_refs(item) for item in value)
    return is_record(value) and any(may_hold_refs(part) for part in parts_of(value))


def is_record(value: Any) -> bool:
    """Whether `value` is an instance of a plain dataclass."""
    kind = type(value)
    return hasattr(kind, "__dataclass_fields__") and not hasattr(kind, "__pydantic_fields__")


def parts_of(record: Any) -> list[Any]:
    """The values of a dataclass's fields."""
    return [getattr(record, name, None) for name in type(record).__dataclass_fields__]


def _object(value: dict[Any, Any], wires: Wires, at: str) -> Json:
    if len(value) == 1 and is_reference(value):
        raise Mismatch("an object that does not stand for a value kept elsewhere", describe(value))
    out: dict[str, Json] = {}
    for key, item in value.items():
        if type(key) is not str:
            wires.converted = True
            if type(key) is not int:
                return dump(value)
            key = str(key)
        out[key] = to_json(item, wires, f"{at}/{escape(key)}")
    return out


def _ports(fn: FunctionType, skip: int) -> dict[str, Port]:
    code = fn.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[:count]
    positional = fn.__defaults__ or ()
    defaults = dict(zip(names[: code.co_argcount][-len(positional) :], positional, strict=False))
    if not positional:
        defaults = {}
    defaults.update(fn.__kwdefaults__ or {})
    hints = _hints(fn)
    ports: dict[str, Port] = {}
    for name in names[skip:]:
        hint, static = without(KNOWN, hints.get(name, UNKNOWN))
        hint, unread = without(PASSED_ON, hint)
        read, plain = reader_of(hint)
        required = name not in defaults
        ports[name] = Port(name, hint, required, defaults.get(name), read, plain, static, unread)
    return ports


def _stated_ports(takes: Schema) -> dict[str, Port]:
    """The inputs of which a schema speaks."""
    said, required = takes.says.get("properties", {}), takes.says.get("required", ())
    defs = {"$defs": takes.says["$defs"]} if "$defs" in takes.says else {}
    found = {}
    for name, schema in said.items():
        whole = {**schema, **defs} if isinstance(schema, dict) else {}
        found[name] = _stated_port(name, whole, required=name in required)
    return found


def _stated_port(name: str, schema: dict[str, Any], *, required: bool) -> Port:
    hint: Any = Annotated[Any, Schema(schema)]
    read, plain = reader_of(hint)
    return Port(name, hint, required, None, read, plain)


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    if not fn.__annotations__:
        return {}
    try:
        return get_type_hints(fn, include_extras=True)
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise WiringError(
            f"{defined_at(fn)}: task {fn.__name__!r}: its annotations cannot be read ({error}); a "
            f"type must be importable when the workflow runs, not only under TYPE_CHECKING"
        ) from None


__all__ = ["Port", "Ports", "Wires", "describe", "holes_of", "to_json"]
