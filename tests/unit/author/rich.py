"""Types of rich values, and values of each, for tests of how they travel."""

# mypy: disable-error-code="valid-type"
# ruff: noqa: UP007, UP045

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping, Sequence
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

from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, computed_field


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
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
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
    (Literal[Color.RED, "x"], st.sampled_from([Color.RED, "x"])),
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
