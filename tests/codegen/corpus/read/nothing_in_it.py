from foretell import workflow

@workflow
def nothing_in_it() -> None:
    """Nothing."""
