"""One reading: what has been met so far, and which call is being made.

It stands between those who evaluate a source and foretell's own registration, which asks it where in
the source a call stands (`foretell.author.names`), and knows neither statements nor graphs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from foretell.author.guarding import guard_workflow_closely
from foretell.author.names import Site, names_in
from foretell.author.refs import Ref, origin
from foretell.author.registering import Registering
from foretell.author.tasks import Task, Workflow, registrar
from foretell_codegen.errors import ReadError, Unreadable
from foretell_codegen.provenance import Frozen
from foretell_codegen.reading.functions import EVALUATE, LOCALS, Definition
from foretell_codegen.reading.scopes import Scope
from foretell_codegen.reading.sizes import weight

if TYPE_CHECKING:
    from foretell_codegen.reading.annotations import Annotations
    from foretell_codegen.reading.definitions import Definitions
    from foretell_codegen.reading.expressions import Expressions
    from foretell_codegen.reading.modules import Modules
    from foretell_codegen.reading.statements import Statements
    from foretell_codegen.reading.text import Source

MOST_STEPS = 5_000_000
"""Calls and rounds of loops that are followed before a source is said to have no end."""
MOST_ITEMS = 50_000_000
"""Items of lists and texts that are made, those of short ones left out."""


class Made(NamedTuple):
    """Where a node comes from: the call, its statement, and the function in which it stands."""

    call: ast.Call
    statement: ast.stmt
    function: Function | None
    home: Home
    task: Task[..., Any] | None


@dataclass(slots=True, eq=False)
class Function:
    """A function of the source. `workflow` if it is the body of one, `statement` in which it is
    defined."""

    node: Definition
    scope: Scope
    home: Home
    qualname: str
    statement: ast.stmt | None
    workflow: Workflow[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What could not be known, and so is open in the graph."""

    line: int
    why: str


class Home:
    """A module that is read, and all that evaluates in it. `ground` are Python's own names."""

    expressions: Expressions
    definitions: Definitions
    statements: Statements
    annotations: Annotations

    def __init__(
        self,
        source: Source,
        module: ModuleType,
        modules: Modules,
        ground: Mapping[str, Any],
        session: Session,
    ) -> None:
        self.source = source
        self.module = module
        self.modules = modules
        self.ground = ground
        self.session = session
        self.anything = ""
        """From where names may come that are not known (`from x import *`)."""
        self.later = False
        """Whether annotations are read when all of the module is known."""
        self.imports: dict[str, ast.alias] = {}

    @property
    def scope(self) -> Scope:
        return Scope(self.module.__dict__)

    def missing(self, name: str, line: int) -> Any:
        return self.modules.missing(self, name, line)

    def lent(self, module: Any, name: str, line: int) -> Any:
        return self.modules.lent(module, name, line)


