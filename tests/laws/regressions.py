"""Universes that each stand for one way in which drawings or judges have gone wrong, by name; and
universes of four given and three new nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

from foretell.promises.language import Count, Edges, NotKept, Pair, Promise, Rearm
from foretell.promises.selectors import (
    ANY,
    NEW,
    AnyOf,
    BornAfter,
    IdIs,
    MadeBy,
    Selector,
    TagIs,
    TaskIs,
)
from foretell.promises.shapes import NOTHING, Alt, Free, Leaf, Many, Par, Seq, Shape
from tests.laws.catalogue import Entry, entry_of
from tests.laws.enumerator import Flavour, Universe
from tests.laws.ingredients import AGAIN, ENDLESS, GROUPS, LEAF, OTHER, SECTIONS, C, both, perhaps

MANY = Many(LEAF, 0, 3)


def by(node: str) -> Selector:
    return MadeBy(IdIs(node))


def chosen_by(task: str, node: str) -> Selector:
    return both(TaskIs(task), by(node))


def any_of(*of: Selector) -> Promise:
    return Count(AnyOf(of), 1, None)


T, F = Leaf("t", "t"), Leaf("f", "f")
VARIABLES: dict[str, Shape | None] = {"v": Alt((T, F)), "t": NOTHING, "f": NOTHING}
X, NOT_X = chosen_by("t", "n0"), chosen_by("f", "n0")
Y, NOT_Y = chosen_by("t", "n1"), chosen_by("f", "n1")

SETS: dict[str, Shape | None] = {
    "p": Free(tuple(Many(Leaf(name, name), 0, 1) for name in "abc")),
    **dict.fromkeys("abc", NOTHING),
}
A, B, D = TaskIs("a"), TaskIs("b"), TaskIs("c")

NAMED = (
    Universe(
        "one of two that may each come, said as alternatives to nothing",
        {"p": Par((perhaps(LEAF), perhaps(OTHER))), "c": NOTHING},
        (("n0", "p"),),
        promises=(Count(NEW, 0, 1),),
    ),
    Universe(
        "instances of one of two ways, of which few enough may come",
        {"p": Many(Alt((Many(LEAF, 0, 2), OTHER)), 0, 2), "c": NOTHING},
        (("n0", "p"),),
        promises=(Count(TaskIs("c"), 0, 1),),
    ),
    Universe(
        "grown nodes that go one of two ways, of which few enough may come",
        {
            "p": Par((Many(Leaf("d", "m"), 0, 1), Many(Par((perhaps(LEAF),)), 0, 1))),
            "c": NOTHING,
            "d": Alt((Many(LEAF, 0, 2), OTHER)),
        },
        (("n0", "p"),),
        promises=(Count(TaskIs("c"), 0, 1), Count(NEW, 0, 3)),
    ),
    Universe(
        "two planners, each with at_most",
        {"p": MANY, "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (("n0", "n2"), ("n1", "n2")),
        (Count(by("n0"), 0, 1), Count(by("n1"), 0, 2)),
    ),
    Universe(
        "two planners, each with at_most, and one for both",
        {"p": MANY, "c": NOTHING},
        (("n0", "p"), ("n1", "p")),
        (),
        (Count(by("n0"), 0, 2), Count(by("n1"), 1, 2), Count(NEW, 0, 3)),
    ),
    Universe(
        "two planners who wait for a person, and one after both who does",
        {"p": MANY, "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (("n0", "n2"), ("n1", "n2")),
        (Count(by("n0"), 0, 1), Count(NEW, 1, 2)),
        asks=("n0", "n1", "n2"),
    ),
    Universe(
        "a person who is asked in each round",
        {"p": Many(LEAF, 0, 1), "c": NOTHING},
        (("n0", "c"), ("n1", "p")),
        (("n0", "n1"),),
        (Rearm("n0", 1),),
        loops=(("n1", "n0"),),
        asks=("n0",),
    ),
    Universe(
        "a late successor of a grown node",
        {"p": Many(LEAF, 0, 1), "o": None, "c": NOTHING},
        (("n0", "p"), ("n1", "o"), ("n2", "c")),
        (),
        (Count(MadeBy(TaskIs("o")), 0, 0),),
    ),
    Universe(
        "a late successor of a node that grew into a node that must come first",
        {"p": LEAF, "o": None, "c": NOTHING},
        (("n0", "p"), ("n1", "o"), ("n2", "c")),
        (("n0", "n1"),),
        (Count(MadeBy(TaskIs("o")), 0, 0), Edges(IdIs("n0"), IdIs("n2"), new=True, min=1)),
    ),
    Universe(
        "a failed trial that had added edges",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c"), ("n2", "c")),
        (("n0", "n2"),),
        (Count(NEW, 0, 0), Edges(new=True, max=2)),
    ),
    Universe(
        "a failed trial that had added nodes and edges",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c")),
        (("n0", "n1"),),
        (Count(C, 0, 2), Count(TaskIs("o"), 0, 1), Edges(new=True, max=4)),
    ),
    Universe(
        "two racers for the last unit",
        {"p": Many(LEAF, 0, 1), "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (("n0", "n2"), ("n1", "n2")),
        (Count(both(NEW, C), 1, 1),),
    ),
    Universe(
        "two racers for the last unit, one after the other",
        {"p": Many(LEAF, 0, 2), "c": NOTHING},
        (("n0", "p"), ("n1", "p")),
        (("n0", "n1"),),
        (Count(NEW, 0, 3), Count(C, 3, None)),
    ),
    Universe(
        "clauses that one choice fulfils",
        VARIABLES,
        (("n0", "v"), ("n1", "v")),
        (),
        (any_of(X, Y), any_of(X, NOT_Y), any_of(NOT_X, Y)),
    ),
    Universe(
        "clauses that no choice fulfils",
        VARIABLES,
        (("n0", "v"), ("n1", "v")),
        (),
        (any_of(X, Y), any_of(X, NOT_Y), any_of(NOT_X, Y), any_of(NOT_X, NOT_Y)),
    ),
    Universe(
        "sets of which two cover all",
        SETS,
        (("n0", "p"),),
        (),
        (any_of(A, D), any_of(A, B), any_of(B), Count(NEW, 0, 2)),
    ),
    Universe(
        "sets of which no one covers all",
        SETS,
        (("n0", "p"), ("n1", "c")),
        (("n0", "n1"),),
        (any_of(A), any_of(A, B), any_of(B), Count(NEW, 0, 1)),
    ),
    Universe(
        "sets that two makers bring",
        {"p": Free((Many(Leaf("a", "a"), 0, 1), Many(Leaf("b", "b"), 0, 1))), "a": NOTHING, "b": NOTHING},
        (("n0", "p"), ("n1", "p")),
        (),
        (any_of(both(A, by("n0")), B), any_of(A, by("n1")), Count(NEW, 0, 2)),
    ),
    Universe(
        "tags of tasks",
        {"p": Par((Many(Leaf("b", "s"), 0, 2), Many(Leaf("c", "t"), 0, 1))), "b": NOTHING, "c": NOTHING},
        (("n0", "p"), ("n1", "b")),
        (("n0", "n1"),),
        (Count(TagIs("t"), 2, 2),),
        tags={"b": ("t",), "c": ("u",)},
    ),
    Universe(
        "tags of single nodes",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c")),
        (),
        (Count(NEW, 0, 2), Count(TagIs("t"), 1, 1), Count(TaskIs("o"), 0, 1), NO_EDGES := Edges(C, ANY, new=True, max=0)),
        flavours=(Flavour(), Flavour(tags=("t",))),
    ),
    Universe(
        "ids as globs",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c")),
        (),
        (Count(NEW, 0, 2), Count(IdIs("*.x*"), 0, 1), Count(IdIs("?0.c*"), 1, None), Count(TaskIs("o"), 0, 1), NO_EDGES),
        flavours=(Flavour(), Flavour("x")),
    ),
    Universe(
        "rejoining after `fail`",
        {"p": MANY, "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (),
        (Count(NEW, 0, 3),),
        outcomes=(("n0", "n1", "fail"), ("n0", "n2", "any"), ("n1", "n2", "any")),
    ),
    Universe(
        "a failure below a node that grew",
        {"p": LEAF, "c": Many(Leaf("d", "s"), 1, 1), "d": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (),
        outcomes=(("n0", "n1", "fail"), ("n0", "n2", "any")),
    ),
    Universe(
        "a failure that takes back what another may then grow",
        {"p": LEAF, "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (),
        (Count(NEW, 0, 1),),
        outcomes=(("n0", "n2", "fail"),),
    ),
    Universe(
        "a failure, and somebody who may wire anything",
        {"o": None, "p": LEAF, "c": NOTHING},
        (("n0", "c"), ("n1", "o"), ("n2", "p")),
        (),
        (Count(NEW, 0, 1), Count(TaskIs("o"), 0, 1), Edges(C, ANY, new=True, max=0)),
        outcomes=(("n0", "n2", "any"),),
    ),
    Universe(
        "edges into nodes of one name",
        {"o": None, "c": NOTHING},
        (("n0", "o"),),
        (),
        (Count(NEW, 0, 2), Count(TaskIs("o"), 0, 1), Edges(C, IdIs("n0.xc[12]"), max=0)),
        flavours=(Flavour(), Flavour("x")),
    ),
    Universe(
        "a loop over a grower",
        {"p": Many(LEAF, 0, 2), "c": NOTHING},
        (("n0", "p"), ("n1", "c")),
        (("n0", "n1"),),
        loops=(("n1", "n0"),),
    ),
    Universe(
        "a loop over a grower that must grow, once more at most",
        {"p": Seq((LEAF, Many(OTHER, 0, 1))), "c": NOTHING},
        (("n0", "p"), ("n1", "c"), ("n2", "c")),
        (("n0", "n1"), ("n1", "n2")),
        (Rearm("n0", 1), Count(NEW, 0, 1)),
        loops=(("n1", "n0"),),
    ),
    Universe(
        "a node that wires others, done again",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c"), ("n2", "c")),
        (),
        (Count(NEW, 0, 0), Edges(IdIs("n1"), IdIs("n2"), new=True, min=1)),
        loops=(("n0", "n0"),),
    ),
    Universe(
        "two growers of which one asks while the other grows",
        {"p": Many(LEAF, 0, 1), "c": NOTHING},
        (("n0", "c"), ("n1", "p"), ("n2", "p")),
        (("n0", "n1"), ("n0", "n2")),
        (Rearm("n0", 1), Count(NEW, 0, 1)),
        loops=(("n1", "n0"),),
    ),
    Universe(
        "a loop within a loop, both over the last unit",
        {"p": Many(LEAF, 0, 1), "c": NOTHING},
        (("n0", "p"), ("n1", "p"), ("n2", "c")),
        (("n0", "n1"), ("n1", "n2")),
        (Count(NEW, 1, 1), Rearm("n1", 1)),
        loops=(("n1", "n1"), ("n2", "n0")),
    ),
    Universe(
        "what is made up for in each round",
        {"p": LEAF, "c": NOTHING},
        (("n0", "p"), ("n1", "c"), ("n2", "c")),
        (("n0", "n1"),),
        outcomes=(("n1", "n2", "fail"),),
        loops=(("n1", "n0"),),
    ),
)  # fmt: skip


ONLY_FROM_N0 = Edges(besides=(Pair(IdIs("n0"), ANY),), new=True, max=0)
KNOWN = (
    Universe(
        "instances that may stay empty, and not with one node",
        {"p": GROUPS["map of opt"], "c": NOTHING},
        (("n0", "p"), ("n1", "c")),
        (("n1", "n0"),),
        (NotKept(Count(NEW, 1, 1)),),
    ),
    Universe(
        "many workflows, the edges within which are forbidden",
        {"p": SECTIONS["map of sections"], "c": NOTHING},
        (("n0", "p"),),
        promises=(ONLY_FROM_N0,),
    ),
    Universe(
        "one workflow or a node, and the edges within the workflow are forbidden",
        {"p": SECTIONS["section or one"], "c": NOTHING},
        (("n0", "p"), ("n1", "c")),
        (("n1", "n0"),),
        (ONLY_FROM_N0,),
    ),
    Universe(
        "a loop to which only a round leads that would break a promise",
        {"p": LEAF, "c": Many(Leaf("d", "s"), 0, 1), "d": NOTHING},
        (("n0", "p"), ("n1", "c"), ("n2", "c")),
        (("n0", "n1"), ("n1", "n2")),
        (Count(BornAfter("n1"), 0, 0),),
        loops=(("n1", "n1"), ("n2", "n0")),
    ),
    Universe(
        "an edge that is owed, and somebody who may wire it out of reach",
        {"o": None, "c": NOTHING},
        (("n0", "o"), ("n1", "c"), ("n2", "c")),
        promises=(Edges(target=IdIs("n1"), min=1), Count(NEW, 0, 1)),
    ),
)
"""Universes in which a drawing is said to be exact and is wider than the futures."""


def everything() -> Iterator[Entry]:
    yield from map(entry_of, NAMED)
    yield from endless()
    yield from larger()


def endless() -> Iterator[Entry]:
    """Growths without an end of their own, bounded by more and more for both sides."""
    for name, (p, c) in ENDLESS.items():
        for most in (0, 1, 3):  # of two, in every given graph: `catalogue.BOUND`
            yield entry_of(
                Universe(
                    f"endless {name}, at most {most} new",
                    {"p": p, "c": c},
                    (("n0", "p"), ("n1", "c")),
                    (("n0", "n1"),),
                    (Count(NEW, 0, most),),
                )
            )


GIVEN_FOUR: dict[str, tuple[str, tuple[tuple[int, int], ...]]] = {
    "chain": ("pccc", ((0, 1), (1, 2), (2, 3))),
    "fork": ("pccc", ((0, 1), (0, 2), (0, 3))),
    "diamond": ("pccc", ((0, 1), (0, 2), (1, 3), (2, 3))),
    "join": ("pccc", ((0, 3), (1, 3), (2, 3))),
    "middle": ("pccc", ((1, 0), (0, 2), (2, 3))),
    "two": ("ppcc", ((0, 2), (1, 2), (2, 3))),
    "two in line": ("ppcc", ((0, 1), (1, 2), (2, 3))),
    "two in a diamond": ("ppcc", ((2, 0), (2, 1), (0, 3), (1, 3))),
    "three": ("pppc", ((0, 1), (1, 2), (2, 3))),
}
"""The tasks of four given nodes, and the edges among them."""

GROWTHS_OF_THREE: dict[str, tuple[Shape, Shape, tuple[Promise, ...]]] = {
    "many": (MANY, NOTHING, ()),
    "par": (Par((LEAF, Many(OTHER, 1, 2))), NOTHING, ()),
    "seq": (Seq((LEAF, OTHER, Leaf("c", "u"))), NOTHING, ()),
    "alt": (Alt((LEAF, Seq((OTHER, Leaf("c", "u"), Leaf("c", "v"))))), NOTHING, ()),
    "nested": (LEAF, Many(Leaf("d", "s"), 0, 2), ()),
    "bounded": (Many(LEAF, 0, None), NOTHING, (Count(NEW, 0, 3),)),
    "recursion": (Many(AGAIN, 0, 1), NOTHING, (Count(NEW, 0, 3),)),
    "at least": (Many(LEAF, 0, 3), NOTHING, (Count(both(C, by("n0")), 2, 3), Count(NEW, 0, 3))),
    "of a task": (Many(LEAF, 0, None), NOTHING, (Count(C, 4, 5), Count(NEW, 1, 3))),
    "no new edges": (Seq((LEAF, Many(OTHER, 0, 2))), NOTHING, (Edges(ANY, IdIs("n3"), new=True, max=0),)),
}  # fmt: skip


BOUND_OF_THREE = Count(NEW, 0, 3)


def larger() -> Iterator[Entry]:
    """Four given nodes, and at most three new ones."""
    for growth, (p, c, promises) in GROWTHS_OF_THREE.items():
        for given, (tasks, edges) in GIVEN_FOUR.items():
            several = tasks.count("p") > 1 and BOUND_OF_THREE not in promises
            if several and growth in ("par", "seq"):
                continue  # they want more than three in all
            named: dict[str, Shape | None] = {"p": p, "c": c, "d": NOTHING}
            if c == NOTHING:
                del named["d"]
            yield entry_of(
                Universe(
                    f"larger {growth}/{given}",
                    named,
                    tuple((f"n{i}", task) for i, task in enumerate(tasks)),
                    tuple((f"n{a}", f"n{b}") for a, b in edges),
                    (*promises, *((BOUND_OF_THREE,) if several else ())),
                )
            )
