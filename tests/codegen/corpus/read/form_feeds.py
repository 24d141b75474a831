"""Pages, as in old modules."""
from foretell import task, workflow

@task
def step(n: int) -> int:
    return n


@workflow
def form_feeds(n: int) -> int:
    one = step(n)

    two = step(one)
    return two
