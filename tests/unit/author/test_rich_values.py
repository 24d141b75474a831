"""Values of rich types go through JSON exactly, or are refused by whoever sends them."""

# mypy: disable-error-code="valid-type"

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import (
    Annotated,
    Any,
    NewType,
)  # fmt: skip

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from foretell import InputError, WiringError, task, workflow
from foretell.author.ports import Ports
from foretell.author.refs import Origin, Ref, origin
from foretell.author.schemas import schema_of
from foretell.errors import OutputError
from tests.unit.author.rich import CASES, UNIONS, Box, Color, Leaf, Model, Rank

FEW = settings(max_examples=min(30, settings().max_examples))
"""pydantic takes its time for every new type."""


def ports_for(hint: Any, default: Any = None) -> Ports:
    def passing(value: Any = default) -> Any:
        return value

    passing.__annotations__ = {"value": hint, "return": hint}
    return Ports.of(passing)


def through_json(ports: Ports, value: Any) -> Any:
    out, _ = ports.dump_output(value)
    assert ports.dump_inputs({"value": value}) == ({"value": out}, [])
    sent = json.loads(json.dumps(out))
    assert sent == out
    return ports.load_inputs({"value": sent})["value"]


def all_types(value: Any) -> Any:
    """The types in a value, in order; of sets in any."""
    if isinstance(value, dict):
        return [(all_types(k), all_types(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value), *map(all_types, value)]
    if isinstance(value, (set, frozenset)):
        return [type(value), *sorted(map(str, map(all_types, value)))]
    if hasattr(value, "__dict__") and not isinstance(value, enum.Enum):
        return [type(value), *map(all_types, vars(value).values())]
    return type(value)


@given(CASES)
def test_every_value_of_every_type_comes_back_as_it_was(case: tuple[Any, Any]) -> None:
    hint, value = case
    back = through_json(ports_for(hint), value)
    assert back == value
    assert all_types(back) == all_types(value)


@FEW
@given(CASES)
def test_its_schema_admits_what_is_sent(case: tuple[Any, Any]) -> None:
    hint, value = case
    out, _ = ports_for(hint).dump_output(value)
    for mode in ("validation", "serialization"):
        schema = schema_of(hint, mode)
        Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema_of(hint)).validate(out)


@FEW
@given(UNIONS)
def test_of_a_union_a_value_comes_back_as_it_was_or_is_refused_where_it_is_sent(
    case: tuple[Any, Any],
) -> None:
    hint, value = case
    try:
        back = through_json(ports_for(hint), value)
    except OutputError as error:
        assert "come back as" in str(error) or "read back" in str(error)
        return
    assert back == value
    # A tuple may come back as a list where the union has both.
    assert str(all_types(back)).replace("tuple", "list") == str(all_types(value)).replace(
        "tuple", "list"
    )


@dataclass(frozen=True)
class Longer(Leaf):
    more: int = 0


@dataclass
class LikeLeaf:
    when: dt.date
    color: Color = Color.RED
    data: bytes = b""


class Heavy(enum.Enum):
    PAIR = (1, 2)


DAY = dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("hint", "value", "words"),
    [
        (str | dt.date, DAY, "would come back as str '2024-02-29' (the first type that fits"),
        (int | Rank, Rank.HIGH, "would come back as int 2"),
        (set[int] | list[int], {1}, "would come back as list [1]"),
        (LikeLeaf | Leaf, Leaf(DAY), "would come back as LikeLeaf"),
        (Leaf, Longer(DAY), "would come back as Leaf"),
        (Heavy, Heavy.PAIR, "Heavy that can be read back from JSON"),
        (dict[tuple[int, int], int], {(1, 2): 3}, "dict[tuple[int, int], int]"),
        (Any, DAY, "plain JSON, or an annotation that says otherwise, but returned date"),
        (Any, {"a": {1, 2}}, "plain JSON, or an annotation that says otherwise"),
        (Any, Leaf(DAY), "plain JSON, or an annotation that says otherwise"),
        (str, Path("a"), "str that JSON can hold, but returned PosixPath"),
        (list[str], [Path("a")], "list[str] that JSON can hold"),
        (float, float("inf"), "a number JSON can hold, but returned inf"),
        (Decimal, Decimal("NaN"), "Decimal (Input should be a finite number)"),
        (str, "\ud800", "text that UTF-8 can hold"),
        (Any, task, "something JSON can hold, but returned function"),
        (Any, open, "something JSON can hold, but returned"),
        (Callable[[], int], len, "something JSON can hold"),
    ],
)
def test_what_would_not_come_back_is_refused_where_it_is_sent(
    hint: Any, value: Any, words: str
) -> None:
    ports = ports_for(hint)
    with pytest.raises(OutputError) as caught:
        ports.dump_output(value)
    assert words in str(caught.value)
    with pytest.raises(InputError, match=r"input .*value.*: expected "):
        ports.dump_inputs({"value": value})


