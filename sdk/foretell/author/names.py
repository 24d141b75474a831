"""Names from code: what a call's result is assigned to, and where in the source a call stands.

Reads the instructions that follow the call, so it needs no source text and works the same on
every supported Python. It knows nothing of tasks or graphs.
"""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import Any, Protocol, cast

_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120
_FURTHEST = 200
"""Instructions looked at after a call, so that a huge tuple display stays linear."""

_tables: dict[int, tuple[CodeType, dict[int, str]]] = {}

_PLAIN_PUSHES = ("LOAD_CONST", "LOAD_FAST", "LOAD_GLOBAL", "LOAD_DEREF", "LOAD_NAME",
                 "LOAD_CLOSURE", "LOAD_SMALL_INT", "PUSH_NULL")  # fmt: skip
_TAKERS = {"CALL": 2, "CALL_KW": 3, "BUILD_TUPLE": 0, "BUILD_LIST": 0}
"""Instructions that take their argument's number of values, and so many more, and leave one."""
_NO_EFFECT = ("NOP", "RESUME", "EXTENDED_ARG", "CACHE", "KW_NAMES", "PRECALL", "NOT_TAKEN")


class Site:
    """Where a text makes a call, in the place of a frame: for who reads a workflow and runs nothing
    of it. `target` is the name to which the result is assigned."""

    __slots__ = ("file", "line", "target")

    def __init__(self, file: str, line: int, target: str | None = None) -> None:
        self.file = file
        self.line = line
        self.target = target


class Reader(Protocol):
    """Who reads: `site` is the call that is being made."""

    site: Site


reader: ContextVar[Reader | None] = ContextVar("foretell_reader", default=None)


def _site(frame: Any) -> Site | None:
    return frame if type(frame) is Site else None


def _as_written(frame: FrameType) -> FrameType:
    """`frame`; or while somebody reads, and so no frame is the user's own, what is read there."""
    now = reader.get()
    if now is None or _site(frame):
        return frame
    return cast("FrameType", now.site)


def target_name(frame: FrameType) -> str | None:
    """The name to which the result of the call now running in `frame` will be assigned, if any.

    `a = f()` and `a = b = f()` give "a"; `a, b = f(), g()` gives "a" and "b"; results that are
    passed on, indexed, appended or returned have no name.
    """
    site = _site(frame)
    if site is not None:
        return site.target
    code = frame.f_code
    entry = _tables.get(id(code))
    if entry is None or entry[0] is not code:
        # The code object is kept alive with its table, so that its id stays its own.
        entry = _tables[id(code)] = (code, _name_table(code))
    return entry[1].get(frame.f_lasti)


def caller_frame(depth: int = 1) -> FrameType | None:
    """The innermost frame of the user's own: outside this package and the standard library."""
    start: FrameType | None = sys._getframe(depth)
    frame = start
    while frame is not None and _is_foreign(frame):
        frame = frame.f_back
    frame = frame or start
    return frame and _as_written(frame)


