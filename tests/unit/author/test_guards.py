from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foretell import WiringError
from foretell.author.fields import UNKNOWN
from foretell.author.refs import Origin, Ref, origin
from tests.unit.author.samples import Named, Pair, Parts


def ref(hint: Any = UNKNOWN) -> Any:
    return Ref(Origin(object(), "score", node="score", hint=hint))


async def awaited(value: Any) -> Any:
    return await value


MISUSES: dict[str, Callable[[Any], Any]] = {
    "condition": lambda r: 1 if r else 2,
    "not": lambda r: not r,
    "compared": lambda r: r < 0.8,
    "equal": lambda r: r == 1,
    "calculated": lambda r: r + 1,
    "calculated from the right": lambda r: 2 * r,
    "negated": lambda r: -r,
    "length": lambda r: len(r),
    "searched": lambda r: 1 in r,
    "looped": lambda r: list(r),
    "unpacked": lambda r: [*r],
    "indexed": lambda r: r[0],
    "sliced": lambda r: [1, 2][:r],
    "hashed": lambda r: {r},
    "key": lambda r: {r: 1},
    "text": lambda r: str(r),
    "f-string": lambda r: f"{r}",
    "format": lambda r: f"{r:>3}",
    "path": lambda r: Path(r),
    "number": lambda r: int(r),
    "float": lambda r: math.sqrt(r),
    "range": lambda r: range(r),
    "called": lambda r: r(),
    "awaited": lambda r: awaited(r).send(None),
    "field": lambda r: r.accuracy,
    "assigned": lambda r: setattr(r, "x", 1),
    "item": lambda r: r.__setitem__(0, 1),
    "with": lambda r: r.__enter__(),
    "divmod": lambda r: divmod(r, 2),
    "bool of all": lambda r: all([r]),
    "sorted": lambda r: sorted([r, r]),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_using_an_unknown_value_names_it_the_line_and_a_cure(misuse: str) -> None:
    with pytest.raises(WiringError) as caught:
        MISUSES[misuse](ref())
    text = str(caught.value)
    assert "'score'" in text
    assert "test_guards.py:" in text
    assert "known only when the workflow runs; " in text


def test_repr_is_allowed_and_says_what_it_is() -> None:
    assert repr(ref()) == "<score: known only when the workflow runs>"


def test_parts_follow_the_type() -> None:
    cases = [
        (ref(Pair).high, "/1", int),
        (ref(Pair)[0], "/0", int),
        (ref(Parts).test, "/test", list[int]),
        (ref(Named)["size"], "/size", int),
        (ref(tuple[int, str])[1], "/1", str),
        (ref(tuple[int, str])[-1], "/1", str),
    ]
    for part, pointer, hint in cases:
        assert (origin(part).pointer, origin(part).hint) == (pointer, hint)
    low, high = ref(Pair)
    assert [origin(low).pointer, origin(high).pointer] == ["/0", "/1"]


def test_pydantic_models_have_fields_under_their_aliases() -> None:
    from pydantic import BaseModel, Field

    class Model(BaseModel):
        score: float = Field(alias="the/score")

    assert origin(ref(Model).score).pointer == "/the~1score"


def test_a_wrong_field_lists_the_fields_and_the_nearest() -> None:
    with pytest.raises(WiringError, match=r"no field 'trian'.*train, test.*did you mean 'train'"):
        _ = ref(Parts).trian


def test_protocols_of_the_language_are_not_fooled() -> None:
    assert not hasattr(ref(), "__array__")
    assert origin(copy.copy(ref())).name == "score"
    assert isinstance(ref(), Ref)
