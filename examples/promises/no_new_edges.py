"""Promise: no new edges are created.

The two branches of a release may run in any order, and shall stay independent of each other:
`schedule`, which may do anything, must not make one wait for the other.

    foretell run examples/promises/no_new_edges.py
    foretell run examples/promises/no_new_edges.py -i hurry=false      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, NoNewEdges, promise, task, workflow


@task(grows=Anything)
def schedule(grow: Anything, hurry: bool) -> str:
    if not hurry:
        grow.connect(grow.existing("docs"), grow.existing("binaries"))
    return "v2"


@task
def publish_docs(version: str) -> str:
    return f"docs of {version}"


@task
def publish_binaries(version: str) -> str:
    return f"binaries of {version}"


@workflow
def no_new_edges(hurry: bool = True) -> tuple[str, str]:
    promise(NoNewEdges())
    version = schedule(hurry)
    docs = publish_docs(version)
    binaries = publish_binaries(version)
    return docs, binaries
