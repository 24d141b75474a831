from datetime import datetime, timedelta, timezone
from typing import Literal
from foretell import ask, signal, sleep_until, task, workflow, secret, Secret

@task
def make(key: Secret) -> str: return ""

@task
def ship(what: str, sure: bool, how: Literal["air", "sea"]) -> str: return what

@workflow
def asked() -> str:
    thing = make(secret("API_KEY"))
    sure = ask(bool, "Ship it?", about=thing)
    how = ask(Literal["air", "sea"], "How?", within=timedelta(hours=2), default="sea")
    paid = signal("paid", bool)
    waited = sleep_until(datetime(2030, 1, 1, tzinfo=timezone.utc))
    return ship.after(paid, waited)(thing, sure, how)
