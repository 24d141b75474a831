from foretell import Failure, failure_of, failures_of, or_else, task, workflow
from foretell.control import below, fallback, given, reduce, repeat, switch, when

@task
def score(text: str) -> float: return 0.5

@task
def better(text: str) -> str: return text

@task
def kind(text: str) -> str: return "bug"

@task
def maybe(text: str) -> str | None: return None

@task
def good(text: str) -> bool: return True

@task
def words(text: str) -> list[str]: return []

@task
def join(a: str, b: str) -> str: return a + b

@task
def say(why: Failure) -> str: return ""

@task
def last(*, a: str | None = None, b: str = "") -> str: return b

def polish(text: str) -> str:
    once = better(text)
    return better(once)

@workflow
def twice(text: str) -> str:
    return better(better(text))

@workflow
def controlled(text: str) -> str:
    points = score(text)
    low = below(points, 0.8)
    new = when(low, lambda: better(text), lambda: text)
    when(low, lambda: better(text))
    what = switch(kind(new), ("bug", lambda: better(new)), ("spam", lambda: polish(new)), ("x y", lambda: twice(new)))
    found = given(maybe(what), lambda known: better(known), lambda: polish(what))
    done = repeat(polish, found, until=good, at_most=4)
    joined = reduce(join, words(done), "")

    def risky() -> str:
        attempt = better(joined)
        return attempt

    safe = fallback(risky, lambda: text)
    told = say(failure_of(safe))
    or_ = or_else(told, "nothing")
    return last(a=or_, b=safe)
