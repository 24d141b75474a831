from foretell import task, workflow

try:
    import fractions_of_others as other
    HAVE = True
except ImportError:
    HAVE = False

@task
def step(n: int) -> int: return n

@workflow
def tried_import(n: int) -> int:
    a = step(n)
    if HAVE:
        a = step(a)
    return step(a)
