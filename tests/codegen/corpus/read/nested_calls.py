from foretell import task, workflow

@task
def add(a: int, b: int) -> int: return a + b

@task
def double(n: int) -> int: return 2 * n

@workflow
def nested_calls(n: int) -> int:
    return add(double(double(n)), add(a=double(1), b=add(n, double(n))))
