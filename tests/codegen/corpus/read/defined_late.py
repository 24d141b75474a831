from foretell import workflow

@workflow
def defined_late(n: int) -> int:
    return later(n)

from foretell import task  # noqa: E402

@task
def later(n: int) -> int: return n
