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
    """An edge: who added it (None: registration), in which epoch, and how its source must end."""

    source: str
    target: str
    maker: str | None = None
    epoch: int = 0
    on: str = "ok"


class World(NamedTuple):
    nodes: frozenset[Birth]
    ties: frozenset[Tie]


# --- laws ----------------------------------------------------------------------------------------


def completed(world: World, maker: str | None, epoch: int) -> World:
    """The world with the edges that structured growth asks for, added by `maker`."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    ties = set(world.ties)
    while True:
        joined = {(tie.source, tie.target, tie.on) for tie in ties}
        lacking = {
            ends
            for made, owner in makers.items()
            if owner is not None
            for ends in [(owner, made, "ok")]
            + [
                (made, t, on)
                for s, t, on in joined
                if s == owner and not is_under(t, owner, makers)
            ]
            if ends not in joined
        }
        if not lacking:
            return World(world.nodes, frozenset(ties))
        ties |= {Tie(s, t, maker, epoch, on) for s, t, on in lacking}


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


# --- outcomes ------------------------------------------------------------------------------------


def ruled_out(
    world: World,
    done: frozenset[str],
    failed: frozenset[str],
    found: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """The nodes that can never start, besides those in `found`: something before them did not end
    well, or what they wait to fail, with all that it has grown, has ended without a failure."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    while True:
        more = {
            tie.target
            for tie in world.ties
            if tie.target not in done | failed | found
            and (
                tie.source in failed | found
                if tie.on == "ok"
                else tie.on == "fail"
                and tie.maker is None
                and not failed & family(tie.source, makers)
                and family(tie.source, makers) <= done | found
            )
        }
        if not more:
            return found
        found |= more


def family(node: str, makers: dict[str, str | None]) -> frozenset[str]:
    """The node, and all that was grown under it."""
    return frozenset({node} | {other for other in makers if is_under(other, node, makers)})


def may_start(
    node: str, world: World, done: frozenset[str], failed: frozenset[str], out: frozenset[str]
) -> bool:
    """Whether all that must come before `node` has ended as it must."""
    before = [tie for tie in world.ties if tie.target == node]
    return node not in out and all(
        tie.source in done or (tie.on != "ok" and tie.source in failed | out) for tie in before
    )


def is_handled(
    node: str, world: World, done: frozenset[str], failed: frozenset[str], out: frozenset[str]
) -> bool:
    """Whether somebody still waits for `node`, which has failed, and can yet run. `out` cannot."""
    out = ruled_out(world, done, failed, out)
    strict = {tie.target for tie in world.ties if tie.source == node and tie.on == "ok"}
    waiting = {t.target for t in world.ties if t.source == node} - strict - out - done - failed
    return bool(waiting)
