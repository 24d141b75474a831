"""A horizon as Mermaid text, for pages that draw it by themselves.

The same notation as in DOT, as far as Mermaid can: a stack is a box with double sides, a
may-edge ends in a dot, recursion is a flag. Unlike DOT it cannot be read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Unpack

from foretell.horizon.model import Bundle, Group, Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing.folding import Folding, Picture, picture_of
from foretell_runtime.drawing.frames import Frame, Frames, name_of
from foretell_runtime.drawing.quoting import mermaid_label, mermaid_title, name_shown, shown
from foretell_runtime.drawing.sections import Section, homes, sections_of
from foretell_runtime.drawing.shortcuts import short_cuts
from foretell_runtime.drawing.words import (
    LOOKS,
    NOTHING,
    bundle_label,
    class_label,
    edge_words,
    group_label,
    node_label,
    own_colour,
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
    "together": "fill:none,stroke:#000,color:#000,stroke-dasharray:6 4,rx:8,ry:8",
    "section": "fill:none,stroke:#aaa,color:#000,rx:8,ry:8",
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
    frames: Frames = field(init=False)
    home: dict[str, str] = field(default_factory=dict)
    """The section in whose frame a node is drawn."""

    def __post_init__(self) -> None:
        drawn = self.picture.horizon
        self.known = {node.id: node for node in drawn.nodes}
        self.frames = Frames(drawn)
        self.known.update((cls.id, cls) for cls in drawn.classes)

    def lines(self) -> Iterator[str]:
        drawn = self.picture.horizon
        sections = sections_of(drawn)
        self.home = homes(sections)
        framed = {c for f in self.frames.outermost() for c in self.frames.classes(f, frozenset())}
        body = [
            *(self._node(node) for node in drawn.nodes),
            *(line for section in sections for line in self._section(section, "  ")),
            *self._own_colours(drawn),
            *(self._class(cls) for cls in drawn.classes if cls.id not in framed),
            *(
                line
                for frame in self.frames.outermost()
                for line in self._frame(frame, "  ", frozenset({name_of(frame)}))
            ),
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
        within = self.home.get(node.id, "")
        if counts is not None:
            return self._box(node.id, stack_label(node, counts), "[[", "]]", look)
        if LOOKS[node.status].rounded:
            return self._box(node.id, node_label(node, within), "(", ")", look)
        return self._box(node.id, node_label(node, within), "[", "]", look)

    def _section(self, section: Section, indent: str) -> Iterator[str]:
        self.used.add("section")
        name = _name(section.scope, "section")
        yield f"{indent}subgraph {name}[{mermaid_label(name_shown(section.label))}]"
        for inner in section.inner:
            yield from self._section(inner, indent + "  ")
        for node in section.nodes:
            yield f"{indent}  {_name(node)}"
        yield f"{indent}end"
        yield f"{indent}class {name} section"

    def _own_colours(self, drawn: Horizon) -> Iterator[str]:
        for node in drawn.nodes:
            if node.id not in self.picture.stacks and (colour := own_colour(node)):
                yield f"  style {_name(node.id)} stroke:{colour}"

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

    def _frame(self, frame: Frame, indent: str, above: frozenset[str]) -> Iterator[str]:
        if isinstance(frame, Bundle):
            yield from self._bundle(frame, indent, above)
        else:
            yield from self._group(frame, indent, above)

    def _group(self, group: Group, indent: str, above: frozenset[str]) -> Iterator[str]:
        self.used |= {"group", "branch"}
        per = self.known.get(group.per) if group.per is not None else None
        label = group_label(per if isinstance(per, NodeClass) else None)
        name = _name(group.id, "group")
        yield f"{indent}subgraph {name}[{mermaid_label(label)}]"
        for number, branch in enumerate(group.branches):
            yield f'{indent}  subgraph {name}_{number}[" "]'
            nested = self.frames.in_branch(group, number, above)
            yield from self._inside(nested, branch, indent + "  ", above)
            if not branch:
                yield f"{indent}    {name}_{number}_nothing[{mermaid_label(NOTHING)}]:::branch"
            yield f"{indent}  end"
            yield f"{indent}  class {name}_{number} branch"
        yield f"{indent}end"
        yield f"{indent}class {name} group"

    def _bundle(self, bundle: Bundle, indent: str, above: frozenset[str]) -> Iterator[str]:
        self.used.add("together")
        per = self.known.get(bundle.maker)
        label = bundle_label(bundle, per if isinstance(per, NodeClass) else None)
        name = _name(bundle.id, "bundle")
        yield f"{indent}subgraph {name}[{mermaid_label(label)}]"
        ids = [share.id for share in bundle.of]
        yield from self._inside(self.frames.inside(bundle, above), ids, indent, above)
        yield f"{indent}end"
        yield f"{indent}class {name} together"

    def _inside(
        self, nested: Iterable[Frame], ids: Iterable[str], indent: str, above: frozenset[str]
    ) -> Iterator[str]:
        for inner in nested:
            yield from self._frame(inner, indent + "  ", above | {name_of(inner)})
        for id_ in ids:
            cls = self.known.get(id_)
            if isinstance(cls, NodeClass) and id_ not in self.placed:
                self.placed.add(id_)
                yield f"{indent}{self._class(cls)}"

    def _edges(self, drawn: Horizon) -> Iterator[str]:
        thin: list[str] = []
        short = short_cuts(drawn)
        for index, edge in enumerate(drawn.edges):
            words = edge_words(edge)
            label = f"|{mermaid_label(words)}|" if words else ""
            yield f"  {_name(edge.source)} {_arrow(edge)}{label} {_name(edge.target)}"
            if edge.thin or index in short:
                thin.append(str(index))
        if thin:
            yield f"  linkStyle {','.join(thin)} stroke:#999,stroke-width:1px"


def _arrow(edge: SeenEdge) -> str:
    exists = "==>" if edge.early else "-->"
    return {"exists": exists, "will": "-.->", "may": "-.-o"}[edge.existence]


def _name(id_: str, kind: str = "n") -> str:
    """A name of letters, digits and `_` that says the id and is no word of Mermaid's."""
    slug = _NO_SLUG.sub("_", id_)[:40]
    if slug == id_:
        return f"{kind}_{slug}"
    return f"{kind}_{slug}_{sha256(id_.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
