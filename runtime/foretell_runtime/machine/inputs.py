"""What a node is started with: its constants, and what its edges bring.

An edge speaks of its source with all that this grows. On `any` it brings the output only if all
of these have ended well, and failures only if there are some; else the constant stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Edge, Failure, Json, Outside, port_key
from foretell.graph.plain import encode
from foretell.graph.pointers import CannotPutTogether, Draft, NoSuchPlace, get
from foretell_runtime.machine.state import State
from foretell_runtime.machine.values import complete, feed, weigh


def inputs_of(state: State, live: LiveNode) -> Mapping[str, Json]:
    """Constants, workflow inputs, what came from outside, and what the data edges carry, in order
    of birth. Raises `CannotPutTogether`."""
    draft = Draft(dict(live.node.inputs))
    feed(draft, live.node.feeds, state.inputs)
    for at, answer in state.answers.get(live, {}).items():
        draft.put(at, answer)
    carried = [
        (edge.birth, pair.source, edge.edge)
        for pair in live.into.values()
        for edge in pair.edges
        if edge.edge.input is not None
    ]
    for _, source, edge in sorted(carried, key=lambda item: item[0]):
        _bring(state, draft, source, edge)
    if live.id in state.sent:
        draft.put(*state.sent[live.id])
    if len(carried) > 1 or any(edge.port for _, _, edge in carried):
        # One output is no more than what its node could say.
        weigh(draft.value)
    inputs: Mapping[str, Json] = draft.value
    return inputs


def _bring(state: State, draft: Draft, source: LiveNode, edge: Edge) -> None:
    at, pointer = edge.input or "", edge.output or ""
    if edge.early:
        draft.put(at, [])  # it is read later
        return
    if edge.carries == "output":
        key = source.id if edge.port is None else port_key(source.id, edge.port)
        if edge.on == "ok" or all(one.status is Status.DONE for one in _with_growth(source)):
            draft.put(at, get(complete(state.outputs, key), pointer))
        return
    failures = failures_of(state, source)
    try:
        value = get([encode(failure) for failure in failures], pointer)
    except NoSuchPlace:
        if edge.on == "any":
            return
        raise
    if failures:
        draft.put(at, value)


def failures_of(state: State, source: LiveNode) -> list[Failure]:
    """What has failed of `source` and of all that it grew, in the order in which it did."""
    failed = [one.id for one in _with_growth(source) if one.status is Status.FAILED]
    return [failure for _, failure in sorted((state.failures[one] for one in failed), key=_when)]


def _when(item: tuple[int, Failure]) -> int:
    return item[0]


def _with_growth(source: LiveNode) -> Iterator[LiveNode]:
    """`source` and all that it grew. Each of these has an edge to whom `source` has one, so this
    takes no longer than to tell that their ends were waited for."""
    todo = [source]
    for live in todo:
        yield live
        todo += live.made


def moment_of(state: State, live: LiveNode, one: Outside, now: float) -> float:
    """Until when `live`, which waits for nothing else from now on, waits for `one`. What is no moment
    has come: the node starts, and its task says what is wrong."""
    if one.within_s is not None:
        return now + one.within_s
    try:
        text = get(inputs_of(state, live), one.at or "")
        return datetime.fromisoformat(text).timestamp()
    except (CannotPutTogether, TypeError, ValueError, OverflowError, OSError):
        return now
