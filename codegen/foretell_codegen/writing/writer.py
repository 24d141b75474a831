"""`write(graph)`: the source of a workflow, given out only after it was read again.

The gate (`foretell_codegen.gate`) looks at the text alone; then the text is read, which runs none of
it, and must be the same graph.
"""

from __future__ import annotations

from pathlib import Path

from foretell.document.model import Graph
from foretell.errors import ForetellError
from foretell_codegen.errors import WriteError
from foretell_codegen.essence import difference
from foretell_codegen.gate import check_source, no_collection
from foretell_codegen.reading import read
from foretell_codegen.writing.flows import written


def write(graph: Graph, *, path: str | Path = "flow.py") -> str:
    """The source of a module whose workflow has this graph, formatted, and typed as far as the graph is.

    `path` is where it is going to lie. Tasks are declared: what they take and give is said here, what
    they do is not. Raises `WriteError` for what Python cannot say.
    """
    with no_collection():
        source, name = written(graph)
        check_source(source)
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
