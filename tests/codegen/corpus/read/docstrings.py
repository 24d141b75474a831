'''Module docstring in odd quotes.'''
from foretell import task, workflow

@task
def step(n: int) -> int:
    r"""Raw \d docstring."""
    return n

@workflow
def docstrings(n: int) -> int:
    "One line."
    """Another string that is no docstring."""
    ...
    a = step(n)
    "and one"
    return a
