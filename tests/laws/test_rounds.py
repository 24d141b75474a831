"""What the enumeration of loops finds, held to what was counted by hand.

It is to judge the machine, so it is judged first: moments, futures, and what a round takes back.
"""

from __future__ import annotations

import pytest

from foretell.promises.language import Count, Edges, Promise, Rearm
from foretell.promises.selectors import NEW, IdIs
from foretell.promises.shapes import NOTHING, Leaf, Many, Shape
from tests.laws.enumerator import Enumerator, Universe
from tests.laws.moments import Final, Moment, Move
from tests.laws.rounds import AGAIN, SOME, cone, rounds_left

pytestmark = pytest.mark.proof

MAY, TWO = Many(Leaf("c", "s"), 0, 1), Many(Leaf("c", "s"), 0, 2)


def universe(
    tasks: str, edges: str, loops: str, *promises: Promise, p: Shape | None = MAY
) -> Enumerator:
    """`edges` and `loops` as `01 12`: from n0 to n1, and from n1 to n2."""
    return Enumerator(
        Universe(
            "",
            {"p": p, "c": NOTHING},
            tuple((f"n{i}", task) for i, task in enumerate(tasks)),
            pairs(edges),
            promises,
            loops=pairs(loops),
        )
    )


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"n{ends[0]}", f"n{ends[1]}") for ends in text.split())


def moments(enumerator: Enumerator) -> set[Moment]:
    """All that are reached without breaking a promise."""
    seen = {enumerator.begin()}
    todo = [*seen]
    while todo:
        for _, after in enumerator.moves(todo.pop()):
            if enumerator.here(after) and after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


def begun_anew(enumerator: Enumerator) -> Moment:
    """The first moment, as it is after a round."""
    return enumerator.begin()._replace(rounds=((SOME, 1),))


def futures(enumerator: Enumerator, moment: Moment) -> list[Final]:
    return [enumerator.finals[i] for i in enumerator.chosen(enumerator.future(moment))]


def after(enumerator: Enumerator, *moves: str) -> Moment:
    """The moment after moves such as `start n0`, `create n0.s1`, `again n1 n0`."""
    moment = enumerator.begin()
    for words in moves:
        kind, node, *back = words.split()
        moment = next(
            later
            for move, later in enumerator.moves(moment)
            if move.kind == kind and node == (move.birth.id if move.birth else move.node)
            if [move.back] == (back or [""])
        )
    return moment


@pytest.mark.parametrize(
    ("enumerator", "many", "ends"),
    [
        # It waits, runs, is done; and again after each count of rounds, if that matters; else after one.
        (universe("c", "", "00"), 3 * 2, 1),
        (universe("c", "", "00", Rearm("n0", 0)), 3, 1),
        (universe("c", "", "00", Rearm("n0", 1)), 3 * 2, 1),
        (universe("c", "", "00", Rearm("n0", 2)), 3 * 3, 1),
        # Also: it has grown one, and then that waits, runs, is done.
        (universe("p", "", "00"), 7 * 2, 2),
        (universe("p", "", "00", Rearm("n0", 2)), 7 * 3, 2),
        # Of n0: 4. Then n1 waits, runs, is done, with 0 (3), 1 (2 + 3) or 2 (8 + 3) grown before it.
        (universe("pc", "01", "10", p=TWO), 23 * 2, 3),
        (universe("pc", "01", "10", Rearm("n0", 2), p=TWO), 23 * 3, 3),
        # Both of n1 and n2 in each state (9) after those of n0 (2); and n1 asked while n2 runs.
        (universe("ccc", "01 02", "10"), 12 * 2, 1),
        # Two in a row, with loops that share a target: nothing runs beside who asks.
        (universe("ccc", "01 12", "10 20"), 7 * 2, 1),
        # Of n0 2, of n1 and n2 5: before any round, after one of the inner (5), after one of the outer
        # without it, and after one of the outer with it, when the inner count begins anew (2 * 5).
        (universe("ccc", "01 12", "11 20", Rearm("n1", 1)), 7 + 5 + 7 + 2 + 2 * 5, 1),
    ],
)  # fmt: skip
def test_there_are_as_many_moments_and_futures_as_one_counts(
    enumerator: Enumerator, many: int, ends: int
) -> None:
    assert len(moments(enumerator)) == many
    assert len(futures(enumerator, enumerator.begin())) == ends


def test_what_was_grown_may_stay_or_come_anew_under_its_name() -> None:
    enumerator = universe("p", "", "00")
    grown = after(enumerator, "start n0", "create n0.s1")
    found = {(len(f.nodes), f.old) for f in futures(enumerator, grown)}
    assert found == {(1, frozenset()), (2, frozenset()), (2, frozenset(["n0.s1"]))}
    assert len(futures(universe("p", "", "00", Rearm("n0", 0)), grown)) == 1


def test_a_round_takes_back_what_its_members_made_and_nothing_else() -> None:
    enumerator = universe("ppc", "02 12", "20", p=TWO)
    all_done = ("start n0", "create n0.s1", "finish n0", "start n0.s1", "finish n0.s1",
                "start n1", "create n1.s1", "finish n1", "start n1.s1", "finish n1.s1")  # fmt: skip
    before = after(enumerator, *all_done, "start n2")
    later = after(enumerator, *all_done, "start n2", "again n2 n0")
    assert cone(before.world, "n0") == {"n0", "n0.s1", "n2"}
    assert {birth.id for birth in later.world.nodes} == {"n0", "n1", "n1.s1", "n2"}
    assert later.started == later.done == {"n1", "n1.s1"}
    assert {(tie.source, tie.target) for tie in later.world.ties} == {
        ("n0", "n2"), ("n1", "n2"), ("n1", "n1.s1"), ("n1.s1", "n2")}  # fmt: skip
    assert not later.asked