def _is_foreign(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    if isinstance(name, str) and (name == "foretell" or name.startswith("foretell.")):
        return True
    file = frame.f_code.co_filename
    in_library = file.startswith((_LIBRARY, "<frozen ")) and "-packages" not in file
    return in_library and name != "__main__"


def users(frame: FrameType) -> FrameType:
    """`frame`, or the one that called into this package and led to it."""
    if _site(frame):
        return frame
    inner: FrameType | None = frame
    while inner is not None and _is_ours(inner):
        inner = inner.f_back
    return _as_written(inner or frame)


def leads_to(frame: FrameType, code: CodeType) -> FrameType | None:
    """The frame of `code`, if only frames of this package lie between it and `frame`."""
    inner: FrameType | None = None if _site(frame) else frame
    while inner is not None and _is_ours(inner):
        if inner.f_code is code:
            return inner
        inner = inner.f_back
    return None


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    return isinstance(name, str) and name.startswith("foretell.")


def place_of(frame: FrameType | None) -> tuple[str, int]:
    """File and line of a frame; `("", 0)` if there is none."""
    if frame is None:
        return "", 0
    frame = _as_written(frame)
    site = _site(frame)
    if site is not None:
        return site.file, site.line
    return frame.f_code.co_filename, frame.f_lineno


class Place:
    """Where in the source a frame stands, found out only if somebody says it: that takes Python
    longer the further down in a function it is."""

    __slots__ = ("_frame",)

    def __init__(self, frame: FrameType | None) -> None:
        self._frame = frame

    def __str__(self) -> str:
        return say_place(self._frame)


def say_place(frame: FrameType | None) -> str:
    """`daily.py:14`, as messages say it."""
    file, line = place_of(frame)
    return f"{file.rpartition('/')[2]}:{line}" if file else "an unknown place"


def here() -> str:
    """The place of the user's line that led here."""
    return say_place(caller_frame())


def raised_at(error: BaseException) -> str:
    """The place of the user's line that led to `error`; empty if none did."""
    now = reader.get()
    if now is not None:
        return say_place(cast("FrameType", now.site))
    place, trace = "", error.__traceback__
    while trace is not None:
        home = trace.tb_frame.f_globals.get("__name__", "")
        if not home.startswith(("foretell.", "foretell_runtime.")):
            place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def defined_at(fn: Any) -> str:
    """The place of a function's first line."""
    code: CodeType = fn.__code__
    return f"{code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"


def is_placed(text: str) -> bool:
    """Whether a message begins with a place in somebody's source, as `say_place` says it."""
    file, colon, rest = text.partition(":")
    return bool(colon) and " " not in file and rest.partition(":")[0].isdigit()


def names_in(code: CodeType) -> dict[tuple[int, int], str]:
    """The names to which results of calls are assigned, by the line and column at which the call
    ends."""
    import dis

    found: dict[tuple[int, int], str] = {}
    table = _name_table(code)
    for instruction in dis.get_instructions(code):
        at = instruction.positions
        if instruction.offset in table and at is not None and at.end_lineno is not None:
            found[at.end_lineno, at.end_col_offset or 0] = table[instruction.offset]
    return found


def _name_table(code: CodeType) -> dict[int, str]:
    import dis  # only registration and growth need it

    instructions = [i for i in dis.get_instructions(code) if i.opname not in _NO_EFFECT]
    table: dict[int, str] = {}
    for index, instruction in enumerate(instructions[:-1]):
        if instruction.opname.startswith("CALL"):
            name = _follow(instructions, index + 1, dis.stack_effect)
            if name is not None and name.strip("_"):
                # During a call a frame may stand on the call or on the last of its caches.
                for offset in range(instruction.offset, instructions[index + 1].offset, 2):
                    table[offset] = name
    return table


def _follow(instructions: list[Any], start: int, stack_effect: Any) -> str | None:
    """Where the value on top of the stack at `start` is stored.

    `above` counts the values that lie on top of ours. Whatever might consume ours, or jump, ends
    the search: a name is given only when it is certain.
    """
    above = 0
    for instruction in instructions[start : start + _FURTHEST]:
        op, arg = instruction.opname, instruction.arg or 0
        if op.startswith("STORE_FAST_STORE"):
            if above < 2:
                return str(instruction.argval[above])
            above -= 2
        elif op == "STORE_FAST_LOAD_FAST":
            if above == 0:
                return str(instruction.argval[0])
            # it takes one value and puts another in its place
        elif op in ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF"):
            if above == 0:
                return str(instruction.argval)
            above -= 1
        elif op == "SWAP":
            above = arg - 1 if above == 0 else 0 if above == arg - 1 else above
        elif op == "COPY":
            above += 0 if above == 0 and arg == 1 else 1
        elif op.startswith(_PLAIN_PUSHES) or (op in ("LOAD_ATTR", "LOAD_METHOD") and above > 0):
            above += stack_effect(instruction.opcode, instruction.arg)
        elif op in _TAKERS:
            taken = arg + _TAKERS[op]
            if taken > above:
                return None
            above -= taken - 1
        else:
            return None
    return None
