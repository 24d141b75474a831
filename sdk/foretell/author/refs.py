"""Refs: values that are not there yet, and the guards that keep people from using them as if.

While a workflow is registered, and when a growing task uses a right, a call gives a `Ref` where a
type checker sees the result. A Ref can be passed on and taken apart along its type; everything
else raises a `WiringError` that names the value, the line and the cure. It knows nothing of
graphs: the registrar and the growth read a Ref through `origin`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar, get_args

from foretell.author.fields import UNKNOWN, attributes, items, keys, say_type
from foretell.author.names import caller_frame, say_place
from foretell.errors import WiringError, nearest
from foretell.graph.pointers import NoSuchPlace, escape, get

if TYPE_CHECKING:
    from foretell.graph.model import Outcome

R_co = TypeVar("R_co", covariant=True)


class After(NamedTuple):
    """What `.after` was told: something to run after, and how that must end."""

    dep: object
    on: Outcome = "ok"


class Ending(NamedTuple):
    """How a node must end (`on`) for what it leaves to be there: its output, or its `failures`. On
    `any`, what it does not leave is `default`, a JSON value."""

    on: Outcome
    failures: bool = False
    default: Any = None

    def part(self, token: str) -> Ending:
        if self.on != "any":
            return self
        try:
            return self._replace(default=get(self.default, "/" + escape(token)))
        except NoSuchPlace:
            raise Misuse(
                f"may not be there, and what stands for it then has no {token!r}",
                "take the part first, and say what stands for that: or_else(value.part, default)",
            ) from None


WELL = Ending("ok")


class Origin:
    """Where the value behind a Ref comes from.

    Exactly one of `node` (an output), `feed` (a workflow input) and `nodes` (a section without a
    result, good for ordering only) is set. `owner` is the registration or trial it belongs to.
    With a `port` it is what the node emitted there; `early`: chunk by chunk.
    """

    __slots__ = (
        "early", "ending", "feed", "hint", "name", "node", "nodes", "owner", "pointer", "port",
    )  # fmt: skip

    def __init__(
        self,
        owner: object,
        name: str,
        *,
        node: str | None = None,
        feed: str | None = None,
        nodes: tuple[str, ...] = (),
        pointer: str = "",
        hint: Any = UNKNOWN,
        ending: Ending = WELL,
        port: str | None = None,
        early: bool = False,
    ) -> None:
        self.port = port
        self.early = early
        self.owner = owner
        self.name = name
        self.node = node
        self.feed = feed
        self.nodes = nodes
        self.pointer = pointer
        self.hint = hint
        self.ending = ending

    def part(self, token: str, hint: Any, name: str) -> Origin:
        return Origin(
            self.owner, name, node=self.node, feed=self.feed, nodes=self.nodes,
            pointer=f"{self.pointer}/{escape(token)}", hint=hint, ending=self.ending.part(token),
            port=self.port, early=self.early,
        )  # fmt: skip

    def of_type(self, hint: Any) -> Origin:
        return Origin(
            self.owner, self.name, node=self.node, feed=self.feed, nodes=self.nodes,
            pointer=self.pointer, hint=hint, ending=self.ending, port=self.port, early=self.early,
        )  # fmt: skip

    def ended(self, ending: Ending, hint: Any, name: str) -> Origin:
        """What the same node leaves when it ends so."""
        pointer = self.pointer if ending.failures == self.ending.failures else ""
        port = None if ending.failures else self.port
        return Origin(self.owner, name, node=self.node, pointer=pointer, hint=hint, ending=ending,
                      port=port, early=self.early)  # fmt: skip

    def ended_well(self) -> Origin:
        """The node itself, whatever was said of how it ends."""
        return Origin(self.owner, self.name, node=self.node)

    @property
    def chunk(self) -> Any:
        """The type of the chunks of what is read early."""
        return next(iter(get_args(self.hint)), UNKNOWN)

    def read_from(self, port: str, early: bool, hint: Any) -> Origin:
        """What its node emits in a port."""
        return Origin(
            self.owner, f"{port} of {self.name}", node=self.node, hint=hint, port=port, early=early
        )


class Ref:
    """A value that is known only when the workflow runs."""

    __slots__ = ("_foretell_origin",)

    def __init__(self, origin: Origin) -> None:
        object.__setattr__(self, "_foretell_origin", origin)

    def __repr__(self) -> str:
        return f"<{self._foretell_origin.name}: known only when the workflow runs>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # copy, pickle, inspect and friends ask for these
            raise AttributeError(name)
        try:
            return Ref(field_of(self._foretell_origin, name))
        except Misuse as fault:
            raise _refusal(self, fault) from None

    def __copy__(self) -> Ref:
        return self

    def __deepcopy__(self, memo: object) -> Ref:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise _refusal(self, MISUSES["__setitem__"])

    def __getitem__(self, key: object) -> Any:
        try:
            return Ref(item_of(self._foretell_origin, key))
        except Misuse as fault:
            raise _refusal(self, fault) from None

    def __len__(self) -> int:
        """Of a fixed tuple; Python asks for it where one is spread."""
        parts = items(self._foretell_origin.hint)
        if parts is None:
            raise _refusal(self, MISUSES["__length_hint__"])
        return len(parts)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter([Ref(part) for part in parts_of(self._foretell_origin)])
        except Misuse as fault:
            raise _refusal(self, fault) from None


class Misuse(Exception):
    """What an unknown value cannot be used for, and what to do instead."""

    def __init__(self, what: str, cure: str) -> None:
        self.what = what
        self.cure = cure

    def told(self, name: str, where: str) -> str:
        """The message for the value that the source calls `name`."""
        return (
            f"{where}: {name!r} {self.what}. It is known only when the workflow runs; {self.cure}."
        )


def field_of(mine: Origin, name: str) -> Origin:
    """Where the attribute `name` of a value comes from; raises `Misuse`."""
    known = attributes(mine.hint)
    if name not in known:
        what = f"it has the fields {', '.join(known)}" if known else "its type has no fields"
        raise Misuse(
            f"has no field {name!r}", f"{what} ({say_type(mine.hint)}){nearest(name, known)}"
        )
    token, hint = known[name]
    return mine.part(token, hint, f"{mine.name}.{name}")


def item_of(mine: Origin, key: object) -> Origin:
    """Where the item `key` of a value comes from; raises `Misuse`."""
    if isinstance(key, str):
        known = keys(mine.hint)
        if key in known:
            return mine.part(key, known[key], f"{mine.name}[{key!r}]")
    parts = items(mine.hint)
    if parts is not None and type(key) is int and -len(parts) <= key < len(parts):
        index = key % len(parts)
        return mine.part(str(index), parts[index], f"{mine.name}[{index}]")
    raise Misuse(
        f"cannot be indexed with {key!r:.60}",
        "only fixed tuples and TypedDicts can be taken apart here; do it inside a task",
    )


def parts_of(mine: Origin) -> list[Origin]:
    """Where the items of a value come from that is unpacked or looped over; raises `Misuse`."""
    parts = items(mine.hint)
    if parts is None:
        raise Misuse(
            "cannot be looped over: its length is not known yet",
            "in a workflow say `square.map(each(numbers))`; in a running task let a task loop",
        )
    return [mine.part(str(i), hint, f"{mine.name}[{i}]") for i, hint in enumerate(parts)]


def origin(ref: Ref) -> Origin:
    """Where the value of `ref` comes from."""
    return ref._foretell_origin  # type: ignore[no-any-return]


def _refusal(ref: Ref, fault: Misuse) -> WiringError:
    return WiringError(fault.told(ref._foretell_origin.name, say_place(caller_frame(2))))


_OPERATORS = tuple(
    f"__{side}{op}__"
    for op in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod",
               "pow", "lshift", "rshift", "and", "xor", "or")
    for side in ("", "r", "i")
    if (side, op) != ("i", "divmod")
)  # fmt: skip
_INSIDE = "do it inside a task"
_GUARDS: dict[str, tuple[tuple[str, ...], str]] = {
    "cannot be used as a condition": (
        ("__bool__",),
        "in a workflow say `when(flag, lambda: ...)`; in a running task let a task decide",
    ),
    "cannot be compared": (
        ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
        "in a workflow say `below(a, b)`, `equal(a, b)`; in a running task compare inside a task",
    ),
    "cannot be calculated with": (
        (*_OPERATORS, "__neg__", "__pos__", "__abs__", "__invert__", "__round__", "__trunc__",
         "__floor__", "__ceil__"),
        "calculate inside a task",
    ),
    "is not a number yet": (("__int__", "__float__", "__complex__", "__index__"), _INSIDE),
    "has no length yet": (("__length_hint__",), _INSIDE),
    "cannot be searched": (("__contains__",), "search inside a task"),
    "cannot be looped over backwards": (("__reversed__", "__next__"), _INSIDE),
    "cannot be hashed": (
        ("__hash__",), "use a list, or a dict with the value on the right-hand side",
    ),
    "cannot be turned into text": (
        ("__str__", "__format__", "__bytes__", "__fspath__"), "make the text inside a task",
    ),
    "cannot be called": (("__call__",), "it is a value, not a task"),
    "cannot be awaited": (
        ("__await__", "__aiter__", "__anext__"), "leave out `await`: the call is the wire",
    ),
    "is not a context manager": (
        ("__enter__", "__exit__", "__aenter__", "__aexit__"), "open it inside a task",
    ),
    "cannot be pickled": (
        ("__reduce__", "__reduce_ex__"), "give it to a task as an input",
    ),
    "cannot be changed": (
        ("__setitem__", "__delitem__", "__delattr__"), "let a task make the changed value",
    ),
}  # fmt: skip


MISUSES = {
    method: Misuse(what, cure) for what, (methods, cure) in _GUARDS.items() for method in methods
}
"""What each method of the language would do to a value, and cannot do here."""


def _guard(fault: Misuse) -> Callable[..., NoReturn]:
    def refuse(self: Ref, *args: object) -> NoReturn:
        raise _refusal(self, fault)

    return refuse


for _method, _fault in MISUSES.items():
    if _method != "__length_hint__":  # which `__len__` answers
        setattr(Ref, _method, _guard(_fault))


class Node(Generic[R_co]):
    """A node of the graph: for ordering, for promises, and for tasks that return nothing.

    `.out` is its result, `.id` its name in the graph. It may stand for all nodes of a workflow: then
    that is their scope, what is to run before it comes before `first`, and what after it, after `last`.
    """

    __slots__ = ("first", "id", "last", "out")

    out: R_co

    def __init__(
        self,
        node: str,
        out: R_co,
        first: tuple[str, ...] | None = None,
        last: tuple[str, ...] | None = None,
    ) -> None:
        self.id = node
        self.out = out
        self.first = (node,) if first is None else first
        self.last = (node,) if last is None else last

    def __repr__(self) -> str:
        return f"<node {self.id}>"
