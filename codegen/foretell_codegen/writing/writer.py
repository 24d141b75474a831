"""`write(graph)`: the source of a workflow, given out only after it was read again.

It is read, which runs none of it, and must be the same graph; and the gate (`foretell_codegen.gate`)
goes through what was parsed, and lets nothing pass but what a flow consists of.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from foretell.document.model import Graph
from foretell.errors import ForetellError
from foretell_codegen.errors import WriteError
from foretell_codegen.essence import difference
from foretell_codegen.gate import check_tree, no_collection
from foretell_codegen.reading import Reading, read
from foretell_codegen.writing.flows import written
from foretell_codegen.writing.seen import Beside, seen_beside


def write(graph: Graph, *, path: str | Path = "flow.py") -> str:
    """The source of a module whose workflow has this graph, formatted, and typed as far as the graph is.

    `path` is where it is going to lie. Tasks whose source is seen beside it are imported, the others
    declared: what they take and give is said, what they do is not. Raises `WriteError` for what Python
    cannot say.
    """
    with no_collection(), seen_beside(graph.tasks, path) as beside:
        nothing = Beside()
        seen = [(beside, True), (beside, False)] if beside.tasks else []
        for imported, words in (*seen, (nothing, True)):
            with suppress(WriteError):
                return _checked(graph, imported, path, words)
        return _checked(graph, nothing, path, words=False)


def _checked(graph: Graph, beside: Beside, path: str | Path, words: bool) -> str:
    source, name = written(graph, beside, words=words)
    reading = _read(source, name, path)
    tree = reading.provenance.tree
    assert tree is not None  # of a source that was read just now
    check_tree(tree, beside.imports, beside.fields)
    if why := difference(graph, reading.graph):
        raise WriteError(
            "the workflow", f"what can be said of it in Python is not all of it:\n{why}"
        )
    return source


def _read(source: str, name: str, path: str | Path) -> Reading:
    try:
        return read(source, path=path, workflow=name)
    except ForetellError as error:
        raise WriteError("the workflow", f"it would not be registered: {error}") from None
