from foretell import task, workflow

@task
def f(n: int) -> int: return n

@workflow
def no_newline_at_end(n: int) -> int: return f(f(n))