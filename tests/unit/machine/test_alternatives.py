"""`all`, `any`, `one` and `not`: what breaks them, and when one way that is left binds."""

from __future__ import annotations

import pytest

from foretell.errors import PromiseBroken
from foretell.graph.model import Node
from foretell.horizon.questions import can
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    NotKept,
    OneKept,
    Promise,
)
from foretell.promises.selectors import ANY, IdIs, TaskIs
from foretell.promises.shapes import NOTHING, Leaf, Many, Par
from foretell_runtime.machine import events as ev
from foretell_runtime.machine import horizon_of
from tests.unit.machine.test_each import Run, broken, numbers, stands

A, B = TaskIs("a"), TaskIs("b")
BOTH = Par((Many(Leaf("a", "a"), 0, 3), Many(Leaf("b", "b"), 0, 3)))
NO_A, NO_B = Count(A, max=0), Count(B, max=0)
SOME_A, SOME_B = Count(A, min=1), Count(B, min=1)


def bounds(run: Run) -> dict[str, tuple[int, int | None]]:
    return {
        future.task or "*": (future.min, future.max) for future in horizon_of(run.state).classes
    }


def test_all_of_several_are_judged_one_by_one() -> None:
    run = Run(BOTH, AllKept((Count(A, max=1), AllKept((Count(B, 0, 2), Edges(max=99))))))
    assert bounds(run) == {"a": (0, 1), "b": (0, 2)}
    assert run.standing == ["holding"]
    assert stands(run.change("a1"))
    assert broken(run.change("a2")) == "vow 0 2 such nodes exist; it allows at most 1"


def test_any_breaks_when_the_last_way_is_gone() -> None:
    run = Run(BOTH, AnyKept((SOME_A, SOME_B)))
    assert run.standing == ["owed"]
    why = broken(run.end())
    assert why == (
        "vow 0 2 of its 2 alternatives cannot hold: Count(a, at_least=1), for no such nodes exist "
        "and none can come any more; Count(b, at_least=1), for no such nodes exist and none can "
        "come any more"
    )


def test_any_is_kept_for_good_by_one_of_them() -> None:
    run = Run(BOTH, AnyKept((SOME_A, SOME_B)))
    assert stands(run.change("b1"))
    assert run.standing == ["kept"]
    assert horizon_of(run.state).exact


def test_the_only_way_left_binds_and_is_drawn() -> None:
    run = Run(BOTH, AnyKept((NO_A, NO_B)))
    assert bounds(run) == {"a": (0, 3), "b": (0, 3)}
    (group,) = horizon_of(run.state).groups
    assert set(group.branches) == {("g/a",), ("g/b",), ()}
    assert stands(run.change("a1"))
    assert bounds(run) == {"a": (0, 2)}
    assert horizon_of(run.state).exact
    fact = run.change("b1").facts[0]
    assert isinstance(fact, ev.Broken)
    assert "Count(a, at_most=0), for 1 such node exists; Count(b, at_most=0), for 1" in fact.why
    assert fact.advice == "Leave out g.b1, or widen the promise."


def test_each_way_out_is_named_of_a_change_that_leaves_several() -> None:
    run = Run(BOTH, AnyKept((NO_A, AllKept((NO_B, Count(A, max=1))))))
    fact = run.change("a1", "b1").facts[0]
    assert isinstance(fact, ev.Broken)
    assert fact.advice == "Leave out g.a1 or g.b1, or widen the promise."
    assert "all of (Count(b, at_most=0), Count(a, at_most=1))" in fact.why


def test_what_binds_is_taken_back_with_the_change_that_led_to_it() -> None:
    run = Run(BOTH, AnyKept((NO_A, NO_B)), retries=1)
    before = numbers(run.state)
    run.change("a1", "b1", attempt=True)
    assert numbers(run.state) == before
    run.change("a1")
    assert numbers(run.state) != before
    run.fail()
    assert numbers(run.state) == before
    assert stands(run.change("b1"))
    assert bounds(run) == {"b": (0, 2)}


def test_exactly_one_breaks_when_a_second_holds() -> None:
    run = Run(BOTH, OneKept((SOME_A, SOME_B)))
    assert stands(run.change("a1"))
    assert run.standing == ["holding"]
    assert bounds(run) == {"a": (0, 2)}, "no b may come any more"
    assert "2 of its 2 alternatives must hold" in broken(run.change("b1"))


