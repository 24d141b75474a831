from foretell import task, workflow
@task
def f(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: int, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: int = 11111111111111111111111111111) -> int: return 1
@workflow
def long_lines(n: int) -> int: return f(f(f(f(f(f(f(f(n, 1), 2), bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb=3), 4), 5), 6), 7), aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa and 8 or 9) if False else f(n)
