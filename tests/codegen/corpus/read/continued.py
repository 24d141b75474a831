from foretell import \
    task, \
    workflow

@task
def join(left: str, right: str, between: str = "") -> str:
    return left + between + right

@workflow
def continued(
    a: str, b: str,
) -> str:
    first = \
        join(a,
             b,
             # in between
             between=
             ", "
             )
    second = join(
        left=first, right=
        "x" "y"
        'z',
    ) ; \
    third = join(second, b)
    return (
        third
    )
