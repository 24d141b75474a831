"""What a node leaves however it ends: its result or something in its place, or its failures.

    tell(or_else(hotel, None))                  runs in any case
    cancel_flight(flight, why=failure_of(hotel))    runs if the hotel fails

Only a workflow says so, while it is registered. Called in ordinary Python what comes before has not
failed, or this would not be reached: so there is a result, and no failure.
"""

from __future__ import annotations

from typing import Any, TypeVar

from foretell.author.branches import either_of, type_of
from foretell.author.mismatch import Mismatch
from foretell.author.names import caller_frame, say_place
from foretell.author.ports import Wires, to_json
from foretell.author.readers import reader_of
from foretell.author.refs import Ending, Node, Origin, Ref, origin
from foretell.author.registering import Registering
from foretell.author.tasks import LeftOut, registrar
from foretell.errors import WiringError
from foretell.graph.model import Failure

A = TypeVar("A")
B = TypeVar("B")


def or_else(value: A, default: B, /) -> A | B:
    """`value`, if it comes from what ends well; else `default`. Who takes it runs in any case."""
    if isinstance(value, LeftOut):
        return default
    if not isinstance(value, Ref):
        return value
    mine = _end_of(value, "or_else")
    if mine.node is None and mine.feed is not None:
        return value  # an input of the workflow is there from the start
    if mine.ending.on == "any":
        raise _wrong("or_else", f"what stands for {mine.name!r} is said already")
    wires = Wires()
    stays = to_json(default, wires, "")
    if wires:
        other = origin(wires[0][1]).name
        raise _wrong(
            "or_else", f"what is to stand for {mine.name!r} holds {other!r}, which may fail as well"
        )
    ending = Ending("any", mine.ending.failures, stays)
    hint = mine.hint if _is_one(mine.hint, stays) else either_of(mine.hint, type_of(default))
    result: Any = Ref(mine.ended(ending, hint, mine.name))
    return result  # type: ignore[no-any-return]


def _is_one(hint: Any, json: Any) -> bool:
    """Whether a value is of this type, by its JSON."""
    try:
        reader_of(hint)[0](json)
    except Mismatch:
        return False
    return True


def failure_of(value: object, /) -> Failure:
    """What failed first of the node that gives `value`, and of what it grew. Who takes it runs only if
    something does."""
    failures = _failures("failure_of", value)
    first: Any = failures
    if isinstance(failures, Origin):
        first = Ref(failures.part("0", Failure, failures.name))
    return first  # type: ignore[no-any-return]


def failures_of(value: object, /) -> list[Failure]:
    """All that failed of the node that gives `value`, and of what it grew, in the order in which it
    did. Who takes it runs only if something does."""
    failures = _failures("failures_of", value)
    found: Any = Ref(failures) if isinstance(failures, Origin) else failures
    return found  # type: ignore[no-any-return]


def _failures(asked: str, value: object) -> Origin | LeftOut:
    if isinstance(value, Node):
        value = value.out
    now = registrar.get()
    if not isinstance(value, Ref):
        if now is None:
            return LeftOut()
        raise _wrong(asked, f"it takes the result of one node, not {value!r:.80}")
    mine = _end_of(value, asked)
    if mine.node is None:
        raise _wrong(asked, f"{mine.name!r} is not the result of one node")
    if mine.ending.on != "ok":
        raise _wrong(asked, f"how {mine.name!r} ends is asked already")
    if mine.owner is not now:
        raise _wrong(
            asked,
            f"{mine.name!r} comes from the workflow around this branch, which comes only when what "
            f"it uses has ended well; say what follows a failure outside of the branch",
        )
    ending = Ending("fail", failures=True)
    return mine.ended(ending, list[Failure], f"{asked.replace('_', ' ')} {mine.name}")


def _end_of(value: Ref, asked: str) -> Origin:
    if not isinstance(registrar.get(), Registering):
        raise _wrong(asked, "what follows a failure is said in a workflow, while it is registered")
    return origin(value)


def _wrong(asked: str, why: str) -> WiringError:
    return WiringError(f"{say_place(caller_frame())}: {asked}: {why}")
