from foretell import task, workflow
from helpers_of_corpus import measure as their_measure, Shape

@task
def measure(n: int) -> int: return n

@workflow
def same_names(n: int) -> int:
    a = measure(n)
    b = their_measure(a, Shape.FLAT)
    return measure(b)
