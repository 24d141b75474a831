"""A horizon as Mermaid text, for pages that draw it by themselves.

The same notation as in DOT, as far as Mermaid can: a stack is a box with double sides, a
may-edge ends in a dot, recursion is a flag. Unlike DOT it cannot be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Unpack

from foretell.horizon.model import Group, Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing.folding import Folding, Picture, picture_of
from foretell_runtime.drawing.quoting import mermaid_label, mermaid_title, shown
from foretell_runtime.drawing.words import (
    LOOKS,
    NOTHING,
    belongs,
    by_outer,
    class_label,
    group_label,
    node_label,
    outermost,
    stack_label,
    title,
)

MOST_BOXES = 150
MOST_EDGES = 400
"""Pages that draw Mermaid refuse more than 500 edges or 50,000 characters."""

_STYLES = {
    "waiting": "fill:#fff,stroke:#000,color:#000",
    "running": "fill:#56B4E9,stroke:#000,color:#000,stroke-width:3px",
    "asking": "fill:#F0E442,stroke:#000,color:#000",
    "done": "fill:#D9D9D9,stroke:#000,color:#000",
    "failed": "fill:#D55E00,stroke:#000,color:#000,stroke-width:4px",
    "cancelled": "fill:#fff,stroke:#000,color:#000",
    "gone": "fill:#fff,stroke:#777,color:#777,stroke-dasharray:2 3",
    "will": "fill:#fff,stroke:#000,color:#000,stroke-width:3px,stroke-dasharray:6 4",
    "may": "fill:#fff,stroke:#000,color:#000,stroke-dasharray:6 4",
    "anything": "fill:#eee,stroke:#000,color:#000,stroke-dasharray:6 4",
    "group": "fill:none,stroke:#000,color:#000,stroke-dasharray:2 3",
    "branch": "fill:none,stroke:#777,color:#000,stroke-dasharray:6 4",
}
_NO_SLUG = re.compile(r"[^A-Za-z0-9]+")


def mermaid(horizon: Horizon, **folding: Unpack[Folding]) -> str:
    """Mermaid text of `horizon`."""
    return picture_mermaid(
        picture_of(horizon, most_boxes=MOST_BOXES, most_edges=MOST_EDGES, **folding)
    )


def picture_mermaid(picture: Picture) -> str:
    """Mermaid text of a picture, one statement a line, in the picture's order."""
    return "\n".join(_Flowchart(picture).lines()) + "\n"


@dataclass(slots=True)
class _Flowchart:
    picture: Picture
    used: set[str] = field(default_factory=set)
    """The looks that are drawn: only they are defined."""
    placed: set[str] = field(default_factory=set)
    known: dict[str, SeenNode | NodeClass] = field(init=False)
    inner: dict[str, list[Group]] = field(init=False)

    def __post_init__(self) -> None:
        drawn = self.picture.horizon
        self.known = {node.id: node for node in drawn.nodes}
        self.inner = by_outer(drawn.groups)
        self.known.update((cls.id, cls) for cls in drawn.classes)

    def lines(self) -> Iterator[str]:
        drawn = self.picture.horizon
        grouped = {id_ for group in drawn.groups for branch in group.branches for id_ in branch}
        body = [
            *(self._node(node) for node in drawn.nodes),
            *(self._class(cls) for cls in drawn.classes if cls.id not in grouped),
            *self._groups(drawn),
            *self._edges(drawn),
        ]
        heading = shown(title(drawn, self.picture.hidden), 120).replace("\n", " · ")
        yield from ("---", f"title: {mermaid_title(heading)}", "---", "flowchart LR")
        yield from body
        yield from (
            f"  classDef {look} {style}" for look, style in _STYLES.items() if look in self.used
        )

    def _node(self, node: SeenNode) -> str:
        counts = self.picture.stacks.get(node.id)
        look = "gone" if LOOKS[node.status].faint else str(node.status)
        if counts is not None:
            return self._box(node.id, stack_label(node, counts), "[[", "]]", look)
        if LOOKS[node.status].rounded:
            return self._box(node.id, node_label(node), "(", ")", look)
        return self._box(node.id, node_label(node), "[", "]", look)

    def _class(self, cls: NodeClass) -> str:
        again = self.known.get(cls.again) if cls.again is not None else None
        label = class_label(cls, self.picture.copies.get(cls.id, 1), again)
        look = "gone" if cls.max == 0 else "will" if cls.min else "may"
        if cls.again is not None:
            return self._box(cls.id, label, ">", "]", look)
        if cls.task is None:
            return self._box(cls.id, label, "{{", "}}", "anything")
        many = cls.max != 1 or cls.id in self.picture.copies
        return self._box(cls.id, label, *(("[[", "]]") if many else ("[", "]")), look)

    def _box(self, id_: str, label: str, left: str, right: str, look: str) -> str:
        self.used.add(look)
        return f"  {_name(id_)}{left}{mermaid_label(label)}{right}:::{look}"

    def _groups(self, drawn: Horizon) -> Iterator[str]:
        for group in outermost(drawn.groups):
            yield from self._group(group, "  ", frozenset({group.id}))

    def _group(self, group: Group, indent: str, above: frozenset[str]) -> Iterator[str]:
        self.used |= {"group", "branch"}
        per = self.known.get(group.per) if group.per is not None else None
        label = group_label(per if isinstance(per, NodeClass) else None)
        inner = [g for g in self.inner.get(group.id, ()) if g.id not in above]
        name = _name(group.id, "group")
        yield f"{indent}subgraph {name}[{mermaid_label(label)}]"
        for number, branch in enumerate(group.branches):
            yield f'{indent}  subgraph {name}_{number}[" "]'
            for nested in inner:
                if belongs(nested, number, group):
                    yield from self._group(nested, indent + "    ", above | {nested.id})
            for id_ in branch:
                cls = self.known.get(id_)
                if isinstance(cls, NodeClass) and id_ not in self.placed:
                    self.placed.add(id_)
                    yield f"{indent}  {self._class(cls)}"
            if not branch:
                yield f"{indent}    {name}_{number}_nothing[{mermaid_label(NOTHING)}]:::branch"
            yield f"{indent}  end"
            yield f"{indent}  class {name}_{number} branch"
        yield f"{indent}end"
        yield f"{indent}class {name} group"

    def _edges(self, drawn: Horizon) -> Iterator[str]:
        thin: list[str] = []
        for index, edge in enumerate(drawn.edges):
            label = f"|{mermaid_label(_words(edge))}|" if _words(edge) else ""
            yield f"  {_name(edge.source)} {_arrow(edge)}{label} {_name(edge.target)}"
            if edge.thin:
                thin.append(str(index))
        if thin:
            yield f"  linkStyle {','.join(thin)} stroke:#999,stroke-width:1px"


def _words(edge: SeenEdge) -> str:
    return " ".join(filter(None, ("↻" if edge.kind == "loop" else "", shown(edge.label or ""))))


def _arrow(edge: SeenEdge) -> str:
    return {"exists": "-->", "will": "-.->", "may": "-.-o"}[edge.existence]


def _name(id_: str, kind: str = "n") -> str:
    """A name of letters, digits and `_` that says the id and is no word of Mermaid's."""
    slug = _NO_SLUG.sub("_", id_)[:40]
    if slug == id_:
        return f"{kind}_{slug}"
    return f"{kind}_{slug}_{sha256(id_.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
