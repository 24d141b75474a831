from foretell import task, workflow

@task
def log(text: str) -> None: ...

@task
def make(n: int) -> int:
    return n

@workflow
def ordering(n: int) -> int:
    begun = log.node("begin")
    one = make.after(begun)(n)
    log.after(one)("made")
    two = make.node(2)
    log.after(begun, two, [one])("all")
    log.after(two, on="fail")("failed")
    log.options(id="always").after(two, on="any")("ended")
    return make(two.out)
