"""Loops: rounds, each wholly before the next; which round a new node belongs to, and what is said
where that goes wrong."""

from __future__ import annotations

import itertools

import pytest

from foretell.errors import LawBroken
from foretell.promises.shapes import Leaf, Loop, Many, Par, Seq, Shape
from foretell_runtime.machine import State
from foretell_runtime.machine import events as ev
from tests.unit.machine.test_instances import end, grow, running, slots

A, B = Leaf("a", "a"), Leaf("b", "b")
ROUNDS = Loop(Seq((A, B)), 0, 3)


def test_a_chain_of_nodes_is_round_after_round() -> None:
    state = running(Loop(A, 0, 3))
    grow(state, "a1")
    grow(state, "a2", edges=(("a1", "a2"),))
    assert slots(state) == {"a1": "a[0]", "a2": "a[1]"}
    assert isinstance(end(state), ev.Finished)


def test_the_wires_of_a_change_tell_the_rounds_in_whatever_order_its_nodes_stand() -> None:
    wires = (("a1", "b1"), ("b1", "a2"), ("a2", "b2"))
    for names in (("a1", "b1", "a2", "b2"), ("b2", "a2", "b1", "a1")):
        state = running(ROUNDS)
        grow(state, *names, edges=wires)
        assert slots(state) == {"a1": "a[0]", "b1": "b[0]", "a2": "a[1]", "b2": "b[1]"}
        assert isinstance(end(state), ev.Finished)


def test_a_node_belongs_to_the_last_round_that_it_is_wired_to_and_has_its_place_free() -> None:
    state = running(ROUNDS)
    grow(state, "a1")
    grow(state, "b1", edges=(("a1", "b1"),))
    grow(state, "a2", edges=(("b1", "a2"),))
    grow(state, "b2", edges=(("b1", "b2"), ("a2", "b2")))
    assert slots(state) == {"a1": "a[0]", "b1": "b[0]", "a2": "a[1]", "b2": "b[1]"}
    assert isinstance(end(state), ev.Finished)


def test_a_wire_that_a_round_forbids_tells_of_another_round() -> None:
    state = running(Loop(Par((A, Many(B, 0, 1))), 0, 3))
    grow(state, "a1")
    grow(state, "b1", edges=(("a1", "b1"),))
    assert slots(state) == {"a1": "a[0]", "b1": "b[1]"}


def test_where_nobody_can_tell_the_round_all_are_named() -> None:
    state = running(Loop(Par((Many(A, 0, 1), Many(B, 0, 1))), 0, 3))
    grow(state, "a1")
    refused = grow(state, "b1")
    assert isinstance(refused, ev.Refused)
    assert "more than one round" in refused.why
    assert "b[0], b[1] (a new one)" in refused.why


def why(fact: ev.Fact) -> str:
    assert isinstance(fact, ev.Broken), fact
    return f"{fact.why} {fact.advice}"


def test_no_more_rounds_begin_than_there_may_be() -> None:
    state = running(Loop(A, 0, 1))
    grow(state, "a1")
    told = why(grow(state, "a2", edges=(("a1", "a2"),)))
    assert "may grow at most 1 rounds of" in told and "a2 would begin another" in told


def test_rounds_begin_in_their_order() -> None:
    state = running(ROUNDS)
    grow(state, "a1:a[4]")
    told = why(grow(state, "a2:a[1]"))
    assert "begin round 1" in told and "after round 4 has begun" in told
    assert "instance=5" in told


def test_a_wire_back_to_an_earlier_round_is_forbidden() -> None:
    state = running(ROUNDS)
    grow(state, "a1:a[0]", "a2:a[1]")
    told = why(grow(state, edges=(("a2", "a1"),)))
    assert "joins round 1 back to round 0" in told


def test_each_round_must_come_wholly_before_the_next() -> None:
    state = running(Loop(Par((A, B)), 0, 3))
    grow(state, "a1:a[0]", "b1:b[0]", "a2:a[1]", "b2:b[1]", edges=(("a1", "a2"), ("b1", "a2")))
    told = why(end(state))
    assert "a1 must come before grower.b2" in told and "round 0 lies wholly before round 1" in told


def test_a_round_that_has_begun_must_be_complete() -> None:
    state = running(ROUNDS)
    grow(state, "a1")
    assert "1 more b" in why(end(state))


@pytest.mark.parametrize("shape", [Many(Loop(A, 1, 2), 0, 2), Loop(Many(Seq((A, B)), 1, 2), 0, 2)])
def test_loops_and_maps_lie_in_each_other(shape: Shape) -> None:
    state = running(shape)
    assert isinstance(grow(state, "a1:a[0][0]", "a2:a[0][1]", edges=()), ev.Changed)
    told = grow(state, "a3:a[1][0]", edges=(("a1", "a3"),))
    if isinstance(shape, Many):
        assert "of two instances" in why(told)
    else:
        assert isinstance(told, ev.Changed)


def test_a_key_that_no_node_may_have_is_no_slot() -> None:
    state = running(ROUNDS)
    assert isinstance(grow(state, "a1:a[1000000000000000]"), (ev.Broken, ev.Refused))


def many_rounds(n: int) -> State:
    state = running(Loop(Seq((A, B)), 0, None))
    names = [f"{task}{i}" for i in range(n) for task in "ab"]
    chain = tuple(itertools.pairwise(names))
    grow(state, *names, edges=chain)
    return state


def test_many_rounds_grow_in_one_change() -> None:
    state = many_rounds(300)
    assert slots(state)["b299"] == "b[299]"
    assert isinstance(end(state), ev.Finished)


def test_bounds_that_leave_nothing_are_refused() -> None:
    from foretell.errors import UserError

    with pytest.raises((LawBroken, UserError), match="leave nothing"):
        running(Loop(A, 3, 2))
