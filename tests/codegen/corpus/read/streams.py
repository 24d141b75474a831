from foretell import Port, Stream, emit, task, workflow

tokens = Port("tokens", str, gather="text")
steps = Port("steps", dict[str, int])

@task(ports=[tokens, steps])
def write(topic: str) -> str:
    emit(tokens, "x")
    return topic

@task
def show(parts: Stream[str]) -> int: return 0

@task
def whole(text: str, steps: list[dict[str, int]]) -> int: return 0

@workflow
def streams(topic: str) -> int:
    draft = write.node(topic)
    n = show(tokens.stream(draft))
    return whole(tokens.final(draft), steps=steps.final(draft))
