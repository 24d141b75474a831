# both
from foretell import task, workflow

@task
def say(word: str) -> str:
    """Says
    it.
    """
    return word

@workflow
def bom_crlf() -> str:
    text = say("""several
lines""")
    return say(text)
