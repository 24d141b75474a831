from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from foretell import (
    Anything,
    Grow,
    WiringError,
    empty,
    free,
    let,
    loop,
    many,
    may,
    one,
    one_of,
    par,
    seq,
    use,
)
from foretell.author.growth import Right
from foretell.author.shaping import shape_of
from foretell.author.tasks import Task
from foretell.author.writing import Writer
from foretell.promises import shapes as sh
from tests.unit.author import samples
from tests.unit.author.samples import later, square, total


def name_of(task: Task[..., Any]) -> str:
    return task.__name__


def compiled(growth: type[Grow]) -> sh.Shape:
    return shape_of(growth, name_of, Writer(name_of).of)


def growth(**members: Any) -> type[Grow]:
    return type("G", (Grow,), members)


A = sh.Leaf("square", "a")
B = sh.Leaf("later", "b")
C = sh.Leaf("total", "c")


def rights() -> tuple[Right[Any, Any], Right[Any, Any], Right[Any, Any]]:
    return many(square), may(later), one(total)


def test_without_a_shape_rights_lie_side_by_side() -> None:
    a, b, c = rights()
    assert compiled(growth(a=a, b=b, c=c)) == sh.Par((sh.Many(A), sh.Many(B, 0, 1), C))
    assert compiled(growth(a=many(square, at_least=1, at_most=4))) == sh.Many(A, 1, 4)
    assert compiled(growth()) == sh.NOTHING
    assert compiled(Anything) == sh.ANYTHING


def test_shapes_order_rights() -> None:
    a, b, c = rights()
    assert compiled(growth(a=a, b=b, c=c, shape=seq(a, par(b, c)))) == sh.Seq(
        (sh.Many(A), sh.Par((sh.Many(B, 0, 1), C)))
    )
    a, b, c = rights()
    assert compiled(growth(a=a, b=b, c=c, shape=free(a, b, c))) == sh.Free(
        (sh.Many(A), sh.Many(B, 0, 1), C)
    )
    a, b, _ = rights()
    assert compiled(growth(shape=empty)) == sh.NOTHING


def test_a_branch_that_is_taken_has_its_node() -> None:
    a, b = may(square), may(later)
    assert compiled(growth(a=a, b=b, shape=one_of(a, b))) == sh.Alt((A, B))
    a, b, c = may(square), may(later), many(total, at_most=2)
    assert compiled(growth(a=a, b=b, c=c, shape=one_of(seq(a, b), c, empty))) == sh.Alt(
        (sh.Seq((A, B)), sh.Many(C, 0, 2), sh.NOTHING)
    )


def test_a_repeated_group_has_one_node_of_each() -> None:
    a, b = many(square), many(later)
    assert compiled(growth(a=a, b=b, shape=many(seq(a, b), at_most=5))) == sh.Many(
        sh.Seq((A, B)), 0, 5
    )


def test_a_loop_has_rounds_of_one_task_or_of_a_group() -> None:
    a, b = loop(square, at_most=3), many(later)
    assert compiled(growth(a=a)) == sh.Loop(A, 0, 3)
    a = many(square)
    assert compiled(growth(a=a, b=b, shape=loop(seq(a, b), at_least=1))) == sh.Loop(
        sh.Seq((A, B)), 1, None
    )


def test_a_name_stands_for_one_of_each_right_in_it() -> None:
    a, b = many(square), many(later)
    shape = let("pair", may(seq(a, use("pair"), b)), deep=3)
    inner = sh.Seq((A, sh.Use("pair"), B))
    assert compiled(growth(a=a, b=b, shape=shape)) == sh.Let(
        "pair", sh.Alt((inner, sh.NOTHING)), None, 3
    )
    a, c = many(square), one(total)
    shape = let("x", a, par(use("x", slot="left"), use("x", slot="right"), c))
    uses = (sh.Use("x", "left"), sh.Use("x", "right"))
    assert compiled(growth(a=a, c=c, shape=shape)) == sh.Let("x", A, sh.Par((*uses, C)))


def test_a_shape_or_nothing_is_one_of_the_two() -> None:
    a, b, _ = rights()
    assert compiled(growth(a=a, b=b, shape=may(seq(a, b)))) == sh.Alt(
        (sh.Seq((sh.Many(A), B)), sh.NOTHING)
    )


def test_rights_are_inherited() -> None:
    class Base(Grow):
        a = many(square)

    class Wider(Base):
        b = may(later)

    assert compiled(Wider) == sh.Par((sh.Many(A), sh.Many(B, 0, 1)))


def test_slots_are_the_names_of_the_rights() -> None:
    slots = {leaf.slot for leaf in sh.leaves(compiled(samples.Chain))}
    assert slots == {"first", "rest"}


def _unsaid() -> type[Grow]:
    a, b, c = rights()
    return growth(a=a, b=b, c=c, shape=seq(a, b))


def _twice() -> type[Grow]:
    a = many(square)
    return growth(a=a, shape=seq(a, a))


def _one_in_a_branch() -> type[Grow]:
    a, _, c = rights()
    return growth(a=a, c=c, shape=one_of(a, c))


def _nameless() -> type[Grow]:
    return growth(shape=seq(one(square)))


def _bounded_in_a_group() -> type[Grow]:
    a = many(square, at_most=2)
    return growth(a=a, shape=many(par(a)))


def _group_in_a_group() -> type[Grow]:
    a = many(square)
    return growth(a=a, shape=many(many(par(a))))


def _rounds_in_a_group() -> type[Grow]:
    a = many(square)
    return growth(a=a, shape=many(loop(par(a))))


def _bounded_in_a_loop() -> type[Grow]:
    a = loop(square)
    return growth(a=a, shape=loop(par(a)))


def _anything_and_more() -> type[Grow]:
    return type("G", (Anything,), {"a": many(square)})


MISTAKES = {
    _unsaid: "shape says nothing of c",
    _twice: "'a' stands twice in shape",
    _one_in_a_branch: "is one(total) inside one_of(...)",
    _nameless: "has no name; assign it",
    _bounded_in_a_group: "there the group says how many",
    _group_in_a_group: "inside many(...) cannot be counted",
    _rounds_in_a_group: "loop(...) inside many(...) cannot be counted",
    _bounded_in_a_loop: "inside loop(...); there the group says how many",
    _anything_and_more: "Anything already grants everything",
}


@pytest.mark.parametrize("make", MISTAKES, ids=lambda make: make.__name__)
def test_shapes_that_mean_nothing_are_refused(make: Callable[[], type[Grow]]) -> None:
    with pytest.raises(WiringError) as caught:
        compiled(make())
    assert MISTAKES[make] in str(caught.value)


def test_one_right_has_one_name() -> None:
    a = many(square)
    with pytest.raises(WiringError, match=r"'b' is the same right as G.a"):
        growth(a=a, b=a)


def test_groups_are_made_of_rights() -> None:
    with pytest.raises(WiringError, match="takes rights and shapes"):
        seq(square)  # type: ignore[arg-type]
    with pytest.raises(WiringError, match="needs parts"):
        par()
