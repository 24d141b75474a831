"""`write(graph)`: the source of a workflow, given out only after it was read again.

The gate (`foretell_codegen.gate`) looks at the text alone; then the text is read, which runs none of
it, and must be the same graph.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from foretell.document.model import Graph
from foretell.errors import ForetellError
from foretell_codegen.errors import WriteError
from foretell_codegen.essence import difference
from foretell_codegen.gate import check_source, no_collection
from foretell_codegen.reading import read
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
        for imported, words in ((beside, True), (beside, False), (nothing, True)):
            with suppress(WriteError):
                return _checked(graph, imported, path, words)
        return _checked(graph, nothing, path, words=False)


def _checked(graph: Graph, beside: Beside, path: str | Path, words: bool) -> str:
    source, name = written(graph, beside, words=words)
    check_source(source, beside.imports, beside.fields)
    _check_same(graph, source, name, path)
    return source


def _check_same(graph: Graph, source: str, name: str, path: str | Path) -> None:
    try:
        again = read(source, path=path, workflow=name).graph
    except ForetellError as error:
        raise WriteError("the workflow", f"it would not be registered: {error}") from None
    if why := difference(graph, again):
        raise WriteError(
            "the workflow", f"what can be said of it in Python is not all of it:\n{why}"
        )