class Session:
    """`site` is the call that is being made, `now` who registers."""

    def __init__(self, name: str, strict: bool) -> None:
        self.name = name
        self.strict = strict
        self.site = Site(name, 0)
        self.file = name
        """In which the statement stands that is followed."""
        self.now: Registering | None = None
        self.made: dict[str, Made] = {}
        self.root: dict[str, Made] | None = None
        self.function: Function | None = None
        self.statement: ast.stmt | None = None
        self.direct: ast.expr | None = None
        self.direct_name: str | None = None
        self.targets: Mapping[tuple[int, int], str] | None = None
        self.functions: list[Function] = []
        self.notes: list[Note] = []
        self.known: dict[int, Any] = {}
        """What is lent by others than the source, and may be called."""
        self.frozen: dict[str, Frozen] = {}
        self.frozen_task: Task[..., Any] | None = None
        self._classes: dict[int, type] = {}
        self._steps = 0
        self._items = 0
        self._traces: dict[int, tuple[Registering, dict[str, Made]]] = {}

    # --- what is ours -------------------------------------------------------------------------

    def own(self, made: type) -> None:
        """A class of the source, which stands here as it is."""
        self._classes[id(made)] = made

    def is_ours(self, value: Any) -> bool:
        """Whether a value is a function or class of the source, or an instance of one."""
        if type(value) is FunctionType:
            return value.__code__.co_names == (EVALUATE, LOCALS)
        if type(value) is MethodType:
            return self.is_ours(value.__func__)
        kind = value if isinstance(value, type) else type(value)
        return any(self._classes.get(id(one)) is one for one in kind.__mro__)

    def lends(self, value: Any, name: str) -> bool:
        """Whether the attribute `name` of what is ours is of the source, too: a class may be made
        from one of Python's or of a library, whose methods do what they like."""
        if not self.is_ours(value):
            return False
        kind = value if isinstance(value, type) else type(value)
        if issubclass(kind, Enum) and (name in ("name", "value") or name in kind.__members__):
            return True
        fields = (*getattr(kind, "__dataclass_fields__", ()), *getattr(kind, "_fields", ()))
        if not isinstance(value, type):
            own = getattr(value, "__dict__", {})
            if name in own or name in fields or name in getattr(kind, "__pydantic_fields__", ()):
                return True
        return any(name in vars(one) for one in kind.__mro__ if self._classes.get(id(one)) is one)

    def note_unknown(self, line: int, why: str) -> None:
        self.notes.append(Note(line, why))

    # --- limits -------------------------------------------------------------------------------

    def step(self, line: int) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise ReadError(
                self.name, line, f"it goes on for more than {MOST_STEPS:,} steps",
                "let a task do what takes long",
            )  # fmt: skip

    def charge(self, value: Any, line: int) -> None:
        """What was made takes room, and all of it together only so much."""
        many = weight(value)
        if many < 1_000:
            return
        self._items += many
        if self._items > MOST_ITEMS:
            raise ReadError(
                self.name, line, f"it makes more than {MOST_ITEMS:,} items",
                "let a task make what is large",
            )  # fmt: skip

    def counted(self, items: Iterable[Any], line: int) -> Iterator[Any]:
        """The items of a loop, each of which is a step."""
        for item in items:
            self.step(line)
            yield item

    # --- calls --------------------------------------------------------------------------------

    def name_for(self, call: ast.Call) -> str | None:
        """The name to which the result of a call is assigned."""
        if call is self.direct:
            return self.direct_name
        if self.targets is not None:
            return self.targets.get((call.end_lineno or 0, call.end_col_offset or 0))
        return None

    def begin(self, statement: ast.stmt) -> None:
        """From now on calls stand in this statement."""
        self.statement = statement
        self.site = Site(self.file, statement.lineno)
        self.direct = self.direct_name = self.targets = None
        kind = type(statement)
        if kind is ast.Assign:
            first, value = statement.targets[0], statement.value  # type: ignore[attr-defined]
            if type(first) is ast.Name:
                if type(value) is ast.Call:
                    self.direct = value
                    self.direct_name = first.id if first.id.strip("_") else None
                    return
                if type(value) in _PLAIN:
                    return
            self.targets = _targets(statement)
        elif kind is ast.AnnAssign:
            value = statement.value  # type: ignore[attr-defined]
            if type(statement.target) is ast.Name and type(value) is ast.Call:  # type: ignore[attr-defined]
                name = statement.target.id  # type: ignore[attr-defined]
                self.direct, self.direct_name = value, name if name.strip("_") else None

    def note(self, now: Registering, before: int, call: ast.Call, home: Home, called: Any) -> None:
        """The nodes that a call has made, unless a call within it did."""
        assert self.statement is not None
        task = called if isinstance(called, Task) else getattr(called, "__self__", None)
        task = task if isinstance(task, Task) and not isinstance(task, Workflow) else None
        known = self.made
        for node in now.nodes[before:]:
            its = now._tasks.get(node.id)
            own = task if task is not None and its is not None and its._fn is task._fn else None
            known.setdefault(node.id, Made(call, self.statement, self.function, home, own))

    def place(self) -> tuple[Any, ...]:
        """Where the reading is; `leave` comes back to it."""
        return (
            self.site, self.now, self.made, self.function, self.statement, self.direct,
            self.direct_name, self.targets, self.file,
        )  # fmt: skip

    def enter(self, function: Function | None) -> tuple[Any, ...]:
        """Begins the body of a function, or a module; `leave` is given what this gives."""
        around = self.place()
        self.function = function
        if function is not None:
            self.file = str(function.home.module.__file__)
            self.statement = function.statement  # of a lambda; others begin some of their own
        self.direct = self.direct_name = self.targets = None
        now = registrar.get()
        if now is not self.now:
            self.now = now if isinstance(now, Registering) else None
            if self.now is not None:
                self.made = self._traces.setdefault(id(now), (self.now, {}))[1]
        if self.root is None and self.now is not None:
            self.root = self.made
        return around

    def leave(self, around: tuple[Any, ...]) -> None:
        (
            self.site, self.now, self.made, self.function, self.statement, self.direct,
            self.direct_name, self.targets, self.file,
        ) = around  # fmt: skip

    def is_workflow(self, made: Workflow[..., Any]) -> None:
        """The body of a function is that of a workflow."""
        self.function_of(made._fn).workflow = made

    def function_of(self, fn: Any) -> Function:
        """What a function stands for."""
        return next(self.functions[key] for key in fn.__code__.co_consts if type(key) is int)

    def suspect(self, value: Any, line: int) -> None:
        """A value is used in a way that perhaps nothing of it would notice. If it is one that is not
        there yet, the guards are asked, which read the whole body; what they let pass is done, as
        in a run."""
        if type(value) is not Ref:
            return
        if origin(value).node in self.frozen:
            raise Unreadable("it depends on what is frozen above", line)
        function = self.function
        if function is not None and function.workflow is not None:
            guard_workflow_closely(function.workflow)


_PLAIN = frozenset(
    {ast.Constant, ast.Name, ast.Attribute, ast.Dict, ast.Set, ast.ListComp, ast.DictComp,
     ast.BinOp, ast.JoinedStr, ast.Subscript, ast.Compare, ast.Lambda}
)  # fmt: skip
"""Values that take what is called in them, whatever they are assigned to."""


def _targets(statement: ast.stmt) -> Mapping[tuple[int, int], str]:
    """Where in a statement a call's result is assigned to a name, as Python itself sees it: by the
    place at which the call ends."""
    function = ast.FunctionDef(
        "f", ast.arguments([], [], None, [], [], None, []), [statement], [], lineno=1, col_offset=0
    )
    if not any(isinstance(node, ast.Call) for node in ast.walk(statement)):
        return {}
    whole = ast.Module([function], [])
    ast.fix_missing_locations(whole)
    try:
        code = compile(whole, "<statement>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    inner = next(const for const in code.co_consts if hasattr(const, "co_code"))
    return names_in(inner)
