"""Promise: no new nodes are created.

`draft` could grow anything (`grows=Anything`), but here a contract must be reviewed by the two
steps that were agreed on and by no other. So the picture before the run is already final.

    foretell run examples/promises/no_new_nodes.py
    foretell run examples/promises/no_new_nodes.py -i doubts=true      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, NoNewNodes, promise, task, workflow


@task
def second_opinion(text: str) -> str:
    return f"{text} (seen twice)"


@task(grows=Anything)
def draft(grow: Anything, client: str, doubts: bool) -> str:
    text = f"contract with {client}"
    return grow.create(second_opinion, text).out if doubts else text


@task
def sign(text: str) -> str:
    return f"{text}, signed"


@workflow
def no_new_nodes(client: str = "Ada", doubts: bool = False) -> str:
    promise(NoNewNodes())
    return sign(draft(client, doubts))
