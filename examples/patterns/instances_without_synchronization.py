"""12, Multiple instances without synchronization: nothing waits for them."""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def mail(reader: str) -> str:
    return f"to {reader}"


class Mails(Grow):
    mail = many(mail)


@task(grows=Mails)
def announce(grow: Mails, readers: list[str]) -> None:
    grow.mail.map(each(readers))


@task
def go_on(topic: str) -> str:
    return f"more on {topic}"


@workflow
def instances_without_synchronization(topic: str = "tea") -> str:
    announce(["Ada", "Grace", topic])
    return go_on(topic)
