"""`Grow`: what a task may add to the graph while it runs, said as a class.

    class Squares(Grow):
        square = many(square, at_most=100)

The class is a promise (compiled by `foretell.author.shaping`), and its attributes are the rights a
running task uses. What using one does depends on whose `Hand` holds it: a live one proposes
changes to the orchestrator, a rehearsing one just calls the task.
"""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Iterable, Mapping
from types import FrameType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    Unpack,
    overload,
)

from foretell.author.limiting import Limiting
from foretell.author.names import caller_frame, here, say_place
from foretell.author.options import RightOptions, checked, checked_instance, checked_use
from foretell.author.refs import After, Node
from foretell.author.tasks import Task, Workflow, refuse_dress, zipped
from foretell.errors import WiringError

if TYPE_CHECKING:
    from datetime import timedelta

    from foretell.author.vows import Vow
    from foretell.document.model import Change
    from foretell.promises import shapes as sh

P = ParamSpec("P")
R = TypeVar("R")
R2 = TypeVar("R2")
R_co = TypeVar("R_co", covariant=True)
GrowT = TypeVar("GrowT", bound="Grow")

RESERVED = ("shape", "promise", "limit", "style", "would", "create", "connect", "existing",
            "into")  # fmt: skip


class Grower(Protocol):
    """The orchestrator, as a growing task sees it.

    `tasks` maps the names of the tasks that the graph knows to their entry points.
    """

    node: str
    tasks: Mapping[str, str]

    @property
    def grows(self) -> sh.Shape | None:
        """What the node may grow, as the graph knows it; None if that is not known."""
        ...

    def propose(self, change: Change, *, attempt: bool = False) -> None:
        """Adds `change` whole, or raises `LawBroken` or `PromiseBroken` and adds nothing."""

    def would(self, change: Change) -> tuple[bool, str]:
        """Whether `change` would be accepted, and if not, why."""
        ...


class Answer:
    """Yes or no, and why not."""

    __slots__ = ("ok", "why")

    def __init__(self, ok: bool, why: str = "") -> None:
        self.ok = ok
        self.why = why

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return "yes" if self.ok else f"no: {self.why}"


class Hand(Protocol):
    """Who carries out what a task does with its growth."""

    def use(
        self, right: Right[..., Any], calls: list[Call], frame: FrameType
    ) -> list[Node[Any]]: ...
    def would(self, right: Right[..., Any], call: Call, frame: FrameType) -> Answer: ...
    def left(self, right: Right[..., Any]) -> int | None: ...
    def promise(self, vows: tuple[Vow, ...], frame: FrameType) -> None: ...
    def would_promise(self, vows: tuple[Vow, ...], frame: FrameType) -> Answer: ...
    def limit(self, said: Limiting, frame: FrameType) -> None: ...
    def style(
        self, node: object, label: str | None, style: Mapping[str, str], frame: FrameType
    ) -> None: ...
    def sections(
        self,
        data: Mapping[str, Any],
        given: Iterable[Mapping[str, Any]],
        frame: FrameType,
        *,
        in_turn: bool = False,
    ) -> list[Any]: ...
    def create(
        self, task: Task[..., Any], call: Call, frame: FrameType, slot: str | None = None
    ) -> Node[Any]: ...
    def connect(self, before: Node[Any], after: Node[Any]) -> None: ...
    def existing(self, node: str) -> Node[Any]: ...


Call = tuple[tuple[Any, ...], dict[str, Any]]


class Shape:
    """A part of what a growth may look like: a right, or an order of parts."""


class Group(Shape):
    """Parts in an order: `word` is seq, par, one_of, free, many, loop, let, use or empty."""

    def __init__(
        self, word: str, parts: tuple[Shape, ...], low: int = 0, high: int | None = None
    ) -> None:
        self.word = word
        self.parts = parts
        self.low = low
        self.high = high


