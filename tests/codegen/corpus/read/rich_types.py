import datetime
import decimal
import uuid
from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum
from fractions import Fraction
from pathlib import Path
from foretell import task, workflow

class Color(Enum):
    RED = "red"
    BLUE = "blue"

class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"

@task
def take(
    when: datetime.datetime,
    day: datetime.date,
    how_long: datetime.timedelta,
    where: Path,
    money: decimal.Decimal,
    color: Color,
    size: Size,
    key: uuid.UUID,
    many: Sequence[Mapping[str, int]] = (),
    some: set[int] = {1},
) -> int:
    return 0

@workflow
def rich_types(where: Path = Path("data") / "in.csv") -> int:
    return take(
        datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc),
        datetime.date.fromisoformat("2026-05-01"),
        datetime.timedelta(hours=1) * 2,
        where,
        decimal.Decimal("1.50"),
        Color.RED,
        Size.LARGE,
        uuid.UUID(int=5),
        many=[{"a": 1}],
        some={3, 1, 2},
    )
