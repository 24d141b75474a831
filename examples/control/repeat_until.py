"""Again and again until it is good enough, at most five times.

A round is drawn once, with a flag that points back; how many rounds there may be is promised.

    foretell run examples/control/repeat_until.py
    foretell run examples/control/repeat_until.py -i text="a rather long draft"
"""

from __future__ import annotations

from foretell import task, workflow
from foretell.control import below, repeat


@task
def shorten(text: str) -> str:
    return text.rpartition(" ")[0] or text[: len(text) // 2]


@task
def length(text: str) -> int:
    return len(text)


@task
def publish(text: str) -> str:
    return f"published: {text}"


@workflow
def repeat_until(text: str = "tea is good for you") -> str:
    short = repeat(shorten, text, until=lambda draft: below(length(draft), 12), at_most=5)
    return publish(short)
