"""Promise: only specific edges can be created.

Chapters are written side by side. `edit` may let the summary wait for a chapter, and nothing else:
one chapter must never wait for another.

    foretell run examples/promises/only_edges.py
    foretell run examples/promises/only_edges.py -i first=chapter_1 -i then=chapter_2      breaks it
"""

from __future__ import annotations

from foretell import Anything, OnlyEdges, promise, task, workflow


@task(grows=Anything)
def edit(grow: Anything, first: str, then: str) -> str:
    grow.connect(grow.existing(first), grow.existing(then))
    return "edited"


@task
def write(title: str) -> str:
    return f"all about {title}"


@task
def summarise(title: str) -> str:
    return f"{title}, in short"


@workflow
def only_edges(first: str = "chapter_2", then: str = "summary") -> str:
    editor = edit(first, then)
    chapter_1 = write.after(editor)("bees")
    chapter_2 = write.after(editor)("wasps")
    summary = summarise.after(editor)("insects")
    promise(OnlyEdges((chapter_1, summary), (chapter_2, summary)))
    return summary
