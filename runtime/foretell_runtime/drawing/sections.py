"""Frames around nodes that exist: what was added as one use of a workflow lies in one frame.

The same for DOT and for Mermaid; neither is known here. A frame says nothing that the ids in it do
not say too, so nothing is lost where it is left out: around a single box, and around nodes whose
maker is drawn as one with others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from foretell.graph.model import growth_scope
from foretell.horizon.model import Horizon, SeenNode

DEEPEST = 8
"""So many frames within each other are drawn."""


@dataclass(slots=True)
class Section:
    """`label` is its scope, as seen from the frame around it."""

    scope: str
    label: str
    nodes: list[str] = field(default_factory=list)
    inner: list[Section] = field(default_factory=list)

    def all_nodes(self) -> Iterator[str]:
        yield from self.nodes
        for section in self.inner:
            yield from section.all_nodes()


def sections_of(horizon: Horizon) -> list[Section]:
    """The outermost frames."""
    makers = {node.id for node in horizon.nodes}
    found: dict[str, Section] = {}
    outermost: list[Section] = []
    for node in horizon.nodes:
        around: Section | None = None
        for scope in _scopes(node, makers):
            section = found.get(scope)
            if section is None:
                label = scope if around is None else scope[len(around.scope) + 1 :]
                section = found[scope] = Section(scope, label)
                (outermost if around is None else around.inner).append(section)
            around = section
        if around is not None:
            around.nodes.append(node.id)
    return _worthwhile(outermost)


def _scopes(node: SeenNode, makers: set[str]) -> list[str]:
    """The scopes of the sections in which a node was born, outermost first."""
    if node.maker is not None and node.maker not in makers:
        return []
    base = "" if node.maker is None else growth_scope(node.maker) + "."
    if not node.scope.startswith(base):
        return []
    names = node.scope[len(base) :].split(".") if node.scope else []
    return [base + ".".join(names[: n + 1]) for n in range(min(len(names), DEEPEST))]


def _worthwhile(sections: list[Section]) -> list[Section]:
    """`sections` without those around a single box, whose box is drawn one frame further out."""
    kept = [section for section in sections if len(list(section.all_nodes())) > 1]
    for section in kept:
        inner = _worthwhile(section.inner)
        lost = [one for one in section.inner if one not in inner]
        section.nodes += [node for one in lost for node in one.all_nodes()]
        section.inner = inner
    return kept


def homes(sections: list[Section]) -> dict[str, str]:
    """The scope of the innermost frame in which each node is drawn."""
    found: dict[str, str] = {}
    for section in sections:
        found.update(dict.fromkeys(section.nodes, section.scope))
        found.update(homes(section.inner))
    return found
