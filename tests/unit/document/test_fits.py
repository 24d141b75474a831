"""Whether values of one schema fit another: what is said never to fit never does, and what is said
always to fit always does, for Python's types and for schemas of anybody."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, field_serializer

from foretell.author.ports import Ports
from foretell.author.schemas import schema_of
from foretell.document.fits import Fit, Place, at, fit, taken_at
from foretell.errors import InputError, OutputError
from tests.unit.author.rich import HASHABLE, OTHERS, TYPED, Branch, Color, Leaf, Model, Sealed


def fits(source: Any, target: Any) -> Fit:
    """Of Python's types."""
    return fit(
        Place.of(schema_of(source, "serialization")), Place.of(schema_of(target, "validation"))
    )


class Pair(NamedTuple):
    low: int
    high: str


class Named(TypedDict):
    name: str


@dataclass
class Sized:
    size: int
    name: str = ""


@dataclass
class Other:
    weight: float


class Tree(BaseModel):
    value: int
    children: list[Tree] = []


class Bush(BaseModel):
    value: float
    children: list[Bush] = []


class Words(BaseModel):
    words: Annotated[list[str], BeforeValidator(str.split)]


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    size: int = Field(alias="the size")


class Aliases(BaseModel):
    size: int = Field(validation_alias=AliasChoices("a", "b"))


class Spoken(BaseModel):
    size: int

    @field_serializer("size")
    def say(self, size: int):  # type: ignore[no-untyped-def]
        return f"{size} pieces"


TABLE: list[tuple[Any, Any, Fit]] = [
    (int, int, "compatible"), (int, float, "compatible"), (float, int, "checked"),
    (int, str, "incompatible"), (bool, int, "incompatible"), (str, None, "incompatible"),
    (int, Any, "compatible"), (Any, int, "checked"), (int | None, int, "checked"),
    (int, int | None, "compatible"), (int | str, float, "checked"),
    (int | str, list[int], "incompatible"), (None, int | str, "incompatible"),
    (list[int], list[float], "compatible"), (list[int], list[str], "checked"),
    (list[int], int, "incompatible"), (list[int], Sequence[int], "compatible"),
    (list[int], set[int], "checked"), (set[int], list[int], "compatible"),
    (tuple[int, str], list[int], "incompatible"), (tuple[int, int], list[int], "compatible"),
    (tuple[int, str], tuple[int, str, str], "incompatible"), (list[int], tuple[int, int], "checked"),
    (tuple[int, str], tuple[str, int], "incompatible"), (Pair, tuple[int, str], "compatible"),
    (tuple[int, str], Pair, "compatible"), (Pair, dict[str, int], "incompatible"),
    (dict[str, int], dict[str, float], "compatible"), (dict[str, int], dict[str, str], "checked"),
    (dict[str, int], Sized, "checked"), (Sized, dict[str, int], "checked"),
    (Sized, Named, "incompatible"), (Named, Sized, "incompatible"), (Sized, Other, "incompatible"),
    (Sized, Sized, "compatible"), (Sized, Sized | None, "compatible"),
    (Sized | None, Other | None, "checked"), (Tree, Tree, "compatible"), (Tree, Bush, "compatible"),
    (Bush, Tree, "checked"), (Tree, list[Tree], "incompatible"), (list[Tree], list[Bush], "compatible"),
    (Literal["a"], Literal["a", "b"], "compatible"), (Literal["a", "b"], Literal["b"], "checked"),
    (Literal["a"], Literal["b"], "incompatible"), (Literal["a"], str, "compatible"),
    (Literal[1], Literal[True], "incompatible"), (str, Literal["a"], "checked"),
    (int, Literal["a"], "incompatible"), (Color, Literal["red", "blue"], "compatible"),
    (Color, int, "incompatible"), (str, Color, "checked"), (dt.date, str, "compatible"),
    (str, dt.date, "checked"), (dt.date, int, "incompatible"), (Path, str, "compatible"),
    (str, Path, "compatible"), (bytes, list[int], "incompatible"), (Leaf, Leaf, "compatible"),
    (Leaf, Model, "incompatible"), (Branch, Branch, "compatible"), (Sealed, Sealed, "compatible"),
    (Annotated[int, Field(gt=3)], int, "compatible"), (int, Annotated[int, Field(gt=3)], "checked"),
    (Annotated[int, Field(gt=3)], Annotated[int, Field(gt=2)], "compatible"),
    (Annotated[int, Field(gt=3)], Annotated[int, Field(le=3)], "incompatible"),
    (Annotated[int, Field(ge=3)], Annotated[int, Field(le=3)], "checked"),
    (Annotated[str, Field(max_length=3)], Annotated[str, Field(min_length=4)], "incompatible"),
    (Annotated[list[int], Field(min_length=1)], list[str], "incompatible"),
    # Whose readers or writers convert, of those nothing can be told.
    (dict[str, str], Words, "checked"), (dict[str, int], ByName, "checked"),
    (int, Words, "checked"), (Aliases, Aliases, "checked"), (Spoken, int, "checked"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "answer"), TABLE)
def test_whether_one_type_fits_another(source: Any, target: Any, answer: Fit) -> None:
    assert fits(source, target) == answer


