"""`can` answers must, may and never with the reasons that are behind it."""

from __future__ import annotations

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.horizon.questions import Answer, can
from foretell.promises.language import Count, Edges, Promise, Vowed
from foretell.promises.selectors import NEW, AllOf, IdIs, NotSo, TaskIs
from foretell.promises.shapes import Alt, Anything, Empty, Leaf, Many, Par, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev


def begun(shape: Shape, *promises: Promise) -> State:
    vowed = tuple(Vowed(p, f"P{i}()", f"flow.py:{i}", "flow") for i, p in enumerate(promises))
    graph = Graph(
        "flow",
        tasks={
            "plan": TaskSpec("m:plan", shape),
            "work": TaskSpec("m:work", Empty()),
            "end": TaskSpec("m:end", Empty()),
        },
        nodes=(Node("plan", "plan"), Node("end", "end")),
        edges=(Edge("plan", "end"),),
        promises=vowed,
    )
    return register(graph, {}, "", 1)[0]


def asked(shape: Shape, *promises: Promise, task: str = "work") -> Answer:
    return can(begun(shape, *promises).judge, task)


WORK = Leaf("work", "work")


def test_a_right_to_exactly_one_means_that_one_must_come() -> None:
    answer = asked(WORK)
    assert (answer.verdict, answer.low, answer.high) == ("must", 1, 1)
    assert answer.why == ("plan grows 1 of them",)


def test_a_right_to_many_means_that_some_may_come() -> None:
    answer = asked(Many(WORK, 0, 7))
    assert (answer.verdict, answer.low, answer.high) == ("may", 0, 7)
    assert str(answer) == "work: may (none exists, 0 to 7 can come)\n  plan grows 0 to 7 of them"


def test_a_promise_about_several_places_bounds_all_of_them_together() -> None:
    two = Par((Many(WORK, 0, 5), Many(Leaf("work", "more"), 0, 5)))
    answer = asked(two, Count(TaskIs("work"), max=5))
    assert (answer.verdict, answer.low, answer.high) == ("may", 0, 5)
    assert "without it 0 to 10 could come" in answer.why[-1]
    state = begun(two, Count(TaskIs("work"), max=5))
    decide(
        state, ev.Heard("plan", 1, msg.Propose(1, Change((Node("plan.x", "work", slot="more"),))))
    )
    assert can(state.judge, "work").high == 4
    assert asked(two, Count(IdIs("plan.a*"), max=5)).high == 10


def test_what_only_one_branch_grows_may_come() -> None:
    answer = asked(Alt((WORK, Leaf("end", "end"))))
    assert answer.verdict == "may"
    assert answer.why == ("plan grows 1 of them, or takes another way",)


def test_what_every_branch_grows_must_come() -> None:
    both = Par((Leaf("work", "second"), Leaf("end", "end")))
    assert asked(Alt((WORK, both))).verdict == "must"


def test_a_promise_that_forbids_it_is_named() -> None:
    answer = asked(Many(WORK), Edges(target=IdIs("end"), new=True, max=0))
    assert answer.verdict == "never"
    assert answer.why == ("promise P0() made by flow (flow.py:0) forbids it",)


def test_a_promise_that_bounds_it_is_named_with_what_it_keeps_away() -> None:
    answer = asked(Many(WORK), Count(NEW, max=3))
    assert (answer.verdict, answer.high) == ("may", 3)
    assert answer.why[1] == (
        "promise P0() made by flow (flow.py:0): without it 0 or more could come"
    )


def test_two_promises_that_forbid_it_each_are_named_together() -> None:
    ban = Count(NEW, max=0)
    answer = asked(Many(WORK), ban, ban)
    assert answer.verdict == "never"
    assert "P0()" in answer.why[0]
    assert "P1()" in answer.why[0]


def test_anything_may_come_from_who_may_grow_anything() -> None:
    assert asked(Anything()).why == ("plan may grow anything",)
    only = Count(AllOf((NEW, NotSo(TaskIs("end")))), max=0)
    assert asked(Anything(), only).verdict == "never"
    assert asked(Anything(), only, task="end").verdict == "may"


def test_what_nobody_has_a_right_to_never_comes() -> None:
    assert asked(Empty()).why == ("no node that exists or may come has the right to grow it",)
    assert asked(Empty(), task="wrok").why == (
        "no task of this name is known; did you mean 'work'?",
    )


def test_once_its_only_grower_has_ended_it_never_comes_again() -> None:
    state = begun(Many(WORK))
    decide(state, ev.Heard("plan", 1, msg.Propose(1, Change((Node("plan.work", "work"),)))))
    assert can(state.judge, "work").exist == 1
    assert can(state.judge, "work").verdict == "may"
    decide(state, ev.Heard("plan", 1, msg.Finish()))
    answer = can(state.judge, "work")
    assert answer.verdict == "never"
    assert answer.why == ("only plan could have grown it, and that is over",)
