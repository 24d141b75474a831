"""`12 done, 3 to 40 left`: the bounds hold in every future, and say `or more` when they must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretell.horizon.bounds import Left, left_of, without_bound
from foretell.horizon.model import Group, Horizon, NodeClass, SeenNode
from foretell_runtime.cli.live import honest_bar


def horizon(*classes: NodeClass, groups: tuple[Group, ...] = ()) -> Horizon:
    nodes = (SeenNode("a", "t", "done"), SeenNode("b", "t", "running"), SeenNode("c", "t"))
    return Horizon("h", nodes=nodes, classes=classes, groups=groups)


def some(name: str, low: int, high: int | None, maker: str = "b") -> NodeClass:
    return NodeClass(name, name, low, high, maker)


def test_without_classes_what_is_left_is_what_has_not_ended() -> None:
    assert left_of(horizon()) == Left(2, 2)


def test_classes_add_up() -> None:
    assert left_of(horizon(some("x", 1, 3), some("y", 0, 10))) == Left(3, 15)


def test_one_unbounded_class_makes_all_unbounded() -> None:
    assert left_of(horizon(some("x", 1, 3), some("y", 0, None))) == Left(3, None)


def test_of_branches_that_exclude_each_other_one_counts() -> None:
    either = Group("g", (("x",), ("y", "z")))
    classes = (some("x", 1, 1), some("y", 2, 2), some("z", 3, 4))
    assert left_of(horizon(*classes, groups=(either,))) == Left(3, 8)


def test_an_empty_branch_means_perhaps_none() -> None:
    perhaps = Group("g", (("x",), ()))
    assert left_of(horizon(some("x", 2, 5), groups=(perhaps,))) == Left(2, 7)


def test_choices_within_choices() -> None:
    outer = Group("g", (("x", "y"), ("z",)))
    inner = Group("h", (("x",), ("y",)), within="g")
    classes = (some("x", 1, 1), some("y", 4, 4), some("z", 3, 3))
    assert left_of(horizon(*classes, groups=(outer, inner))) == Left(3, 6)


def test_a_choice_made_anew_for_each_node_of_a_class_bounds_only_from_above() -> None:
    each = Group("g", (("x",), ("y",)), per="m")
    classes = (some("m", 0, 2), some("x", 1, 2, "m"), some("y", 1, 2, "m"))
    assert left_of(horizon(*classes, groups=(each,))) == Left(2, 8)


def test_what_a_node_that_may_never_come_would_grow_is_not_sure_to_come() -> None:
    either = Group("g", (("x",), ("y",)))
    classes = (some("x", 1, 1), some("y", 1, 1), some("z", 1, 1, "x"))
    assert left_of(horizon(*classes, groups=(either,))) == Left(3, 4)


def test_folded_recursion_has_the_bound_of_its_class() -> None:
    again = NodeClass("r", "t", 0, 1, "b", again="b")
    assert left_of(horizon(again)) == Left(2, 3)
    assert left_of(horizon(replace(again, max=None))) == Left(2, None)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Left(3, 3), "3 left"),
        (Left(3, 40), "3 to 40 left"),
        (Left(3, None), "3 or more left"),
    ],
)
def test_bounds_in_words(left: Left, words: str) -> None:
    assert str(left) == words


@pytest.mark.parametrize("ended", [0, 1, 10, 100_000])
@pytest.mark.parametrize(
    "left", [None, Left(0, 0), Left(1, 1), Left(0, 7), Left(5, None), Left(10**6, 10**7)]
)
def test_the_bar_keeps_its_width_and_never_claims_to_be_full(ended: int, left: Left | None) -> None:
    bar = honest_bar(ended, left).plain
    assert len(bar) == 32
    assert bar == "".join(sorted(bar, key="━─┄→".index))
    assert ("→" in bar) == (left is None or left.high is None)
    if left is None or left.high != 0:
        assert not bar.endswith("━")


def test_who_grows_without_bound_is_named_by_the_node_that_exists() -> None:
    below = some("y", 0, None, maker="x")
    assert without_bound(horizon(some("x", 0, 3), below)) == ("b",)
    assert without_bound(horizon(some("x", 0, 3))) == ()


def test_folded_recursion_has_no_bound_if_its_class_has_none() -> None:
    again = NodeClass("again", "x", 0, None, "x", again="x")
    assert without_bound(horizon(some("x", 0, 3), again)) == ("b",)
    assert without_bound(horizon(some("x", 0, 3), replace(again, max=2))) == ()
