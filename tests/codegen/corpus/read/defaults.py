from foretell import task, workflow

DEFAULT = {"a": [1, 2]}

@task
def step(a: dict[str, list[int]] = DEFAULT, *, b: float = float("1.5"), c: str | None = None, d: bool = not True) -> int: return 0

@workflow
def defaults(x: int = 2 ** 3, y: list[str] = ["p"] * 2, *, z: str = "a" "b") -> int:
    return step(c=z)
