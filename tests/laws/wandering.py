"""Random universes in which somebody waits for failures, or loops come round, for what no catalogue
thinks of."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from foretell.promises.language import Count, Promise, Rearm
from foretell.promises.selectors import NEW
from foretell.promises.shapes import NOTHING, Leaf, Many, Shape
from tests.laws.enumerator import Universe
from tests.laws.failing import PROMISES
from tests.laws.ingredients import GROUPS, GROWTHS, LEAF, LOOPS, SECTIONS
from tests.laws.instances import closure

GROWN: dict[str, tuple[Shape | None, Shape | None]] = {
    **{name: (GROWTHS[name], NOTHING) for name in ("one", "many2", "par", "seq", "alt")},
    "nested": (LEAF, Leaf("d", "s")),
    "nested many": (Many(LEAF, 0, 2), Leaf("d", "s")),
    "map": (GROUPS["map of seq"], NOTHING),
    "loop": (LOOPS["loop of seq"], NOTHING),
    "section": (next(iter(SECTIONS.values())), NOTHING),
    "open": (None, NOTHING),
}


def random_universe(rng: Random) -> Universe:
    """Two to four given nodes, some of which wait for others to fail, or to end."""
    n = rng.choice([2, 3, 3, 4])
    tasks = [rng.choice("pc" if n < 4 else "pccc") for _ in range(n)]
    growth = rng.choice([name for name in GROWN if name != "open" or n < 4])
    edges: list[tuple[str, str]] = []
    outcomes: list[tuple[str, str, str]] = []
    for b in range(n):
        for a in range(b):
            on = rng.choices(["none", "ok", "fail", "any"], [11, 5, 4, 3])[0]
            if on == "ok":
                edges.append((f"n{a}", f"n{b}"))
            elif on != "none":
                outcomes.append((f"n{a}", f"n{b}", on))
    if not outcomes:
        outcomes = [("n0", "n1", "fail")]
        edges = [ends for ends in edges if ends != ("n0", "n1")]
    promise = rng.choice(list(PROMISES))
    promises = PROMISES[promise]
    if growth == "open":
        promises = (*promises, Count(NEW, 0, 1))
    p, c = GROWN[growth]
    grows: dict[str, Shape | None] = {"p": p, "c": c}
    if "d" in repr((p, c)):
        grows["d"] = NOTHING
    return Universe(
        f"{growth}/{''.join(tasks)}/{edges}/{outcomes}/{promise or 'no promise'}",
        grows,
        tuple((f"n{i}", task) for i, task in enumerate(tasks)),
        tuple(edges),
        promises,
        outcomes=tuple(outcomes),
    )


def random_looping_universe(rng: Random) -> Universe:
    """The same with one or two loops; in some nobody waits for failures, in some rounds are bound."""
    universe = random_universe(rng)
    edges = {*universe.edges, *((a, b) for a, b, _ in universe.outcomes)}
    if rng.random() < 0.5:
        universe = replace(universe, edges=tuple(sorted(edges)), outcomes=())
    back = sorted({(b, a) for a, b in closure(edges)} | {(n, n) for n, _ in universe.given})
    loops = tuple(rng.sample(back, rng.choice([1, 1, 2])))
    bounds: tuple[Promise, ...] = (Rearm(loops[0][1], rng.choice([0, 1])),)
    return replace(
        universe,
        name=f"{universe.name}/{loops}",
        loops=loops,
        promises=(*universe.promises, *(bounds if rng.random() < 0.5 else ())),
    )
