from foretell import task, workflow

@task
def say(word: str) -> str:
    return word

@workflow
def bom() -> str:
    héllo = say("grüß dich")
    return say(héllo)
