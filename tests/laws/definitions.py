"""The graph, its laws and structured growth, by their plain definitions.

A second reading, slow and simple, that shares no code with what keeps the graph of a run. What
shapes and promises mean is written down in `instances` and `meanings`.
"""

from __future__ import annotations

from typing import NamedTuple


class Birth(NamedTuple):
    """A node. `epoch` counts the promises that running nodes had made when it was born; `after` are
    those of the nodes somebody asks about that were done then."""

    id: str
    task: str
    maker: str | None = None
    slot: str | None = None
    tags: tuple[str, ...] = ()
    epoch: int = 0
    after: frozenset[str] = frozenset()


class Tie(NamedTuple):
    """An edge: who added it (None: registration), and in which epoch."""

    source: str
    target: str
    maker: str | None = None
    epoch: int = 0


class World(NamedTuple):
    nodes: frozenset[Birth]
    ties: frozenset[Tie]


# --- laws ----------------------------------------------------------------------------------------


def completed(world: World, maker: str | None, epoch: int) -> World:
    """The world with the edges that structured growth asks for, added by `maker`."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    ties = set(world.ties)
    while True:
        joined = {(tie.source, tie.target) for tie in ties}
        lacking = {
            ends
            for made, owner in makers.items()
            if owner is not None
            for ends in [(owner, made)]
            + [(made, t) for s, t in joined if s == owner and not is_under(t, owner, makers)]
            if ends not in joined
        }
        if not lacking:
            return World(world.nodes, frozenset(ties))
        ties |= {Tie(*ends, maker, epoch) for ends in lacking}


def is_under(node: str, above: str, makers: dict[str, str | None]) -> bool:
    maker = makers[node]
    return maker is not None and (maker == above or is_under(maker, above, makers))


def has_cycle(world: World) -> bool:
    ties = {(tie.source, tie.target) for tie in world.ties}
    while ties:
        sources, targets = {s for s, _ in ties}, {t for _, t in ties}
        if sources <= targets:  # from each of them there is a way back, without end
            return True
        ties = {(s, t) for s, t in ties if s in targets}
    return False