def test_who_still_runs_is_waited_for_and_nobody_else_starts() -> None:
    enumerator = universe("cccp", "01 02 23", "10")
    draining = after(enumerator, "start n0", "finish n0", "start n1", "start n2", "again n1 n0")
    assert draining.asked == (("n1", "n0"),)
    onward = [(move, later) for move, later in enumerator.moves(draining) if enumerator.here(later)]
    assert onward == [(Move("finish", "n2"), begun_anew(enumerator))]


def test_who_grows_while_it_is_waited_for_loses_that_too() -> None:
    enumerator = universe("cpc", "01 02", "20")
    begun = ("start n0", "finish n0", "start n1", "start n2", "again n2 n0", "create n1.s1")
    assert after(enumerator, *begun, "finish n1") == begun_anew(enumerator)


def test_the_round_that_waits_for_least_begins_first_and_those_in_it_are_forgotten() -> None:
    enumerator = universe("cccc", "01 12 03", "11 20")
    begun = (
        "start n0",
        "finish n0",
        "start n1",
        "finish n1",
        "start n3",
        "start n2",
        "again n2 n0",
    )
    assert after(enumerator, *begun).asked == (("n2", "n0"),)
    inner = universe("ccccc", "01 02 03", "11 10 20")
    begun = (
        "start n0",
        "finish n0",
        "start n1",
        "start n2",
        "start n3",
        "again n2 n0",
        "again n1 n1",
    )
    waiting = after(inner, *begun)
    assert waiting.asked == (("n2", "n0"),)
    assert waiting.started == {"n0", "n2", "n3"}
    begun = (
        "start n0",
        "finish n0",
        "start n1",
        "start n2",
        "start n3",
        "again n1 n0",
        "again n2 n0",
    )
    assert after(inner, *begun, "finish n3") == begun_anew(inner)  # fmt: skip


def test_a_round_too_many_leaves_no_future() -> None:
    enumerator = universe("c", "", "00", Rearm("n0", 1))
    again = ("start n0", "again n0 n0")
    assert enumerator.here(after(enumerator, *again, "start n0"))
    assert not enumerator.here(after(enumerator, *again, *again))


def test_rounds_are_counted_anew_where_one_around_them_begins() -> None:
    enumerator = universe("cc", "01", "00 10", Rearm("n0", 2))
    once = after(enumerator, "start n0", "again n0 n0")
    assert dict(once.rounds) == {SOME: 1, "n0": 1}
    inner = universe("cc", "01", "11 10", Rearm("n1", 2), Rearm("n0", 1))
    begun = ("start n0", "finish n0", "start n1", "again n1 n1", "start n1")
    assert dict(after(inner, *begun).rounds) == {SOME: 1, "n1": 1}
    outer = after(inner, *begun, "again n1 n0")
    assert dict(outer.rounds) == {SOME: 1, AGAIN + "n1": 1, "n0": 1}
    assert inner.rounds is not None
    assert rounds_left(inner.rounds, after(inner, *begun)) == {("n1", "n1"): 2, ("n1", "n0"): 1}
    assert rounds_left(inner.rounds, outer) == {("n1", "n1"): 2, ("n1", "n0"): 0}
    both = universe("ccc", "01 12", "10 20", Rearm("n0", 2))
    begun_too = after(both, "start n0", "finish n0", "start n1", "finish n1")
    assert both.rounds is not None
    assert rounds_left(both.rounds, begun_too) == {("n1", "n0"): 1, ("n2", "n0"): 2}
    over = after(inner, *begun, "finish n1")
    assert rounds_left(inner.rounds, over) == {("n1", "n1"): 0, ("n1", "n0"): 0}


def test_each_round_is_judged_by_itself() -> None:
    bounded = universe("pc", "01", "10", Count(NEW, 0, 1), p=TWO)
    grown = ("start n0", "create n0.s1", "finish n0", "start n0.s1", "finish n0.s1", "start n1")
    later = after(bounded, *grown, "again n1 n0")
    assert later == begun_anew(bounded)
    needed = universe("pc", "01", "10", Count(NEW, 1, None), p=TWO)
    without = ("start n0", "finish n0")
    assert not needed.here(after(needed, *without))


def test_a_round_that_cannot_be_kept_is_the_break() -> None:
    """n0 owes an edge between two others, and once it is used nobody can make it anew."""
    owed = Edges(IdIs("n1"), IdIs("n2"), new=True, min=1)
    enumerator = universe("pcc", "", "00", owed, Count(NEW, 0, 0), p=None)
    wire = Move("connect", "n0", ends=("n1", "n2"))
    wired = dict(enumerator.moves(after(enumerator, "start n0")))[wire]
    again = Move("again", "n0", back="n0")
    assert dict(enumerator.moves(wired))[again] == begun_anew(enumerator)
    for move in (Move("start", "n1"), Move("finish", "n1"), Move("start", "n2")):
        wired = dict(enumerator.moves(wired))[move]
        assert enumerator.here(wired)
    assert not enumerator.here(dict(enumerator.moves(wired))[again])


def test_what_a_member_has_promised_binds_no_further_round() -> None:
    said = Universe(
        "",
        {"p": MAY, "c": NOTHING},
        (("n0", "p"),),
        vows=(Count(NEW, 0, 0),),
        loops=(("n0", "n0"),),
    )
    enumerator = Enumerator(said)
    promised = after(enumerator, "start n0", "promise n0")
    assert {len(f.nodes) for f in futures(enumerator, promised)} == {1, 2}
    assert after(enumerator, "start n0", "promise n0", "again n0 n0") == begun_anew(enumerator)
