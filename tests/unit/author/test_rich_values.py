"""Values of rich types go through JSON exactly, or are refused by whoever sends them."""

# mypy: disable-error-code="valid-type"
# ruff: noqa: UP007, UP045

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    TypeAlias,
    TypeVar,
    Union,
)  # fmt: skip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, computed_field

from foretell import InputError, WiringError, task, workflow
from foretell.author.ports import Ports
from foretell.author.refs import Origin, Ref, origin
from foretell.author.schemas import schema_of
from foretell.errors import OutputError


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    YES = "yes"


class Bits(enum.Flag):
    A = 1
    B = 2


UserId = NewType("UserId", int)
Home = NewType("Home", Path)
T = TypeVar("T")


@dataclass(frozen=True)
class Leaf:
    when: dt.date
    color: Color = Color.RED
    data: bytes = b"\xff"


@dataclass
class Branch:
    leaves: list[Leaf]
    by_name: dict[str, Path] = field(default_factory=dict)
    twig: Optional[Branch] = None


class Spot(NamedTuple):
    at: dt.datetime
    size: Decimal = Decimal("1.10")


class Model(BaseModel):
    id: uuid.UUID
    spans: tuple[dt.timedelta, ...] = ()
    tags: frozenset[str] = frozenset()
    leaf: Leaf | None = None
    inner: Model | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def width(self) -> int:
        return len(self.spans)


class Sealed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    score: float = Field(alias="the score", ge=0)


@dataclass(frozen=True)
class Box(Generic[T]):
    content: T


FEW = settings(max_examples=min(30, settings().max_examples))
"""pydantic takes its time for every new type."""
Pairs: TypeAlias = tuple[Any, st.SearchStrategy[Any]]
"""A type, and values of it."""

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ZONES = st.none() | st.integers(-12 * 60, 14 * 60).map(
    lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
)
DATES = st.dates()
LEAVES = st.builds(Leaf, DATES, st.sampled_from(Color), st.binary(max_size=4))
PATHS = TEXT.filter(lambda text: "\0" not in text).map(Path)
SPOTS = st.builds(
    Spot, st.datetimes(timezones=ZONES), st.decimals(allow_nan=False, allow_infinity=False)
)
SPANS = st.timedeltas(dt.timedelta(days=-99999), dt.timedelta(days=99999))
MODELS = st.recursive(
    st.builds(Model, id=st.uuids(), spans=st.lists(SPANS, max_size=2).map(tuple),
              tags=st.frozensets(TEXT, max_size=2), leaf=st.none() | LEAVES),
    lambda inner: st.builds(Model, id=st.uuids(), inner=inner),
    max_leaves=3,
)  # fmt: skip
BRANCHES = st.recursive(
    st.builds(Branch, st.lists(LEAVES, max_size=2)),
    lambda inner: st.builds(
        Branch, st.lists(LEAVES, max_size=1), st.dictionaries(TEXT, PATHS, max_size=1), inner
    ),
    max_leaves=3,
)
HASHABLE: list[Pairs] = [
    (int, st.integers()), (float, FLOATS), (bool, st.booleans()), (str, TEXT),
    (None, st.none()), (dt.date, DATES), (dt.datetime, st.datetimes(timezones=ZONES)),
    (dt.time, st.times()), (dt.timedelta, SPANS), (Path, PATHS), (bytes, st.binary(max_size=5)),
    (uuid.UUID, st.uuids()), (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (Color, st.sampled_from(Color)), (Rank, st.sampled_from(Rank)), (Word, st.just(Word.YES)),
    (Bits, st.sampled_from([Bits.A, Bits.A | Bits.B])), (UserId, st.integers()),
    (Home, PATHS), (Leaf, LEAVES), (Spot, SPOTS), (Box[int], st.builds(Box, st.integers())),
    (Literal["a", 3, None], st.sampled_from(["a", 3, None])),
    (Literal[Color.RED, "x"], st.sampled_from([Color.RED, "x"])),
    (Annotated[int, Field(gt=3)], st.integers(4)),
    (Annotated[str, Field(max_length=3)], TEXT.map(lambda text: text[:3])),
    (Sealed, st.floats(0, 9).map(lambda score: Sealed.model_validate({"the score": score}))),
    (complex, st.complex_numbers(allow_nan=False, allow_infinity=False)),
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
OTHERS: list[Pairs] = [
    (Model, MODELS), (Branch, BRANCHES), (Any, JSON), (list[Any], st.lists(JSON, max_size=2)),
    (Box[Leaf], st.builds(Box, LEAVES)), (dict[dt.date, int], st.dictionaries(DATES, st.integers())),
    (dict[int, str], st.dictionaries(st.integers(), TEXT, max_size=2)),
    (dict[uuid.UUID, Leaf], st.dictionaries(st.uuids(), LEAVES, max_size=2)),
]  # fmt: skip


def containers(pair: Pairs) -> st.SearchStrategy[Pairs]:
    hint: Any = pair[0]
    values = pair[1]
    return st.sampled_from([
        (list[hint], st.lists(values, max_size=3)),
        (Sequence[hint], st.lists(values, max_size=3)),
        (tuple[hint, ...], st.lists(values, max_size=3).map(tuple)),
        (tuple[hint, int], st.tuples(values, st.integers())),
        (dict[str, hint], st.dictionaries(TEXT, values, max_size=2)),
        (Mapping[str, hint], st.dictionaries(TEXT, values, max_size=2)),
        (Union[hint, None], st.none() | values),
    ])  # fmt: skip


def sets(pair: Pairs) -> st.SearchStrategy[Pairs]:
    hint, values = pair
    return st.sampled_from([
        (set[hint], st.sets(values, max_size=3)),
        (frozenset[hint], st.frozensets(values, max_size=3)),
        (set[tuple[hint, int]], st.sets(st.tuples(values, st.integers()), max_size=2)),
    ])  # fmt: skip


PLAIN = st.sampled_from([*HASHABLE, *OTHERS])
TYPED = PLAIN | st.recursive(
    PLAIN | st.sampled_from(HASHABLE).flatmap(sets), lambda inner: inner.flatmap(containers),
    max_leaves=3,
)  # fmt: skip
CASES = TYPED.flatmap(lambda pair: st.tuples(st.just(pair[0]), pair[1]))
UNIONS = (
    st.lists(TYPED, min_size=2, max_size=3)
    .flatmap(lambda pairs: st.tuples(st.just(pairs), st.sampled_from(pairs)))
    .flatmap(
        lambda drawn: st.tuples(st.just(Union[tuple(hint for hint, _ in drawn[0])]), drawn[1][1])
    )
)


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


@workflow
def rich(leaf: Leaf = Leaf(DAY), where: Path = Path("a/b"), ids: set[int] | None = None) -> Leaf:
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
