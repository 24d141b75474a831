"""The universes: every combination of small graphs, growths and promises, in a fixed order.

Task `p` grows, task `c` most often does not. A universe is in the *core* where every promise is
one that a drawing can and must follow exactly: at most one bound on all that is new, counts that
speak of a single place, bans of edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations

from foretell.promises.language import Count, Edges, Promise, Rearm
from foretell.promises.selectors import NEW, AllOf, IdIs, MadeBy, Selector, TaskIs
from foretell.promises.shapes import (
    NOTHING,
    Free,
    Leaf,
    Let,
    Loop,
    Many,
    Section,
    Seq,
    Shape,
    is_open,
    leaves,
    parts,
)
from tests.laws import failing, looping
from tests.laws import ingredients as of
from tests.laws.enumerator import Universe
from tests.laws.ingredients import BOUND, GIVEN
from tests.laws.instances import closure


@dataclass(frozen=True)
class Entry:
    """A universe, what kind of growth is in it, and what kind of promise it is about: growth of its
    kind if nothing is promised.

    `core`: a drawing can and must follow its promises exactly. `plain`: a part of the core, at
    most one promise, which meets neither branches nor what grown nodes grow.
    """

    universe: Universe
    growth: str
    promise: str
    core: bool
    plain: bool


def entry(
    growth: str,
    grows: tuple[Shape | None, Shape | None],
    given: str,
    promise: str,
    promises: tuple[Promise, ...],
    vows: tuple[Promise, ...] = (),
    styles: tuple[tuple[str, str], ...] = (),
) -> Entry:
    tasks, edges = GIVEN[given]
    named: dict[str, Shape | None] = dict(zip("pc", grows, strict=True))
    said = any(leaf.task == "d" for shape in grows if shape for leaf in leaves(shape))
    if said or "task='d'" in repr(vows):
        named["d"] = NOTHING
    universe = Universe(
        f"{growth}/{given}/{promise or 'no promise'}",
        named,
        tuple((f"n{i}", task) for i, task in enumerate(tasks)),
        tuple((f"n{a}", f"n{b}") for a, b in edges),
        promises,
        vows=vows,
        styles=styles,
    )
    return entry_of(universe)


def entry_of(universe: Universe) -> Entry:
    growth = next(filter(None, map(_kind_of_growth, universe.grows.values())), "grows")
    core = is_core(universe) and (growth == "grows" or not universe.promises)
    return Entry(universe, growth, kind_of(universe, growth), core, core and is_plain(universe))


def is_folded(universe: Universe) -> bool:
    """Whether a task may come to grow itself, so that one class stands for nodes at any depth."""
    grown = {
        (task, leaf.task)
        for task, shape in universe.grows.items()
        for leaf in ([] if shape is None else leaves(shape))
    }
    return any(a == b for a, b in closure(grown))


def kind_of(universe: Universe, growth: str) -> str:
    """The kind of the promise that it is about; endless growth always has a bound besides."""
    said = (*universe.promises, *universe.vows)
    if universe.loops:
        return "rearm"
    if universe.outcomes:
        return "fail"
    if growth == "let":
        return growth
    if not said or said == (BOUND,):
        return growth
    if "Styled(" in repr(said[-1]):
        return "style"
    if "BornAfter(" in repr(said[-1]):
        return "born_after"
    if "Grows(" in repr(said[-1]):
        return "promised growth"
    return said[-1].kind


def _kind_of_growth(shape: Shape | None) -> str:
    """What is special about a growth."""
    if isinstance(shape, (Loop, Let)):
        return shape.kind
    inside = {_kind_of_growth(part) for part in (parts(shape) if shape else ())}
    if "let" in inside:
        return "let"
    if "loop" in inside or isinstance(shape, Section):
        return "loop" if "loop" in inside else "section"
    if isinstance(shape, Many) and not isinstance(shape.of, Leaf):
        return "map"
    return max(inside, default="")


def is_core(universe: Universe) -> bool:
    """Whether all promises are bans of edges, counts of one place of one given node, and at most one
    bound of everything new (and bounds of rounds)."""
    if universe.outcomes and (universe.promises or None in universe.grows.values()):
        return False
    bounds = 0
    for promise in (*universe.promises, *universe.vows):
        if isinstance(promise, Edges):
            if promise.max != 0:
                return False
        elif isinstance(promise, Rearm):
            continue
        elif not isinstance(promise, Count):
            return False
        elif promise.of == NEW and not promise.min:
            bounds += 1
        elif not _meets_one_place(universe, promise.of):
            return False
    return bounds <= 1


def _meets_one_place(universe: Universe, selector: Selector) -> bool:
    """Of the selectors used here only those of the children of n0 of one task may meet one place
    (or none)."""
    match selector:
        case AllOf((TaskIs(task), MadeBy(IdIs("n0")))):
            shape = universe.closed(dict(universe.given)["n0"])
            if shape is None or isinstance(shape, Let):
                return False
            return sum(leaf.task == task for leaf in leaves(shape)) <= 1
        case _:
            return False


def is_plain(universe: Universe) -> bool:
    """Whether there is at most one promise, and it meets no branch and no growth in growth; a ban
    of edges also meets no order among what grows."""
    promises = [promise for promise in universe.promises if not isinstance(promise, Rearm)]
    if not promises:
        return not universe.vows and "never" not in universe.name
    grows = universe.grows["p"]
    flat = all(leaf.task != "p" and universe.grows[leaf.task] == NOTHING for leaf in _all(grows))
    ordered = isinstance(grows, (Seq, Free)) and universe.speaks_of_edges
    chosen = "Alt(" in repr(grows)
    wild = grows is None and universe.grows["c"] == NOTHING and not universe.speaks_of_edges
    closed = grows is not None and universe.grows["c"] == NOTHING and not is_open(grows)
    flat_enough = wild or (closed and flat and not ordered and not chosen)
    return len(promises) == 1 and flat_enough


def _all(shape: Shape | None) -> tuple[Leaf, ...]:
    return () if shape is None else leaves(shape)


def _is_known(growth: str, promise: str) -> bool:
    """Whether drawings may be wider here than they say: see `regressions.KNOWN`."""
    if promise == "only edges from n0":
        return growth in ("section or one", "map of sections")
    return growth == "map of opt" and promise.startswith("not")


Growth = tuple[str, tuple[Shape | None, Shape | None], tuple[Promise, ...]]
Promises = dict[str, tuple[Promise, ...]]


def growths() -> Iterator[Growth]:
    """Growths of `p` and `c` that tasks declare, with the bound that the endless ones need."""
    for name, shape in of.GROWTHS.items():
        yield name, (shape, NOTHING), ()
    for name, grows in of.DEEP.items():
        yield name, grows, ()
    for name, grows in (of.ENDLESS | of.OPEN).items():
        yield name, grows, (BOUND,)


def composed() -> Iterator[Growth]:
    """Growths in groups, rounds and whole workflows."""
    for name, shape in (of.GROUPS | of.LOOPS | of.SECTIONS).items():
        yield name, (shape, NOTHING), ()


def named() -> Iterator[Growth]:
    """Growths in which parts have names."""
    for name, shape in of.LETS.items():
        yield name, (shape, NOTHING), ()
    for name, shape in of.ENDLESS_LETS.items():
        yield name, (shape, NOTHING), (BOUND,)


def unsaid() -> Iterator[Growth]:
    """Growths of which the tasks say nothing, so that promises can."""
    yield "unsaid", (None, NOTHING), (BOUND,)


def narrowed() -> Iterator[Growth]:
    """Growths that running nodes may promise more narrowly."""
    yield from unsaid()
    yield "many2", (of.GROWTHS["many2"], NOTHING), ()
    yield "mutual2", (Many(of.LEAF, 0, 2), Many(of.AGAIN, 0, 1)), (BOUND,)
    yield "any", of.ENDLESS["any"], (BOUND,)


def styled() -> Iterator[Entry]:
    """Few growths, for there are many ways to give nodes another look."""
    growths = {name: (of.GROWTHS[name], NOTHING) for name in ("one", "may", "alt", "nothing")}
    ordered = {name: (of.GROWTHS[name], NOTHING) for name in ("free", "seq", "seq2")}
    for name, grows in (growths | ordered).items():
        for given in ("p", "pc", "p>c", "c>p")[: 2 if name in ordered else 4]:
            colours = of.COLOURS[:1] if name in ordered else of.COLOURS
            for promise, promises in of.STYLED.items():
                yield entry(name, grows, given, promise, promises, styles=colours)
            for promise, vows in of.VOWS_OF_STYLES.items():
                yield entry(name, grows, given, promise, (), vows, styles=colours)


@cache
def everything() -> tuple[Entry, ...]:
    """Every growth in every given graph under every promise, made before or on the way."""
    formulas = of.EACH | of.FORMULAS | of.LATER
    few = {name: of.VOWS[name] for name in ("then new<=1", "then c>=2")}
    return (
        *_combined(growths(), of.CORE | of.WIDER, of.VOWS),
        *_combined(growths(), formulas, of.VOWS_OF_KINDS),
        *_combined(composed(), of.CORE | of.WIDER | formulas, of.VOWS),
        *_combined(named(), of.CORE | of.WIDER | formulas, few, ("p", "pc", "p>c", "c>p")),
        *_combined(unsaid(), of.SHAPED, of.VOWS_OF_FREE_GROWTH),
        *_combined(narrowed(), {}, of.VOWS_OF_GROWTH),
        *styled(),
        *map(entry_of, failing.universes()),
        *map(entry_of, looping.universes()),
    )


def _combined(
    growths: Iterator[Growth],
    before: Promises,
    on_the_way: Promises,
    where: Iterable[str] = tuple(GIVEN),
) -> Iterator[Entry]:
    for name, grows, bound in growths:
        for given in where:
            for promise, promises in before.items():
                if (bound and promises == bound) or ("n1" in promise and given == "p"):
                    continue  # said already, or of a node that is not there
                if _is_known(name, promise):
                    continue
                if any(isinstance(x, Count) and x.of == NEW and not x.min for x in promises):
                    yield entry(name, grows, given, promise, promises)
                else:
                    words = ", ".join(filter(None, (promise, "new<=2" if bound else "")))
                    yield entry(name, grows, given, words, (*bound, *promises))
            for promise, vows in on_the_way.items():
                if "n1" in promise and given == "p":
                    continue
                yield entry(name, grows, given, promise, bound, vows)


def canonical(universe: Universe) -> object:
    """The same for two universes that differ only in the names of what is given."""
    names = [node for node, _ in universe.given]
    forms = []
    for order in permutations(range(len(names))):
        name = dict(zip(names, (f"n{i}" for i in order), strict=True))
        given = tuple(sorted((name[n], task) for n, task in universe.given))
        edges = tuple(sorted((name[a], name[b]) for a, b in universe.edges))
        text = repr((universe.promises, universe.vows))
        for old, new in name.items():
            text = text.replace(f"'{old}'", f"'={new}'")
        ends = tuple(sorted((name[a], name[b], on) for a, b, on in universe.outcomes))
        loops = tuple(sorted((name[a], name[b]) for a, b in universe.loops))
        forms.append((given, edges, ends, loops, text.replace("'=", "'")))
    return repr((sorted(universe.grows.items(), key=str), universe.styles)), min(forms)
