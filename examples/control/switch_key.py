"""One of several ways, by a key: each is drawn in a frame of its own.

A case may also give a plain value, and then nothing comes.

    foretell run examples/control/switch_key.py
    foretell run examples/control/switch_key.py -i text="please add tea"
"""

from __future__ import annotations

from foretell import task, workflow
from foretell.control import switch


@task
def kind_of(text: str) -> str:
    return "bug" if "broken" in text else "wish" if "please" in text else "spam"


@task
def reproduce(text: str) -> str:
    return f"reproduced: {text}"


@task
def fix(finding: str) -> str:
    return f"{finding}, fixed"


@task
def discuss(text: str) -> str:
    return f"to be discussed: {text}"


@workflow
def switch_key(text: str = "the cup is broken") -> str:
    kind = kind_of(text)
    return switch(
        kind,
        ("bug", lambda: fix(reproduce(text))),
        ("wish", lambda: discuss(text)),
        ("spam", lambda: "ignored"),
    )
