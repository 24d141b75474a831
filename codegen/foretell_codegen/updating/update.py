"""`update`: an edited graph put back into the source that it was read from, by the least edits.

The edits are made in memory and the result is read again. Unless that is the graph that was asked for,
nothing comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from typing_extensions import Unpack

from foretell.document.checks import check
from foretell.document.model import Graph
from foretell.errors import UserError
from foretell.graph.model import NodeId
from foretell_codegen.editgate import check_edited
from foretell_codegen.provenance import Provenance, Span, hash_of
from foretell_codegen.reading import Reading, read
from foretell_codegen.reading.manifest import Manifest
from foretell_codegen.reading.reader import Static, without_pauses
from foretell_codegen.updating.align import renames
from foretell_codegen.updating.comparing import quick_difference
from foretell_codegen.updating.edits import TextEdit, applied
from foretell_codegen.updating.planning import planned
from foretell_codegen.updating.trouble import CannotUpdate, NotVerified, StaleBase


@dataclass(frozen=True, slots=True)
class Updated:
    """`edits` of `before` that give `after`, both as UTF-8, and the new ids of nodes that are called
    otherwise."""

    edits: list[TextEdit]
    before: bytes
    after: bytes
    renamed: Mapping[NodeId, NodeId]


def update(
    source: bytes | str, graph: Graph, base_hash: str | None = None, **options: Unpack[Options]
) -> list[TextEdit]:
    """The least edits of `source` after which it says `graph`, in the order of the source; none if it says
    so already. Offsets count bytes of UTF-8.

    `base_hash` (`provenance.base_hash`) tells the version of the source from which the graph was made;
    without it the graph's own `layout["base"]` does, if it is there. The options are those of
    `read`. Raises `StaleBase`, `CannotUpdate` or `NotVerified`, and what `read` raises.
    """
    return updated(source, graph, base_hash, **options).edits


class Options(TypedDict, total=False):
    """How a source is read."""

    path: str | Path
    manifest: Manifest | None
    static: Static


def updated(
    source: bytes | str, graph: Graph, base_hash: str | None = None, **options: Unpack[Options]
) -> Updated:
    """`update`, with what comes of it."""

    def again(text: bytes | str) -> Reading:
        return read(text, workflow=graph.name, **options)

    with without_pauses():
        check(graph)
        reading = again(source)
        where = reading.provenance
        refuse_stale(base_hash or base_of(graph), where)
        edits, imported = planned(reading.graph, where, graph)
        try:
            after = _verified(again, reading, edits, graph)
        except NotVerified:
            if not imported:
                raise
            edits, _ = planned(reading.graph, where, graph, declare=True)
            after = _verified(again, reading, edits, graph)
        renamed = renames(reading.graph, graph) if edits else {}
    return Updated(edits, where.source, after, renamed)


def _verified(
    again: Callable[[str], Reading], before: Reading, edits: list[TextEdit], graph: Graph
) -> bytes:
    """What the edits give, once it was read and found to be `graph`. Raises `NotVerified`."""
    source, found = before.provenance.source, before
    text = source
    if edits:
        _refuse_touching(before.provenance, edits)
        text = applied(source, edits)
        try:
            found = again(text.decode())  # whatever encoding it declares
        except UserError as error:
            raise NotVerified(str(error)) from error
        old, new = before.provenance.tree, found.provenance.tree
        assert old is not None and new is not None  # both were read just now
        check_edited(old, source, new, text)
    if fault := quick_difference(found.graph, graph):
        raise NotVerified(fault)
    return text


def base_of(graph: Graph) -> str | None:
    """The hash of the source from which a graph was made, as it says itself."""
    base = graph.layout.get("base")
    return base if isinstance(base, str) else None


def refuse_stale(base: str | None, where: Provenance) -> None:
    """Raises `StaleBase` if `base` is another version of the source."""
    if base is not None and base != hash_of(where.source):
        raise StaleBase(base, hash_of(where.source))


def _refuse_touching(where: Provenance, edits: list[TextEdit]) -> None:
    """What could not be read is never touched, nor is what lies outside of the workflow, where only
    imports are added."""
    for edit in edits:
        for part in where.frozen:
            if edit.start < part.span.end and part.span.start < edit.end:
                raise CannotUpdate(
                    f"line {part.line}",
                    f"the edit would touch what could not be read ({part.why})",
                    "Edit the source by hand",
                )
        if not _touches(where.workflow, edit) and edit.start != edit.end:
            raise AssertionError(f"an edit outside of the workflow: {edit}")


def _touches(span: Span, edit: TextEdit) -> bool:
    return span.start <= edit.start and edit.start <= span.end
