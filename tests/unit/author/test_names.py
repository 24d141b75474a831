from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

import pytest

from foretell import task, workflow
from foretell.author.names import _name_table, target_name
from tests.unit.author.samples import later, square, total


def here(*_: object) -> str | None:
    return target_name(sys._getframe(1))


def test_a_result_is_named_by_the_variable_it_is_assigned_to() -> None:
    first = here()
    second = third = here(first)
    a, b = here(), here(1, 2)
    x, (y, z) = here(), (here(), here(4))
    assert (first, second, third) == ("first", "second", "second")
    assert (a, b) == ("a", "b")
    assert (x, y, z) == ("x", None, None)  # an inner tuple is a value, then taken apart
    if (walrus := here()) is not None:
        assert walrus == "walrus"


def test_a_result_that_is_passed_on_has_no_name() -> None:
    box = {"key": here()}
    listed = [here(), here()]
    nested = str(here())
    attribute = (here() or "").upper()
    chosen = here() if len(listed) == 2 else None
    assert box["key"] is None
    assert listed == [None, None]
    assert nested == "None"
    assert attribute == ""
    assert chosen in (None, "chosen")


def test_names_that_say_nothing_are_not_used() -> None:
    _ = here()
    assert _ is None


def test_closures_and_globals_are_names_too() -> None:
    kept = here()

    def reader() -> str | None:
        return kept

    assert reader() == "kept"


@workflow
def naming(n: int) -> list[int]:
    a = b = square(n)
    for i in range(3):
        b = square(i)
    c, d = square(4), later(5)
    e = square.options(id="other").after(d)(6)
    listed = [square(i) for i in range(2)]
    return [a, b, c, d, e, total(listed)]


def test_ids_follow_the_code_and_are_numbered_when_taken() -> None:
    ids = [node.id for node in naming.compile().nodes]
    assert ids == ["a", "b", "b_2", "b_3", "c", "d", "other", "square", "square_2", "total"]


@workflow
def crowded(n: int) -> int:
    square_2 = square(n)
    square(square_2)
    square(1)
    square(2)
    return square_2


def test_numbering_steps_over_names_that_are_written() -> None:
    ids = [node.id for node in crowded.compile().nodes]
    assert ids == ["square_2", "square", "square_3", "square_4"]
    assert len(set(ids)) == len(ids)


@task
def many_inputs(a: int, b: int, c: int, d: int) -> int:
    return a + b + c + d


@pytest.mark.parametrize("count", [1, 50, 2000])
def test_long_bodies_keep_every_name(count: int) -> None:
    lines = [f"    v{i} = square({i})" for i in range(count)]
    space: dict[str, object] = {"square": square, "__name__": __name__}
    exec("\n".join(["def body():", *lines]), space)  # noqa: S102
    from foretell.author.registering import Registering
    from foretell.author.tasks import registrar

    now = Registering("body", lambda task: task.__name__)
    token = registrar.set(now)
    try:
        space["body"]()  # type: ignore[operator]
    finally:
        registrar.reset(token)
    assert [node.id for node in now.nodes] == [f"v{i}" for i in range(count)]


def code_in(path: Path) -> Iterator[CodeType]:
    """All functions of a file, as Python compiles them."""
    todo = [compile(path.read_bytes(), str(path), "exec")]
    while todo:
        code = todo.pop()
        yield code
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def test_no_code_that_people_write_is_beyond_the_reading_of_names() -> None:
    library = Path(sysconfig.get_paths()["stdlib"])
    named = 0
    for path in [*sorted(library.glob("*.py"))[::6], Path(__file__)]:
        for code in code_in(path):
            named += len(_name_table(code))
    assert named > 1000


def test_calls_behind_an_argument_do_not_confuse_it() -> None:
    def both(*values: str | None) -> tuple[str | None, ...]:
        return values

    def with_option(**_: int) -> Callable[[int], str | None]:
        return lambda _: here()

    outer = both(here(1), with_option(k=1)(2))
    assert outer == (None, None)
