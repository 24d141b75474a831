"""`again(value)`, in a running task: what comes before it is to be done once more.

A task ends by it, as by a `return`. To which node a loop leads back from here, and what that one
takes, the process that runs the trial has been told (`foretell.author.running`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from foretell.author import running
from foretell.author.mismatch import Mismatch
from foretell.author.names import here
from foretell.errors import AskedAgain, InputError, WiringError, nearest

if TYPE_CHECKING:
    from foretell.author.ports import Port

_NOTHING = object()


class Again(BaseException):
    """How a task ends that asks for another round. No `except Exception` is meant to catch it."""

    def __init__(self, target: str, value: Any) -> None:
        super().__init__(f"another round from {target!r}")
        self.target = target
        self.value = value


def again(value: object = _NOTHING, /, *, to: str | None = None) -> NoReturn:
    """Ends the task, and has the loop come round that leads back from its node: what comes after
    that loop's target, and the target itself, is done again, and `value` goes into the target's
    input that `back(..., into=...)` names. `to`: the node it leads to, where several loops leave
    this one.

    Raises `AskedAgain` where no loop leads back: in a plain call too, which goes nowhere.
    """
    start = running.started()
    loops: Sequence[Mapping[str, Any]] = start.get("back_to", ())
    if not loops:
        raise AskedAgain(here(), start.get("node", ""), None if value is _NOTHING else value)
    loop = _chosen(loops, to, start["node"])
    raise Again(loop["node"], _sent(value, loop, start))


def iteration() -> int:
    """How many times this node is being done, with this one: 1, and one more in each round that a
    loop has come round to it. Other trials do not count. Outside a run it is 1."""
    return int(running.started().get("iteration", 1))


def asked_in(error: BaseException) -> Again | None:
    """What an exception asks for that ended a task; a group of them may hold it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error if isinstance(error, Again) else None


def _chosen(loops: Sequence[Mapping[str, Any]], to: str | None, node: str) -> Mapping[str, Any]:
    known = [loop["node"] for loop in loops]
    if to is None:
        if len(loops) == 1:
            return loops[0]
        raise WiringError(
            f"{here()}: again(): {len(loops)} loops lead back from {node!r}; say which one comes "
            f"round: again(..., to={known[0]!r}), or to {' or '.join(map(repr, known[1:]))}"
        )
    for loop in loops:
        if loop["node"] == to:
            return loop
    hint = nearest(to[:80], known) if isinstance(to, str) else ""
    raise WiringError(
        f"{here()}: again(to={to!r:.80}): no loop leads back from {node!r} to that node, but to "
        f"{' and '.join(map(repr, known))}{hint}"
    )


def _sent(value: object, loop: Mapping[str, Any], start: Mapping[str, Any]) -> Any:
    """JSON for what goes along."""
    from foretell.author.ports import Wires, may_hold_refs, to_json

    target, place = loop["node"], loop.get("input")
    if place is None:
        if value is not _NOTHING:
            raise WiringError(
                f"{here()}: again(...): nothing goes along with the loop back to {target!r}; the "
                f"workflow says where it would go: back(..., into='an input')"
            )
        return None
    if value is _NOTHING:
        raise WiringError(
            f"{here()}: again(): a value goes along with the loop back to {target!r}, into {place[1:]!r}"
        )
    if may_hold_refs(value):
        raise WiringError(
            f"{here()}: again(...): what goes along is a value; what {start['node']!r} has grown "
            f"is taken back when the round begins"
        )
    port = _port(loop, start.get("base", ""))
    try:
        return to_json(value, Wires(), "") if port is None else port.to_json(value)
    except Mismatch as fault:
        raise InputError(
            place[1:] + fault.path(), fault.expected, fault.got,
            f"{here()}: again(...) of {start['node']!r}, back to {target!r} (task {loop['task']!r})",
        ) from None  # fmt: skip


def _port(loop: Mapping[str, Any], base: str) -> Port | None:
    """The input into which it goes, where that can be known here; else it is checked there."""
    from foretell.author.loading import load_entry
    from foretell.graph.pointers import tokens

    names = list(tokens(loop["input"]))
    if loop.get("output") or len(names) != 1:
        return None
    try:
        return load_entry(loop["entry"], base).ports.inputs.get(names[0])
    except Exception:  # noqa: BLE001 - it may be of another language, or of another machine
        return None
