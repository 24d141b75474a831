"""A horizon in a few lines of text: what may still come, and who would bring it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell.horizon.bounds import live_loops, multiplicity, without_bound
from foretell_runtime.cli.words import names

if TYPE_CHECKING:
    from foretell.document.model import Graph
    from foretell.horizon.model import Horizon, NodeClass


def before(graph: Graph, base: Path) -> Horizon:
    """What may happen when `graph` is run. Raises what registering it would raise. What in it may be
    a mistake is said beside."""
    from foretell_runtime.foresight import foresee_graph

    ahead = foresee_graph(graph, base)
    warn(ahead.warnings)
    return ahead.horizon


def warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)


def foreseen(horizon: Horizon) -> Iterator[str]:
    """One line a class of future nodes, then which of them exclude each other; and how often loops
    may come round."""
    if horizon.classes:
        yield from _coming(horizon)
    else:
        yield "  ahead    nothing new: the graph is final"
    head = "rounds"
    for loop in live_loops(horizon):
        times = multiplicity(0, loop.rounds)
        yield f"  {head:<8} from {loop.target} ×{times}, when {loop.source} asks"
        head = ""
    if not horizon.exact:
        yield f"  {'':<8} drawn wider than it is: {'; '.join(horizon.why)}"


def _coming(horizon: Horizon) -> Iterator[str]:
    head = "ahead"
    for future in horizon.classes:
        yield f"  {head:<8} {_one(future)}"
        head = ""
    tasks = {future.id: future.task or "anything" for future in horizon.classes}
    for group in horizon.groups:
        ways = [" and ".join(tasks[c] for c in branch) or "nothing" for branch in group.branches]
        yield f"  {'':<8} exactly one of: {'; '.join(ways)}"


def endless(horizon: Horizon) -> str:
    """`, unbounded because of plan`; empty if there is a bound."""
    nodes = without_bound(horizon)
    return f", unbounded because of {names(nodes)}" if nodes else ""


def _one(future: NodeClass) -> str:
    name = future.task or "anything"
    more = " more" if future.beside else ""
    again = ", and again below each" if future.again else ""
    return f"{name} ×{multiplicity(future.min, future.max)}{more}, grown by {future.maker}{again}"
