"""`yes = ask(bool, "Deploy this?")`: a value that comes from outside, from a person or a program.

In a workflow's body it is a node like any other, of a task that gives on what it was given; only one
of its inputs comes from outside, and no process waits for that. In ordinary Python there is nobody
to ask, so answers are given with `answers`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, overload

from foretell.author import running
from foretell.author.decorators import task
from foretell.author.fields import say_type
from foretell.author.mismatch import Mismatch
from foretell.author.names import caller_frame, say_place, target_name
from foretell.author.outside import FromOutside
from foretell.author.ports import typed_json
from foretell.author.readers import reader_of
from foretell.author.refs import Ref, origin
from foretell.author.schemas import schema_of
from foretell.author.tasks import registrar, used_as
from foretell.errors import WiringError, nearest
from foretell.graph.wellformed import LONGEST_TEXT, LONGEST_WAIT_S, name_fault

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_NONE: Any = object()

_given: ContextVar[Mapping[str, Any] | None] = ContextVar("foretell_answers", default=None)


@task
def asked(answer: Any, about: Any = None) -> Any:
    """What somebody answered."""
    return answer


@task
def slept(moment: datetime, waited: None = None) -> datetime:
    """Is run when the moment has come."""
    return moment


@overload
def ask(kind: TypeForm[T], question: str, /, *, about: object = None) -> T: ...
@overload
def ask(
    kind: TypeForm[T], question: str, /, *, about: object = None, within: timedelta, default: T
) -> T: ...
def ask(
    kind: Any,
    question: str,
    /,
    *,
    about: object = None,
    within: timedelta | None = None,
    default: Any = _NONE,
) -> Any:
    """A person's answer, of the type `kind`, to `question`, which may be `about` a value. The run goes
    on with all that does not need it; it is given with `foretell answer`, and may be given long before
    its turn. If it is its turn and nobody answers `within` that time, the answer is `default`."""
    frame = sys._getframe(1)
    if not isinstance(question, str) or not question.strip():
        if isinstance(question, Ref):
            _refuse(frame, f"a question is known from the start; show {origin(question).name!r} "
                           f"with `about=`")  # fmt: skip
        _refuse(frame, f"ask() takes a type and a question, which is a text, not {question!r:.80}")
    if len(question) > LONGEST_TEXT:
        _refuse(frame, f"the question {question[:40]!r}... is longer than {LONGEST_TEXT}")
    wanted = FromOutside("question", question, kind)
    if within is not None or default is not _NONE:
        wanted = _by_the_clock(wanted, within, default, frame)
    return _wanted(wanted, "ask", about, frame)


def _by_the_clock(wanted: FromOutside, within: Any, default: Any, frame: FrameType) -> FromOutside:
    says = f"ask({wanted.says!r:.60})"
    if within is None or default is _NONE:
        _refuse(frame, f"{says}: `within` and `default` belong together: how long to wait, and what "
                       f"the answer is then")  # fmt: skip
    if not isinstance(within, timedelta) or not 0 < within.total_seconds() < LONGEST_WAIT_S:
        _refuse(
            frame, f"{says}: within must be a timedelta of more than nothing, not {within!r:.80}"
        )
    try:
        json = typed_json(default, wanted.hint)
    except Mismatch as fault:
        _refuse(frame, f"{says}: default must be {fault.expected}, not {fault.got}")
    return replace(wanted, within_s=within.total_seconds(), default=json)


def sleep_until(moment: datetime, /) -> datetime:
    """Waits until `moment`, which may be a value that is not there yet, and gives it: what takes it, or
    runs `.after` it, runs then. No process sleeps. A moment without a time zone is one of the clock of
    whoever runs the workflow; in a plain call no time passes."""
    frame = sys._getframe(1)
    known = not isinstance(moment, Ref)
    if known and not isinstance(moment, datetime):
        _refuse(frame, f"sleep_until() takes a datetime, not {moment!r:.80}")
    now = registrar.get()
    if now is None:
        return moment
    says = moment.isoformat() if known else f"until {origin(cast('Any', moment)).name}"
    waited = FromOutside("time", says, type(None), at="/moment")
    use = used_as(slept, "sleep_until", datetime)
    return cast("datetime", now.call(use, (moment, waited), {}, frame))


def signal(name: str, kind: TypeForm[T], /) -> T:
    """What a program outside says, of the type `kind`, once the signal `name` arrives: `foretell answer
    RUN NAME --value JSON`. All that wait for a signal of that name get it."""
    frame = sys._getframe(1)
    if not isinstance(name, str) or name_fault(name):
        why = name_fault(name) if isinstance(name, str) else f"not {name!r:.80}"
        _refuse(frame, f"signal() takes a name and a type: {why}")
    return cast("T", _wanted(FromOutside("signal", name, kind), "signal", None, frame))


@contextmanager
def answers(given: Mapping[str, Any]) -> Iterator[None]:
    """Answers for workflows that are called in ordinary Python: by the question, by the name of what
    it is assigned to, or by the signal's name. An iterator gives one answer each time it is asked."""
    for key in given:
        if not isinstance(key, str):
            _refuse(
                caller_frame(), f"answers() takes answers by question or name, not by {key!r:.80}"
            )
    token = _given.set({**(_given.get() or {}), **given})
    try:
        yield
    finally:
        _given.reset(token)


def _wanted(wanted: FromOutside, name: str, about: object, frame: FrameType) -> Any:
    now = registrar.get()
    if now is None:
        return _answer(wanted, frame)
    try:
        schema_of(wanted.hint)
    except (WiringError, TypeError) as error:
        _refuse(frame, f"{name}({say_type(wanted.hint)}, {wanted.says!r:.60}): {error}")
    more = {} if about is None else {"about": about}
    return now.call(used_as(asked, name, wanted.hint), (wanted,), more, frame)


def _answer(wanted: FromOutside, frame: FrameType) -> Any:
    """What a plain call gets."""
    given = _given.get()
    name = target_name(frame)
    key = wanted.says if given and wanted.says in given else name
    if wanted.within_s is not None and (given is None or key not in given):
        return reader_of(wanted.hint)[0](wanted.default)
    if given is None or key is None or key not in given:
        _refuse(frame, _nobody(wanted, given))
    value = given[key]
    if isinstance(value, Iterator):
        try:
            value = next(value)
        except StopIteration:
            _refuse(frame, f"{wanted.says!r:.80} is asked more often than answers({{...}}) says")
    try:
        return reader_of(wanted.hint)[0](typed_json(value, wanted.hint))
    except Mismatch as fault:
        _refuse(
            frame, f"the answer to {wanted.says!r:.80} must be {fault.expected}, not {fault.got}"
        )


def _nobody(wanted: FromOutside, given: Mapping[str, Any] | None) -> str:
    if running.is_running():
        return (
            f"{wanted.says!r:.80}: a running task cannot wait for somebody; ask in the workflow, or hold "
            f"a right to a workflow that asks"
        )
    if given is None:
        return (
            f"nobody is there to answer {wanted.says!r:.80}: this is a plain call. Call it within "
            f"`with answers({{{wanted.says!r:.80}: ...}}):`"
        )
    known = ", ".join(map(repr, given)) or "nothing"
    return (
        f"answers({{...}}) has none to {wanted.says!r:.80}; there are answers to {known}"
        f"{nearest(wanted.says, given)}"
    )


def _refuse(frame: FrameType | None, why: str) -> NoReturn:
    raise WiringError(f"{say_place(frame)}: {why}")
