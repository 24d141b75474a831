"""The ports in which tasks emit, as documents and changes name them: whether that can be.

A fault is told in words; an empty text is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from foretell.document.fits import Place, fit
from foretell.document.model import PortSpec
from foretell.errors import nearest

_WANTED: Mapping[str, tuple[str, str]] = {
    "text": ("string", "only texts can be joined to one"),
    "merge": ("object", "only objects can be merged key by key"),
}


def gather_fault(port: PortSpec) -> str:
    """Why chunks of this schema can never be gathered so."""
    kind, why = _WANTED.get(port.gather, ("", ""))
    if kind and fit(Place.of(port.chunk), Place.of({"type": kind})) == "incompatible":
        return f"{port.gather!r}: {why}"
    return ""


def no_port(node: str, port: str, known: Iterable[str]) -> str:
    """That the task of `node` declares no such port."""
    known = tuple(known)
    ports = f"it has {', '.join(map(repr, known))}" if known else "it has none"
    return f"the task of {node!r:.80} has no port {port!r:.80}; {ports}{nearest(port[:80], known)}"
