from __future__ import annotations

import enum
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter

from foretell import InputError, WiringError, task
from foretell.author.mismatch import Mismatch
from foretell.author.ports import Ports
from foretell.author.readers import reader_of
from foretell.author.schemas import inputs_schema, schema_of
from foretell.errors import OutputError
from tests.unit.author.samples import Pair, Parts, plan


@task
def mixed(n: int, ratio: float, names: list[str], options: dict[str, int] | None = None) -> str:
    return f"{n}{ratio}{names}{options}"


def test_inputs_are_checked_and_converted() -> None:
    loaded = mixed.ports.load_inputs({"n": 3, "ratio": 2, "names": ["a"]})
    assert loaded == {"n": 3, "ratio": 2.0, "names": ["a"]}
    assert type(loaded["ratio"]) is float


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"n": "3", "ratio": 1, "names": []}, "'n': expected int, got str '3'"),
        ({"n": True, "ratio": 1, "names": []}, "'n': expected int, got bool True"),
        ({"n": 3, "ratio": 1, "names": ["a", 2]}, "'names[1]': expected str, got int 2"),
        ({"n": 3, "ratio": 1, "names": "a"}, "'names': expected list[str], got str 'a'"),
        ({"n": 3, "ratio": 1}, "'names': expected list[str], got nothing: it is missing"),
        ({"n": 3, "ratio": 1, "name": []}, "did you mean 'names'"),
        ({"n": 10**400, "ratio": 10**400, "names": []}, "'ratio': expected float, got an int of"),
        (
            {"n": 1, "ratio": 1, "names": [], "options": {"a": "b"}},
            "'options': expected dict[str, int] | None, got dict {'a': 'b'}",
        ),
    ],
)
def test_wrong_inputs_name_task_parameter_type_and_what_came(
    inputs: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        mixed.ports.load_inputs(inputs)
    assert words in str(caught.value)
    assert str(caught.value).startswith("task 'mixed': input ")


def test_the_growth_of_a_growing_task_is_no_input() -> None:
    assert plan.ports.names == ("seed",)


class Color(enum.Enum):
    RED = "red"


class Model(BaseModel):
    when: date
    color: Color = Color.RED


class Size(TypedDict, total=False):
    width: int


@dataclass
class Config:
    size: int
    names: tuple[str, ...] = ()
    pairs: list[Pair] = field(default_factory=list)


class Point(NamedTuple):
    x: int
    y: int = 0


CASES: list[tuple[Any, Any, Any]] = [
    (int, 3, 3),
    (float, 2.5, 2.5),
    (None, None, None),
    (Literal["a", 1], 1, 1),
    (int | str | None, "x", "x"),
    (list[list[int]], [[1], []], [[1], []]),
    (Sequence[int], [1], [1]),
    (Mapping[str, float], {"a": 1.5}, {"a": 1.5}),
    (tuple[int, str], (1, "a"), [1, "a"]),
    (tuple[int, ...], (1, 2), [1, 2]),
    (Pair, Pair(1, 2), [1, 2]),
    (Point, Point(1), [1, 0]),
    (Parts, Parts([1], [2]), {"train": [1], "test": [2]}),
    (Config, Config(1, ("a",), [Pair(1, 2)]), {"size": 1, "names": ["a"], "pairs": [[1, 2]]}),
    (Size, {"width": 3}, {"width": 3}),
    (date, date(2024, 2, 29), "2024-02-29"),
    (Path, Path("a/b"), "a/b"),
    (Color, Color.RED, "red"),
    (Model, Model(when=date(2024, 1, 1)), {"when": "2024-01-01", "color": "red"}),
    (list[Model], [Model(when=date(2024, 1, 1))], [{"when": "2024-01-01", "color": "red"}]),
    (set[int], {1}, [1]),
    (dict[int, str], {1: "a"}, {"1": "a"}),
    (bytes, b"ab", "YWI="),
    (Any, {"a": [1, (2,)]}, {"a": [1, [2]]}),
]


def ports_for(hint: Any) -> Ports:
    def passing(value: Any) -> Any:
        return value

    passing.__annotations__ = {"value": hint, "return": hint}
    return Ports.of(passing)


@pytest.mark.parametrize(("hint", "value", "json"), CASES, ids=lambda case: str(case)[:30])
def test_values_survive_the_border(hint: Any, value: Any, json: Any) -> None:
    ports = ports_for(hint)
    out, holes = ports.dump_output(value)
    assert (out, holes) == (json, ())
    assert ports.dump_inputs({"value": value}) == ({"value": json}, [])
    if hint is not Any:
        assert ports.load_inputs({"value": out}) == {"value": value}
        back = ports.load_inputs({"value": out})["value"]
        assert type(back) is type(value)


@pytest.mark.parametrize(("hint", "value", "json"), CASES, ids=lambda case: str(case)[:30])
def test_schemas_admit_what_is_dumped(hint: Any, value: Any, json: Any) -> None:
    schema = schema_of(hint)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json)