def test_exactly_one_is_owed_while_none_holds() -> None:
    run = Run(BOTH, OneKept((SOME_A, SOME_B)))
    assert run.standing == ["owed"]
    assert "2 of its 2 alternatives cannot hold" in broken(run.end())


def test_not_is_the_contrary_and_narrows() -> None:
    run = Run(BOTH, NotKept(Count(A, max=1)))
    assert bounds(run)["a"] == (2, 3)
    assert horizon_of(run.state).exact
    assert "what is promised not to hold must hold" in broken(run.end())
    assert stands(Run(BOTH, NotKept(SOME_A)).change("b1"))
    assert bounds(Run(BOTH, NotKept(SOME_A))) == {"b": (0, 3)}


def test_not_of_both_bounds_leaves_two_ways() -> None:
    run = Run(BOTH, NotKept(Count(A, 1, 2)))
    assert bounds(run)["a"] == (0, 3)
    assert stands(run.change("a1"))
    assert run.standing == ["owed"]
    assert bounds(run)["a"] == (2, 2), "only three a are none of one and two"
    assert "must hold: Count(a, at_least=1, at_most=2), for 1 such node exists" in broken(run.end())


def test_not_of_any_and_of_all_follow_de_morgan() -> None:
    assert bounds(Run(BOTH, NotKept(AnyKept((SOME_A, SOME_B))))) == {}
    run = Run(BOTH, NotKept(AllKept((SOME_A, SOME_B))))
    assert stands(run.change("a1"))
    assert bounds(run) == {"a": (0, 2)}


def test_not_exactly_one_is_none_or_both() -> None:
    run = Run(BOTH, NotKept(OneKept((SOME_A, SOME_B))))
    assert run.standing == ["holding"]
    run.change("a1")
    assert run.standing == ["owed"]
    assert bounds(run)["b"] == (1, 3)
    assert stands(run.change("b1"))
    assert run.standing == ["kept"]


def test_a_formula_may_speak_of_each() -> None:
    run = Run(BOTH, AnyKept((Each(IdIs("g"), out=A, max=1), SOME_B)))
    assert stands(run.change("a1", "a2"))
    assert bounds(run)["b"] == (1, 3)
    assert "cannot hold" in broken(run.end())


def test_a_failed_run_owes_no_alternative() -> None:
    run = Run(BOTH, AnyKept((SOME_A, SOME_B)), beside=[Node("h", "a")])
    assert run.standing == ["kept"], "h is an a"
    run = Run(BOTH, AnyKept((Count(A, min=2), SOME_B)), beside=[Node("h", "a")])
    run.fail("h")
    assert stands(run.end("g"))


def test_what_a_failure_forgives_binds_no_more() -> None:
    run = Run(BOTH, AnyKept((Count(A, min=9), NO_B)), beside=[Node("h", "a")])
    assert "b" not in bounds(run)
    run.fail("h")
    assert stands(run.change("b1")), "in a failed run more a might have come"


@pytest.mark.parametrize(
    "promise",
    [
        AnyKept((Count(ANY, max=1), Edges(max=0))),
        OneKept((Count(ANY, min=1), Edges(min=1))),
        NotKept(Count(IdIs("g"), 1, 1)),
        AllKept((Count(ANY), NotKept(AnyKept((Edges(min=1), Count(A)))))),
    ],
)
def test_what_is_false_when_it_is_made_is_refused_and_breaks_a_run(promise: Promise) -> None:
    with pytest.raises(PromiseBroken, match="cannot keep what it promises: promise vow 0"):
        Run(NOTHING, promise)
    run = Run(BOTH)
    decision = run.change(promises=[promise])
    (found,) = [fact for fact in decision.facts if isinstance(fact, ev.Broken)]
    assert found.by == "g", "the promiser is to blame"


def test_two_promises_that_exclude_each_other_break_with_the_second() -> None:
    with pytest.raises(PromiseBroken, match="no number keeps both this and vow 0"):
        Run(BOTH, Count(A, max=1), AllKept((Count(A, min=2),)))
    run = Run(BOTH, Count(A, max=1))
    assert "no number keeps both" in broken(run.change(promises=[Count(A, min=2)]))


def test_can_names_the_vow_that_bounds() -> None:
    run = Run(BOTH, AnyKept((NO_A, NO_B)))
    run.change("a1")
    answer = can(run.state.judge, "b")
    assert answer.verdict == "never"
    assert "vow 0" in str(answer)
