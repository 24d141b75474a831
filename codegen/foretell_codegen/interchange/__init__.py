"""Graphs of other systems, both ways: WfCommons, Workglow, the Python Workflow Definition.

`import_graph(text)` reads a foreign document, `export_graph(graph, format)` writes one. Both tell in
notes what could not be carried over. Nothing that a document names is imported or run.
"""

from foretell_codegen.interchange.formats import (
    FORMATS,
    Exported,
    Format,
    Imported,
    detected,
    export_graph,
    import_graph,
)
from foretell_codegen.interchange.notes import Note, summary

__all__ = [
    "FORMATS",
    "Exported",
    "Format",
    "Imported",
    "Note",
    "detected",
    "export_graph",
    "import_graph",
    "summary",
]
