from typing import Annotated, Final, Literal, NewType, TypeAlias
from foretell import task, workflow

Mode: TypeAlias = Literal["fast", "slow"]
UserId = NewType("UserId", int)
Score = Annotated[float, "0..1"]
MODE: Final[Mode] = "fast"
Rows = list[dict[str, Score]]

@task
def go(mode: Mode, user: UserId, score: Score = 0.5, rows: Rows = []) -> Rows: return rows

@workflow
def literal_choices(mode: Mode = MODE) -> Rows:
    rows = go(mode, UserId(3))
    return go("slow", UserId(4), rows=rows)
