"""Having something done again: what that takes along, and telling whoever runs the run.

A restart is looked at here, against the run as it is at this moment, and left in the store's inbox;
whoever runs the run, now or later, takes it from there. A run that is over goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foretell.errors import CannotRestart, nearest
from foretell.graph.back import apart, cone
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import NodeId
from foretell_runtime.machine import State, replay
from foretell_runtime.machine.events import Restart
from foretell_runtime.store.protocol import Event, Post, RunRecord, Store


@dataclass(frozen=True, slots=True)
class Radius:
    """What a restart takes along: `tops` are done again, then `again`, which come after them and had
    begun; of these `running` are cut off. What they had grown, `retired`, goes."""

    tops: tuple[NodeId, ...]
    again: tuple[NodeId, ...] = ()
    running: tuple[NodeId, ...] = ()
    retired: tuple[NodeId, ...] = ()


async def read(store: Store, run: str) -> tuple[RunRecord, State]:
    """How a run stands."""
    record = await store.run(run)
    return record, replay(event.fact for event in await store.events(record))


def radius(state: State, nodes: Sequence[str]) -> Radius:
    """What restarting these nodes takes along; none named: all that failed or was stopped, or else what
    somebody has cancelled. Raises `CannotRestart`."""
    graph = state.judge.graph
    gone = [live for live in graph.nodes.values() if live.status is Status.CANCELLED]
    stopped = [live for live in gone if live.id not in state.cancelled]
    if nodes:
        tops = [_begun(state, name) for name in nodes]
        tops += stopped if state.status != "running" else []
    else:
        tops = [live for live in graph.nodes.values() if live.id in state.lost] + stopped
        tops = tops or ([] if state.was_cut_short else gone)
        if not tops and not state.was_cut_short:
            raise CannotRestart("no node has failed or was stopped, so there is nothing to retry")
    members = cone(*dict.fromkeys(tops))
    stay, go = apart(members)
    begun = [live for live in stay if state.has_begun(live)]
    return Radius(
        tuple(live.id for live in begun if live in tops),
        tuple(live.id for live in begun if live not in tops),
        tuple(live.id for live in members if live.status is Status.RUNNING),
        tuple(live.id for live in go),
    )


def _begun(state: State, name: str) -> LiveNode:
    """The node of that name, if it can be done again."""
    live = state.judge.graph.nodes.get(name)
    if live is None:
        nodes = state.judge.graph.nodes
        uses = [one.id for one in nodes.values() if one.node.task == name][:5]
        hint = f"; nodes of that task: {', '.join(uses)}" if uses else nearest(name, nodes)
        raise CannotRestart(f"there is no node {name!r}{hint}")
    if not state.has_begun(live):
        raise CannotRestart(f"{name!r} has not begun, so there is nothing to do again")
    if live.status is Status.RULED_OUT:
        raise CannotRestart(
            f"{name!r} never ran, because of how others ended; restart what it waited for: "
            f"{', '.join(source.id for source in live.into)}"
        )
    return live


async def restart(store: Store, run: str, nodes: Sequence[str], by: str = "") -> bool:
    """Has these nodes done again, and all that comes after them; none named: what failed or was
    stopped. Returns whether somebody runs the run now. Raises `CannotRestart`."""
    record, state = await read(store, run)

    def look(events: Sequence[Event], posts: Sequence[Post]) -> list[Restart]:
        """Between our reading and the posting the run may have gone on, or others have wanted the same,
        which is not to be done twice."""
        for event in events:
            state.apply(event.fact)
        tops = radius(state, nodes).tops
        wanted = [set(post.what.nodes) for post in posts if isinstance(post.what, Restart)]
        return [] if any(set(tops) <= one for one in wanted) else [Restart(tops, by)]

    return await store.post(record, state.seq, look)