class Right(Shape, Generic[P, R_co]):
    """The right to add nodes of one task, or instances of one workflow: between `low` and `high` of
    them over the whole growth."""

    def __init__(self, task: Task[P, R_co], word: str, low: int, high: int | None) -> None:
        self._task = task
        self._word = word
        self._low = low
        self._high = high
        self._name = ""
        self._growth = ""
        self._hand: Hand | None = None
        self._options: dict[str, Any] = {}
        self._after: tuple[After, ...] = ()
        self._key = ""  # which instance of a group its nodes belong to, if that was said
        self._use: str | None = None  # and in which use of a name they lie

    @overload
    def __call__(
        self: Right[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> R2: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._held().use(self, [(args, kwargs)], sys._getframe(1))[0].out

    @overload
    def map(
        self: Right[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> list[R2]: ...
    @overload
    def map(self, *args: P.args, **kwargs: P.kwargs) -> list[R_co]: ...
    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """A node for each item of the arguments marked with `each`, all in one change."""
        frame = sys._getframe(1)
        calls = zipped(args, kwargs, say_place(frame))
        return [node.out for node in self._held().use(self, calls, frame)]

    @overload
    def node(
        self: Right[P, Coroutine[Any, Any, R2]], *args: P.args, **kwargs: P.kwargs
    ) -> Node[R2]: ...
    @overload
    def node(self, *args: P.args, **kwargs: P.kwargs) -> Node[R_co]: ...
    def node(self, *args: Any, **kwargs: Any) -> Node[Any]:
        """The new node itself instead of its result."""
        if isinstance(self._task, Workflow):
            raise WiringError(
                f"{say_place(sys._getframe(1))}: grow.{self._name}.node(): workflow "
                f"{self._task.__name__!r} is many nodes; call grow.{self._name}(...)"
            )
        return self._held().use(self, [(args, kwargs)], sys._getframe(1))[0]

    def would(self, *args: P.args, **kwargs: P.kwargs) -> Answer:
        """Whether the same call would be allowed now. Nothing is added."""
        return self._held().would(self, (args, kwargs), sys._getframe(1))

    @property
    def left(self) -> int | None:
        """How many more nodes this right allows; None: any number."""
        return self._held().left(self)

    def options(self, **options: Unpack[RightOptions]) -> Right[P, R_co]:
        """The same right, whose next nodes have these options."""
        copy, given = self._copy(), dict(options)
        where = say_place(caller_frame())
        if "instance" in given:
            copy._key = f"[{checked_instance(given.pop('instance'), where)}]"
        if "slot" in given:
            copy._use, copy._key = checked_use(given.pop("slot"), self._name, where)
        copy._options = {**self._options, **self._task._checked(given)}
        if isinstance(self._task, Workflow):
            refuse_dress(copy._options, f"grow.{self._name}.options")
        return copy

    def after(self, *deps: object) -> Right[P, R_co]:
        """The same right, whose next nodes also run after these results or nodes."""
        copy = self._copy()
        copy._after = (*self._after, *map(After, deps))
        return copy

    def _copy(self) -> Right[P, R_co]:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def _held(self) -> Hand:
        if self._hand is None:
            raise WiringError(
                f"{say_place(caller_frame())}: the right {self._growth}.{self._name} is used "
                f"outside a running task; use it on the growth that the task receives"
            )
        return self._hand

    def _over(self, have: int, more: int) -> str:
        """What is wrong with `more` nodes where there are `have`; empty if nothing."""
        if self._high is None or have + more <= self._high:
            return ""
        return (
            f"{self._growth}.{self._name} = {self!r} allows at most {self._high} "
            f"{self._noun(self._high)}; {have} {'is' if have == 1 else 'are'} "
            f"there and {more} more {'was' if more == 1 else 'were'} asked for. Ask "
            f"grow.{self._name}.left first, or grant more"
        )

    def _noun(self, count: int) -> str:
        """What it adds, for so many of them."""
        noun = "section" if isinstance(self._task, Workflow) else "node"
        return noun if count == 1 else noun + "s"

    def __repr__(self) -> str:
        bounds = {"one": "", "may": ""}.get(self._word, f", {self._low}..{self._high or '∞'}")
        return f"{self._word}({self._task.__name__}{bounds})"


class Grow:
    """Base of what a task may grow. Attributes are rights; `shape` orders them."""

    _foretell_growth: ClassVar[bool] = True
    _hand: Hand | None = None
    shape: Shape

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, value in vars(cls).items():
            if isinstance(value, Right):
                _name_right(cls, name, value)
            if isinstance(value, Task):
                raise WiringError(
                    f"{here()}: {cls.__name__}: {name!r} is a task; say how many: one({name}), may({name}) "
                    f"or many({name})"
                )
        if "shape" in vars(cls) and not isinstance(vars(cls)["shape"], Shape):
            raise WiringError(
                f"{here()}: {cls.__name__}: shape must be made of its rights with seq, par, one_of, free "
                f"or many"
            )

    def promise(self, *vows: Vow) -> None:
        """Promises more, from now on and for the whole graph."""
        _hand_of(self).promise(vows, sys._getframe(1))

    @overload
    def limit(
        self, *what: object, running: int, starts: int = ..., per: float | timedelta = ...,
        spaced: bool = ..., rest: float | timedelta = ..., pool: str = ...,
    ) -> None: ...  # fmt: skip
    @overload
    def limit(
        self, *what: object, starts: int, per: float | timedelta, spaced: bool = ...,
        rest: float | timedelta = ..., pool: str = ...,
    ) -> None: ...  # fmt: skip
    @overload
    def limit(self, *what: object, rest: float | timedelta, pool: str = ...) -> None: ...
    def limit(
        self,
        *what: object,
        running: int | None = None,
        starts: int | None = None,
        per: float | timedelta | None = None,
        spaced: bool = False,
        rest: float | timedelta | None = None,
        pool: str = "",
    ) -> None:
        """From now on only so many nodes of tasks or tags run at the same time, or start how soon
        after each other, whoever made them; as `foretell.limit`. What runs already goes on."""
        said = Limiting(
            what, running=running, starts=starts, per=per, spaced=spaced, rest=rest, pool=pool
        )
        _hand_of(self).limit(said, sys._getframe(1))

    def style(self, node: object = None, /, *, label: str | None = None, **style: str) -> None:
        """Gives a node another look: one that was grown here, or (none named) the running one
        itself. What is not named stays as it was; an empty text takes a label or a key away."""
        frame = sys._getframe(1)
        looks = checked({"style": style, "label": label or ""}, say_place(frame))
        _hand_of(self).style(node, label, looks["style"], frame)

    def would(self, *vows: Vow) -> bool:
        """Whether these vows could be promised now. Nothing is promised."""
        return bool(_hand_of(self).would_promise(vows, sys._getframe(1)))


class Anything(Grow):
    """May add any nodes and edges that the laws and the promises of others allow."""

    _slot: str | None = None

    def into(self, slot: str, /, *, instance: int | None = None) -> Self:
        """The same growth, whose next node fills this place of the shape that somebody promised.
        Needed where the shape has several places for nodes of one task: there they are called
        `pack`, `pack_2`, and so on."""
        where = say_place(sys._getframe(1))
        if not isinstance(slot, str) or not slot:
            raise WiringError(f"{where}: into() takes the name of a place, not {slot!r:.80}")
        copy: Self = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        key = "" if instance is None else f"[{checked_instance(instance, where)}]"
        copy._slot = slot + key
        return copy

    @overload
    def create(
        self, task: Task[P, Coroutine[Any, Any, R2]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Node[R2]: ...
    @overload
    def create(self, task: Task[P, R2], /, *args: P.args, **kwargs: P.kwargs) -> Node[R2]: ...
    def create(self, task: Any, /, *args: Any, **kwargs: Any) -> Node[Any]:
        """A new node of any task, or all those of a workflow, which then are as one."""
        if not isinstance(task, Task):
            raise WiringError(
                f"{say_place(sys._getframe(1))}: create() takes a task or a workflow, not "
                f"{task!r:.80}"
            )
        return _hand_of(self).create(task, (args, kwargs), sys._getframe(1), self._slot)

    def existing(self, node: str, /) -> Node[Any]:
        """The node of this id, which may have been made by anyone."""
        return _hand_of(self).existing(node)

    def connect(self, before: Node[Any], after: Node[Any], /) -> None:
        """Lets `after`, which must not have started, run after `before`."""
        _hand_of(self).connect(before, after)


class Sections(Grow):
    """May grow the sections that the use of the task brings along, each of them an input. Which, and
    how many, is promised of the use: `task.growing(one_of(may(then), may(otherwise)))`."""

    def section(self, data: Mapping[str, Any], /, **more: Any) -> Any:
        """Adds the section. `more` is what it is given besides what it uses of the workflow."""
        return _hand_of(self).sections(data, [more], sys._getframe(1))[0]

    def then(self, data: Mapping[str, Any], /, **more: Any) -> Any:
        """As `section`, and wholly after those that this added before."""
        return _hand_of(self).sections(data, [more], sys._getframe(1), in_turn=True)[0]

    def each(self, data: Mapping[str, Any], given: Iterable[Mapping[str, Any]], /) -> list[Any]:
        """Adds the section as often as something is given, all in one change."""
        return _hand_of(self).sections(data, given, sys._getframe(1))


def _name_right(cls: type[Grow], name: str, right: Right[..., Any]) -> None:
    # Not in __set_name__: what that raises arrives wrapped in a RuntimeError on Python 3.11.
    if name in RESERVED:
        raise WiringError(
            f"{here()}: {cls.__name__}: a right cannot be called {name!r}, because every growth has a "
            f"`{name}` of its own; give it another name"
        )
    if right._name:
        raise WiringError(
            f"{here()}: {cls.__name__}: {name!r} is the same right as {right._growth}.{right._name}; make "
            f"another with {right._word}(...)"
        )
    right._name = name
    right._growth = cls.__qualname__


def _hand_of(grow: Grow) -> Hand:
    if grow._hand is None:
        raise WiringError(
            f"{say_place(caller_frame())}: {type(grow).__name__} is used outside a running task; "
            f"rehearse({type(grow).__name__}) gives one to try with"
        )
    return grow._hand


def live_growth(task: Task[..., Any], grower: Grower) -> Grow:
    """The growth that a running `task` receives: its rights propose changes to `grower`."""
    from foretell.author.growing import LiveHand

    growth = task.growth
    if growth is None:
        raise WiringError(f"task {task.__name__!r} declares no growth")
    return in_hand(growth, LiveHand(task, grower))


def rights_of(growth: type[Grow]) -> dict[str, Right[..., Any]]:
    """The rights of a growth by name, in the order in which they are written."""
    found: dict[str, Right[..., Any]] = {}
    for cls in reversed(growth.__mro__):
        found.update({k: v for k, v in vars(cls).items() if isinstance(v, Right)})
    return found


def in_hand(growth: type[GrowT], hand: Hand) -> GrowT:
    """An instance of `growth` whose rights are carried out by `hand`."""
    grow = growth()
    grow._hand = hand
    for name, right in rights_of(growth).items():
        held = right._copy()
        held._hand = hand
        held._name = name
        grow.__dict__[name] = held
    return grow
