"""The hand-written sources of `corpus/`, in a folder from which nothing was ever imported.

`read` holds what is read whole, in every style that came to mind; `frozen` what is partly outside
of what is read; `traps` what does something if it is run.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from foretell.document import jsonform
from foretell.document.model import Graph

HOME = Path(__file__).parent / "corpus"
HELPERS = ("helpers_of_corpus.py", "__init__.py", "tasks.py")
"""Sources that others import, and that define nothing to be read by itself."""


def sources(room: str) -> list[str]:
    """The names of the sources of a room of the corpus."""
    found = sorted((HOME / room).rglob("*.py"))
    return [p.relative_to(HOME / room).as_posix() for p in found if p.name not in HELPERS]


def copied(room: str, to: Path) -> Path:
    return Path(shutil.copytree(HOME / room, to / room))


def document(graph: Graph) -> dict[str, Any]:
    """The whole document of a graph."""
    found: dict[str, Any] = json.loads(jsonform.dumps(graph))
    return found


def without_places(graph: Graph) -> dict[str, Any]:
    """What does not change with the lines in which something stands."""
    found = document(graph)
    for task in found.get("tasks", {}).values():
        task.pop("where", None)
        task.pop("digest", None)
    for said in (*found.get("promises", ()), *found.get("limits", ())):
        said.pop("where", None)
    return found