def ports_for(hint: Any) -> Ports:
    def passing(value: Any) -> Any:
        return value

    passing.__annotations__ = {"value": hint, "return": hint}
    return Ports.of(passing)


TYPES = st.sampled_from([hint for hint, _ in (*HASHABLE, *OTHERS)]) | TYPED.map(
    lambda pair: pair[0]
)
WIRED = TYPED.flatmap(lambda pair: st.tuples(st.just(pair[0]), TYPES | st.just(pair[0]), pair[1]))


@settings(max_examples=min(60, settings().max_examples))
@given(WIRED)
def test_of_types_a_right_wire_is_never_refused_and_a_sure_one_is_never_wrong(
    wired: tuple[Any, Any, Any],
) -> None:
    source, target, value = wired
    answer = fits(source, target)
    try:
        sent, _ = ports_for(source).dump_output(value)
    except OutputError:
        return
    try:
        ports_for(target).load_inputs({"value": json.loads(json.dumps(sent))})
        is_right = True
    except InputError:
        is_right = False
    assert answer != ("incompatible" if is_right else "compatible")


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 2.0, "a", "b", "abc"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
FLAT = (
    st.sampled_from([True, False, {}, {"title": "X"}, {"type": ["string", "null"]}])
    | st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"]).map(
        lambda kind: {"type": kind}
    )
    | st.lists(VALUES, min_size=1, max_size=2).map(lambda values: {"enum": values})
    | VALUES.map(lambda value: {"const": value})
    | st.fixed_dictionaries({}, optional={
        "minimum": st.integers(-2, 2), "exclusiveMaximum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2), "exclusiveMinimum": st.integers(-2, 2),
        "minLength": st.integers(0, 3), "maxLength": st.integers(0, 3),
        "minItems": st.integers(0, 2), "maxItems": st.integers(0, 2), "multipleOf": st.just(2),
        "type": st.sampled_from(["integer", "string", "array", "number"]),
    })
)  # fmt: skip


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=2)
    return (
        some.map(lambda ways: {"anyOf": ways})
        | some.map(lambda ways: {"oneOf": ways})
        | some.map(lambda parts: {"allOf": parts})
        | inner.map(lambda schema: {"not": schema})
        | st.fixed_dictionaries({"type": st.just("array")}, optional={
            "items": inner, "prefixItems": some, "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2), "uniqueItems": st.booleans(),
        })
        | st.fixed_dictionaries({}, optional={
            "type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, unique=True, max_size=2), "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.just("^[ab]"), inner, max_size=1),
        })
        | st.just({"type": "array", "items": {"$ref": "#"}})
        | st.just({"anyOf": [{"type": "integer"}, {"$ref": "#"}]})
    )  # fmt: skip


SCHEMAS = st.recursive(FLAT, nested, max_leaves=5)
RELATED = SCHEMAS.flatmap(
    lambda schema: st.tuples(
        st.just(schema),
        st.just(schema) | st.just({"anyOf": [schema, {"type": "null"}]}) | SCHEMAS,
        VALUES,
    )
)


def is_valid(schema: Any, value: Any) -> bool:
    try:
        return Draft202012Validator(schema).is_valid(value)
    except RecursionError:
        return False


@given(RELATED)
def test_of_schemas_of_anybody_no_value_contradicts_what_is_said(
    case: tuple[Any, Any, Any],
) -> None:
    source, target, value = case
    answer = fit(Place.of(source), Place.of(target))
    if is_valid(source, value):
        assert answer != ("incompatible" if is_valid(target, value) else "compatible")


@given(SCHEMAS, VALUES, st.sampled_from(["/a", "/0", "/1", "/a/b", "/0/a"]))
def test_what_lies_at_a_place_is_of_the_schema_at_that_place(
    schema: Any, value: Any, pointer: str
) -> None:
    part = value
    for token in pointer[1:].split("/"):
        try:
            part = part[int(token) if isinstance(part, list) else token]
        except (TypeError, KeyError, IndexError, ValueError):
            return
    if is_valid(schema, value):
        found = at(Place.of(schema), pointer)
        if "$ref" not in json.dumps(found.schema):
            assert is_valid(found.schema, part)


def test_endless_schemas_are_left_to_the_run() -> None:
    deep: Any = {"type": "integer"}
    for _ in range(200):
        deep = {"type": "array", "items": deep}
    loop = {"$ref": "#"}
    wide: Any = {"type": "string"}
    for _ in range(12):
        wide = {"type": "object", "properties": {n: {"anyOf": [wide, wide]} for n in "abcd"}}
    for schema in (deep, loop, wide):
        assert fit(Place.of(schema), Place.of(schema)) in ("checked", "compatible")
        assert fit(Place.of({"type": "object"}), Place.of(schema)) != "compatible"


def test_what_is_put_into_a_value_that_may_be_anything_may_be_anything() -> None:
    inputs = {"properties": {"any": {}, "n": {"type": "integer"}}, "type": "object"}
    assert taken_at(Place.of(inputs), "/any/deep/0").schema is True
    assert taken_at(Place.of(inputs), "/n").schema == {"type": "integer"}
    assert taken_at(Place.of(inputs), "/n/deep").schema is not True
