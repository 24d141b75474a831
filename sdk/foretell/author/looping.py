"""`back(verdict, to=draft)`: in a workflow's body, a loop from a node to one that comes before it.

A loop is an edge like any other, but no order. Its source says when it comes round, by
`again(...)`, which is not known here; what a round does again follows from the graph.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from foretell.author.names import here, say_place
from foretell.author.refs import Node as Handle
from foretell.author.refs import Ref, origin
from foretell.author.tasks import Task, plain_body, registrar
from foretell.author.vows import Rounds, say
from foretell.errors import WiringError, nearest
from foretell.graph.model import Edge, NodeId
from foretell.graph.pointers import escape


class Back:
    """What somebody said with `back(...)`. `bound` is what they promised with it."""

    def __init__(
        self, source: object, target: object, into: str | None, at_most: int | None
    ) -> None:
        if into is not None and not isinstance(into, str):
            raise WiringError(
                f"{here()}: back: into= is the name of an input, such as 'text', not {into!r:.80}"
            )
        if at_most is not None and (type(at_most) is not int or at_most < 1):
            never = "; with 0 it never comes round" if at_most == 0 else ""
            raise WiringError(
                f"{here()}: back: at_most must be a whole number from 1, not {at_most!r:.80}{never}"
            )
        self.source = source
        self.target = target
        self.into = into
        self.bound = None if at_most is None else Rounds(target, at_most=at_most)

    def says(self) -> str:
        return f"back({say(self.source)}, to={say(self.target)})"


def back(
    source: object, /, *, to: object, into: str | None = None, at_most: int | None = None
) -> None:
    """In a workflow's body: a loop from the node of `source` back to that of `to`, which comes
    before it or is the same. It comes round when the task of `source` ends by `again(value)`: then
    `to` and all that comes after it are done again, and `value` goes into its input `into`. It comes
    round `at_most` so often; without that, any number of times."""
    frame = sys._getframe(1)
    now = registrar.get()
    if now is not None:
        now.back(Back(source, to, into, at_most), frame)
    elif not plain_body.get():
        raise WiringError(
            f"{say_place(frame)}: back() stands in a workflow's body; a running task asks for another "
            f"round with again(...)"
        )


def loop_edge(
    said: Back, owner: object, edges: Iterable[Edge], tasks: Mapping[NodeId, Task[..., Any]]
) -> Edge:
    """The edge, which may be added to `edges`; `tasks` are those of the nodes that `owner` made.
    Raises `WiringError`."""
    edges = tuple(edges)
    source, target = _node(said.source, owner, "from"), _node(said.target, owner, "to")
    if any(e.kind == "loop" and (e.source, e.target) == (source, target) for e in edges):
        raise WiringError(f"there is a loop from {source!r} to {target!r} already")
    if not _comes_before(target, source, edges):
        raise WiringError(
            f"it does not lead back, for {target!r} does not come before {source!r}; what comes "
            f"later is wired by calling it"
        )
    if said.into is None:
        return Edge(source, target, "loop")
    task = tasks[target]
    if said.into not in task.ports.inputs:
        known = ", ".join(task.ports.names) or "none"
        raise WiringError(
            f"task {task.__name__!r}, to which it leads, has no input {said.into!r:.80}; its inputs: "
            f"{known}{nearest(said.into[:80], task.ports.names)}"
        )
    return Edge(source, target, "loop", "", "/" + escape(said.into))


def _node(end: Any, owner: object, which: str) -> NodeId:
    """The node that one end of a loop is."""
    ref = end.out if isinstance(end, Handle) else end
    if not isinstance(ref, Ref):
        raise WiringError(
            f"a loop leads {which} a node: a result of a task of this workflow, not {end!r:.80}"
        )
    mine = origin(ref)
    if mine.owner is not owner:
        raise WiringError(
            f"{mine.name!r} belongs to another workflow; a loop begins and ends in one workflow"
        )
    if mine.feed is not None:
        raise WiringError(f"{mine.name!r} is an input of the workflow, not a node")
    if mine.node is None:
        raise WiringError(f"{mine.name!r} is many nodes; take the one that the loop leads {which}")
    if mine.pointer:
        raise WiringError(
            f"{mine.name!r} is a part of what {mine.node!r} returns; a loop leads {which} the whole "
            f"node, and what goes along is what again(...) is given"
        )
    return mine.node


def _comes_before(first: NodeId, second: NodeId, edges: Iterable[Edge]) -> bool:
    """Whether `second` is `first`, or comes after it."""
    into: dict[NodeId, list[NodeId]] = {}
    for edge in edges:
        if edge.kind != "loop":
            into.setdefault(edge.target, []).append(edge.source)
    todo, seen = [second], {second}
    for node in todo:
        new = [source for source in into.get(node, ()) if source not in seen]
        seen.update(new)
        todo += new
    return first in seen