@pytest.mark.parametrize(
    "hint",
    [int, float, str, bool, None, list[int], dict[str, int], dict[str, Any], list, dict, tuple[int],
     tuple[int, ...], tuple[()], int | None, list[int | str], Literal["a"], Literal["a", 2], Any],
    ids=str,
)  # fmt: skip
def test_hand_written_schemas_are_what_pydantic_writes(hint: Any) -> None:
    assert schema_of(hint) == TypeAdapter(hint).json_schema()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "1"]) | st.just(1.5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["train", "test", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
HINTS = st.recursive(
    st.sampled_from([int, str, bool, None, Any, Literal["a", 1], Parts, Pair]),
    lambda inner: (
        inner.map(lambda t: list[t])  # type: ignore[valid-type]
        | inner.map(lambda t: dict[str, t])  # type: ignore[valid-type]
        | inner.map(lambda t: tuple[t, ...])  # type: ignore[valid-type]
        | st.tuples(inner, inner).map(lambda ts: ts[0] | ts[1] if None not in ts else ts[0])
    ),
    max_leaves=4,
)


def accepts(hint: Any, value: Any) -> bool:
    try:
        reader_of(hint)[0](value)
    except Mismatch:
        return False
    return True


@given(HINTS, JSON)
def test_readers_accept_exactly_what_their_schema_admits(hint: Any, value: Any) -> None:
    assert accepts(hint, value) == Draft202012Validator(schema_of(hint)).is_valid(value)


@pytest.mark.parametrize(
    ("hint", "value", "words"),
    [
        (int, "x", "says it returns int, but returned str 'x'"),
        (list[int], [1, "x"], r"returns list\[int\], but returned str 'x' at \[1\]"),
        (float, float("nan"), "a number JSON can hold"),
        (Any, object(), "something JSON can hold"),
        (None, 3, "says it returns None, but returned int 3"),
        (Model, {"when": "never"}, r"returned str 'never' at \['when'\]"),
    ],
)
def test_a_wrong_result_is_told(hint: Any, value: Any, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        ports_for(hint).dump_output(value)


def test_pydantic_errors_name_the_place() -> None:
    with pytest.raises(InputError, match=r"input \"value\['when'\]\": expected Model"):
        ports_for(Model).load_inputs({"value": {"when": "never"}})


def test_a_value_that_holds_itself_is_no_json() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(OutputError, match="nested too deeply, or holding itself"):
        ports_for(Any).dump_output(loop)
    with pytest.raises(InputError, match="nested too deeply, or holding itself"):
        ports_for(Any).dump_inputs({"value": loop})


def test_types_that_only_a_checker_sees_are_refused() -> None:
    def hidden(value: Any) -> Any:
        return value

    hidden.__annotations__ = {"value": "Nowhere"}
    with pytest.raises(WiringError, match=r"annotations cannot be read .name 'Nowhere'"):
        Ports.of(hidden)


class Opaque:
    """Nothing that JSON could hold."""


def test_types_without_a_form_in_json_are_refused() -> None:
    with pytest.raises(WiringError, match="the type Opaque has no form in JSON"):
        schema_of(Opaque)


def test_the_schema_of_inputs_is_closed_and_says_what_is_required() -> None:
    schema = inputs_schema(mixed.ports)
    assert schema["required"] == ["n", "ratio", "names"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["options"]["default"] is None


@pytest.mark.parametrize("statement", [
    "import foretell",
    "from tests.unit.author import samples; samples.plan.ports; samples.split.ports",
    "from tests.unit.author import test_plain_calls as t; t.sum_of_squares.compile().to_json()"
    if False else "from tests.unit.author.samples import *; from foretell import workflow",
])  # fmt: skip
def test_plain_tasks_never_import_pydantic(statement: str) -> None:
    code = f"{statement}\nimport sys; assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_foretell_loads_no_machinery() -> None:
    heavy = ["pydantic", "asyncio", "dataclasses", "inspect", "foretell.document", "foretell.graph"]
    code = f"import sys, foretell; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
