"""Line ends as Windows writes them."""
from foretell import task, workflow


@task
def load(path: str) -> list[int]:
    # a comment
    return [1, 2]


@task
def add(numbers: list[int], more: int = 1) -> int:
    return sum(numbers) + more


@workflow
def crlf(path: str) -> int:
    numbers = load(path)  # what is there
    total = add(numbers, more=2)
    return total