@pytest.mark.parametrize("hint", [bytearray, range, memoryview, list[range]], ids=str)
def test_types_that_json_cannot_hold_are_refused_also_where_a_constant_is_given(hint: Any) -> None:
    with pytest.raises(WiringError, match="has no form in JSON"):
        ports_for(hint).dump_inputs({"value": 1})
    with pytest.raises(WiringError, match="has no form in JSON"):
        schema_of(hint)


def test_bytes_that_a_model_calls_text_are_refused_with_the_way_out() -> None:
    class Texts(BaseModel):
        data: bytes

    class Base64(BaseModel):
        model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
        data: bytes

    assert through_json(ports_for(Texts), Texts(data=b"a")) == Texts(data=b"a")
    with pytest.raises(OutputError, match="ser_json_bytes and val_json_bytes to 'base64'"):
        ports_for(Texts).dump_output(Texts(data=b"\xff"))
    assert through_json(ports_for(Base64), Base64(data=b"\xff")) == Base64(data=b"\xff")


@pytest.mark.parametrize(
    ("hint", "json_value", "words"),
    [
        (dt.date, "never", "input 'value': expected date (Input should be a valid date"),
        (Leaf, {"when": "2024-02-29", "color": "green"}, "input \"value['color']\": expected Leaf"),
        (Model, {"id": 3}, "input \"value['id']\": expected Model"),
        (list[Leaf], [{"when": 3.5}], "input \"value[0]['when']\""),
        (Annotated[int, Field(gt=3)], 3, "(Input should be greater than 3), got int 3"),
        (Rank, 7, "expected Rank (Input should be 1 or 2), got int 7"),
        (Model, {"id": "3"}, "got str '3'"),
        (set[int], ["3"], "input 'value[0]': expected set[int]"),
    ],
    ids=str,
)
def test_wrong_json_is_told_with_task_port_type_and_value(
    hint: Any, json_value: Any, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        ports_for(hint).load_inputs({"value": json_value})
    assert str(caught.value).startswith("task 'passing': input ")
    assert words in str(caught.value)


@task
def leafed(leaf: Leaf, where: Path = Path("here"), on: dt.date = DAY) -> Leaf:
    return leaf


LEAF = Leaf(DAY)


@workflow
def rich(leaf: Leaf = LEAF, where: Path = Path("a/b"), ids: set[int] | None = None) -> Leaf:
    return leafed(leafed(Leaf(DAY, Color.BLUE)), where, DAY)


def test_constants_and_defaults_are_in_the_graph_as_json() -> None:
    graph = rich.compile()
    assert graph.nodes[0].inputs == {
        "leaf": {"when": "2024-02-29", "color": "blue", "data": "_w=="}
    }
    assert graph.nodes[1].inputs == {"on": "2024-02-29"}
    assert graph.inputs["where"].default == "a/b"
    assert graph.inputs["leaf"].default == {"when": "2024-02-29", "color": "red", "data": "_w=="}


@workflow
def wrong_default(on: dt.date = "never") -> int:  # type: ignore[assignment] # pyright: ignore
    return 1


@workflow
def wrong_result(n: int) -> dt.date:
    return Path("never")  # type: ignore[return-value] # pyright: ignore


def test_a_default_or_a_constant_result_of_the_wrong_type_is_refused_at_registration() -> None:
    with pytest.raises(
        WiringError, match=r"'wrong_default': the default of input 'on' is str 'never'"
    ):
        wrong_default.compile()
    with pytest.raises(OutputError, match=r"'wrong_result': says it returns date"):
        wrong_result.compile()


@pytest.mark.parametrize(
    ("hint", "parts"),
    [
        (Box[Leaf], {"content": Leaf}),
        (Annotated[Leaf, "noted"], {"when": dt.date, "color": Color}),
        (NewType("Mine", Leaf), {"when": dt.date}),
    ],
    ids=str,
)
def test_parts_of_generic_annotated_and_new_types_can_be_wired(
    hint: Any, parts: Mapping[str, Any]
) -> None:
    ref: Any = Ref(Origin(object(), "x", node="x", hint=hint))
    for name, kind in parts.items():
        assert origin(getattr(ref, name)).hint == kind
