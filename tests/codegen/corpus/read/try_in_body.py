from foretell import task, workflow

TABLE = {"a": 1}

@task
def step(n: int) -> int: return n

@workflow
def try_in_body(n: int) -> int:
    try:
        k = TABLE["b"]
    except KeyError as error:
        k = len(error.args) if False else 7
    finally:
        made = step(k)
    assert k == 7, "seven"
    del k
    return step(made)
