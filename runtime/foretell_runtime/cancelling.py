"""Cancelling or skipping nodes of a run: what that takes along, and telling whoever runs the run.

An order is looked at here, against the run as it is at this moment, and left in the store's inbox. Whoever
carries it out looks once more, for the run may have gone on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foretell.errors import CannotCancel, InputError, nearest
from foretell.graph.model import Json, NodeId
from foretell.graph.outcomes import ENDED_BADLY
from foretell_runtime.inputs import check
from foretell_runtime.machine import State, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.cancelling import refusal
from foretell_runtime.machine.trying import tried
from foretell_runtime.machine.values import TooMuch, weigh
from foretell_runtime.store.protocol import Event, Post, RunRecord, Store


@dataclass(frozen=True, slots=True)
class Loss:
    """What orders take along. `ended` are cancelled or skipped, of which `running` are stopped;
    `ruled_out` wait for one of them to be done, so they never start; `retired` was grown by one that is
    stopped. `promises` can not be kept without them; `result` says why the run would have none."""

    ended: tuple[NodeId, ...] = ()
    running: tuple[NodeId, ...] = ()
    ruled_out: tuple[NodeId, ...] = ()
    retired: tuple[NodeId, ...] = ()
    promises: tuple[str, ...] = ()
    result: str = ""


async def read(store: Store, run: str) -> tuple[RunRecord, list[ev.Fact]]:
    """A run, and its journal."""
    record = await store.run(run)
    return record, [event.fact for event in await store.events(record)]


def loss(facts: Iterable[ev.Fact], orders: Sequence[ev.CancelNode]) -> Loss:
    """What these orders take along, whatever promises they break. Raises `CannotCancel` if one of them
    cannot be carried out at all."""
    state = replay(facts)
    if state.status != "running":
        raise CannotCancel(f"the run is over: it is {state.status}")
    for order in orders:
        _check(state, order)
    running = tuple(order.node for order in orders if order.node in state.running)
    found: list[ev.Fact] = []
    for order in _needed(state, orders):
        found += tried(state, order)
    for fact in found:
        if isinstance(fact, ev.CancelRefused):
            raise CannotCancel(f"{fact.node!r}: {fact.why}")
    return Loss(
        tuple(order.node for order in orders),
        running,
        tuple(n for fact in found if isinstance(fact, ev.RuledOut) for n in fact.nodes),
        tuple(n for fact in found if isinstance(fact, ev.Retired) for n in fact.nodes),
        tuple(
            f"{fact.says}: {fact.why}" for fact in found if isinstance(fact, (ev.Waived, ev.Broken))
        ),
        _no_result(state),
    )


def _check(state: State, order: ev.CancelNode) -> None:
    """Raises `CannotCancel` where the order makes no sense, whatever else happens."""
    graph = state.judge.graph
    live = graph.nodes.get(order.node)
    if live is None:
        uses = [one.id for one in graph.nodes.values() if one.node.task == order.node][:5]
        hint = (
            f"; nodes of that task: {', '.join(uses)}" if uses else nearest(order.node, graph.nodes)
        )
        raise CannotCancel(f"there is no node {order.node!r}{hint}")
    if why := refusal(state, order):
        raise CannotCancel(f"{order.node!r}: {why}")
    if order.skip:
        _check_value(order.node, order.value, state.tasks[live.node.task].output)


def _check_value(node: NodeId, value: Json, schema: Json) -> None:
    try:
        weigh(value)
    except TooMuch as why:
        raise CannotCancel(f"the output of {node!r}: {why}") from None
    try:
        check(node, value, schema)
    except InputError as fault:
        raise CannotCancel(
            f"the output of {fault.name!r}: expected {fault.expected}, got {fault.got}"
        ) from None


def _needed(state: State, orders: Sequence[ev.CancelNode]) -> Iterable[ev.CancelNode]:
    """Those about nodes that the ones before have not ended already."""
    for i, order in enumerate(orders):
        live = state.judge.graph.nodes.get(order.node)
        if i == 0 or (live is not None and live.live):
            yield order


def _no_result(state: State) -> str:
    graph = state.judge.graph
    for hole in state.result.holes:
        live = graph.nodes.get(hole.node)
        if live is not None and live.status in ENDED_BADLY:
            return f"it needs what {hole.node!r} gives"
    return ""


async def cancel(store: Store, run: str, orders: Sequence[ev.CancelNode]) -> bool:
    """Leaves these orders for whoever runs the run. Returns whether somebody does. Raises
    `CannotCancel`, also where one would break a promise and must not."""
    record, facts = await read(store, run)

    def look(events: Sequence[Event], posts: Sequence[Post]) -> list[ev.CancelNode]:
        """Between our reading and the posting the run may have gone on."""
        found = loss([*facts, *(event.fact for event in events)], orders)
        wanted = [order for order in orders if order.node not in found.ruled_out]
        if found.promises and not all(order.force for order in wanted):
            broken = "; ".join(found.promises)
            raise CannotCancel(
                f"{_which(wanted)}: it would break the promise {broken}. Use force, "
                f"and the run goes on without it, and will have failed."
            )
        return wanted

    return await store.post(record, len(facts), look)


def _which(orders: Sequence[ev.CancelNode]) -> str:
    return ", ".join(repr(order.node) for order in orders)
