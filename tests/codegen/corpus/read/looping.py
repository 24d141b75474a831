from foretell import again, back, task, workflow

@task
def draft(topic: str, notes: str = "") -> str: return topic

@task
def review(text: str) -> str:
    if not text:
        again("more")
    return text

@workflow
def looping(topic: str) -> str:
    text = draft(topic, notes="none yet")
    verdict = review(text)
    back(verdict, to=text, into="notes", at_most=3)
    return verdict
