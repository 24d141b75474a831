"""A horizon as DOT text: the notation in Graphviz's attributes, the meaning in `ft_` attributes.

What is seen says existence by outline, multiplicity by label and status by fill and sign, so that
colour is never needed. What is written besides (`ft_status`, `ft_maker`, ...) lets
`foretell_runtime.drawing.reading` read the horizon back from the text. Graphviz ignores it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Unpack

from foretell.horizon.model import Group, Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing.folding import Counts, Folding, Picture, picture_of
from foretell_runtime.drawing.quoting import dot_label, name_shown, quoted, shown, token, tokens
from foretell_runtime.drawing.words import (
    LOOKS,
    NOTHING,
    belongs,
    class_label,
    group_label,
    node_label,
    stack_label,
    title,
)

Direction = Literal["LR", "TB"]
Attributes = dict[str, str]
"""Attribute names and their values, which are written between quotes unless they are labels."""

STACKED: Attributes = {"shape": "box3d", "margin": "0.24,0.15"}
THIN = "#999999"
FAINT = "#777777"

_BARE = re.compile(
    r"(?!(?i:node|edge|graph|digraph|subgraph|strict)$)[A-Za-z_]\w*|\d+(\.\d+)?", re.ASCII
)
_SAFE_COLOUR_CHARS = frozenset("#0123456789abcdefghijklmnopqrstuvwxyz")


def dot(horizon: Horizon, *, direction: Direction = "LR", **folding: Unpack[Folding]) -> str:
    """DOT text of `horizon`."""
    return picture_dot(picture_of(horizon, **folding), direction=direction)


def picture_dot(picture: Picture, *, direction: Direction = "LR") -> str:
    """DOT text of a picture, one statement a line, in the picture's order."""
    drawn = picture.horizon
    known: dict[str, SeenNode | NodeClass] = {node.id: node for node in drawn.nodes}
    known.update((cls.id, cls) for cls in drawn.classes)
    lines = [
        "digraph foretell {",
        *_heading(picture, direction),
        *(_node(node, picture.stacks.get(node.id)) for node in drawn.nodes),
        *(_class(c, picture.copies.get(c.id, 1), known.get(c.again or "")) for c in drawn.classes),
        *_Clusters(drawn).lines(),
        *(_edge(edge, index, picture) for index, edge in enumerate(drawn.edges)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _heading(picture: Picture, direction: Direction) -> Iterator[str]:
    font = {"fontname": "DejaVu Sans"}
    horizon = picture.horizon
    meaning = {
        "ft_name": token(horizon.name),
        "ft_event": str(horizon.event),
        "ft_status": horizon.status,
        "ft_exact": "yes" if horizon.exact else "no",
        "ft_why": tokens(horizon.why),
        "ft_hidden": _counts(picture.hidden),
    }
    look = {
        "label": dot_label(title(horizon, picture.hidden)),
        "labelloc": "t",
        "charset": "UTF-8",
        "rankdir": direction,
        "nodesep": "0.25",
        "ranksep": "0.45",
        "bgcolor": "white",
        "pad": "0.12",
    }
    box = {"shape": "box", "style": "filled", "fillcolor": "white", "margin": "0.15,0.07"}
    yield f"  graph {_list({**look, **font, 'fontsize': '13', **_given(meaning)})}"
    yield f"  node {_list({**box, **font, 'fontsize': '12', 'height': '0.4'})}"
    yield f"  edge {_list({**font, 'fontsize': '10', 'arrowsize': '0.8'})}"


def _node(node: SeenNode, counts: Counts | None) -> str:
    label = node_label(node) if counts is None else stack_label(node, counts)
    look = LOOKS[node.status]
    style = ["filled"]
    drawn: Attributes = {"label": dot_label(label)}
    if look.fill != "white":
        drawn["fillcolor"] = look.fill
    if look.peripheries > 1 and counts is None:
        drawn["peripheries"] = str(look.peripheries)
    if look.rounded:
        style.append("rounded")
    if look.thick:
        drawn["penwidth"] = "3"
    if counts is not None:
        drawn |= STACKED
        style.remove("rounded") if look.rounded else None
    if look.faint:
        style.append("dotted")
        drawn |= {"color": FAINT, "fontcolor": FAINT}
    if style != ["filled"]:
        drawn["style"] = ",".join(style)
    drawn |= _chosen(node.style)
    meaning = {
        "ft_existence": "exists",
        "ft_task": token(node.task),
        "ft_status": node.status,
        "ft_label": None if node.label is None else token(node.label),
        "ft_scope": token(node.scope) if node.scope else None,
        "ft_maker": None if node.maker is None else token(node.maker),
        "ft_trial": str(node.trial) if node.trial else None,
        "ft_open": tokens(node.in_open),
        "ft_style": tokens(text for pair in node.style.items() for text in pair),
        "ft_stack": _counts(counts or ()),
    }
    return f"  {_name(node.id)} {_list({**drawn, **_given(meaning)})}"


def _chosen(style: Mapping[str, str]) -> Attributes:
    """The one part of a node's own style that says nothing in the notation: its outline's colour."""
    colour = style.get("color", "").lower()
    return {"color": colour} if colour and _SAFE_COLOUR_CHARS.issuperset(colour) else {}


def _class(cls: NodeClass, copies: int, again: SeenNode | NodeClass | None) -> str:
    will = cls.min > 0
    drawn: Attributes = {"label": dot_label(class_label(cls, copies, again))}
    style = ["filled", "dashed"]
    if will:
        drawn["penwidth"] = "2.2"
    if cls.max == 0:
        style = ["filled", "dotted"]
        drawn |= {"color": FAINT, "fontcolor": FAINT}
    if cls.again is not None:
        drawn |= {"shape": "cds", "margin": "0.3,0.13"}
    elif cls.task is None:
        drawn |= {"shape": "octagon", "fillcolor": "#EEEEEE", "margin": "0.06,0.02"}
    elif cls.max != 1 or copies > 1:
        drawn |= STACKED
    drawn["style"] = ",".join(style)
    meaning = {
        "ft_existence": "will" if will else "may",
        "ft_task": None if cls.task is None else token(cls.task),
        "ft_min": str(cls.min),
        "ft_max": "inf" if cls.max is None else str(cls.max),
        "ft_maker": token(cls.maker),
        "ft_beside": str(cls.beside) if cls.beside else None,
        "ft_open": tokens(cls.in_open),
        "ft_again": None if cls.again is None else token(cls.again),
        "ft_copies": str(copies) if copies > 1 else None,
    }
    return f"  {_name(cls.id)} {_list({**drawn, **_given(meaning)})}"


def _edge(edge: SeenEdge, index: int, picture: Picture) -> str:
    times = picture.times.get(index, 1)
    drawn: Attributes = {}
    if edge.existence != "exists":
        drawn["style"] = "dashed"
    if edge.existence == "may":
        drawn["arrowhead"] = "empty"
    if edge.thin:
        drawn |= {"color": THIN, "penwidth": "0.6", "arrowsize": "0.6"}
    if edge.kind == "loop":
        drawn["constraint"] = "false"
    drawn |= _label(edge, times, picture)
    meaning = {
        "ft_existence": None if edge.existence == "exists" else edge.existence,
        "ft_kind": None if edge.kind == "order" else edge.kind,
        "ft_thin": "yes" if edge.thin else None,
        "ft_label": None if edge.label is None else token(edge.label),
        "ft_times": str(times) if times > 1 else None,
    }
    ends = f"  {_name(edge.source)} -> {_name(edge.target)}"
    attributes = {**drawn, **_given(meaning)}
    return f"{ends} {_list(attributes)}" if attributes else ends


def _label(edge: SeenEdge, times: int, picture: Picture) -> Attributes:
    """The label beside the end of which it speaks: the one where many nodes may stand."""
    if edge.kind == "loop":
        return {"label": dot_label(f"↻ {shown(edge.label or '')}".strip())}
    sizes = [sum(n for _, n in picture.stacks.get(end, ())) for end in (edge.source, edge.target)]
    text = edge.label
    if text is None and any(sizes) and times not in sizes:
        text = f"×{times}"
    if not text:
        return {}
    futures = {cls.id for cls in picture.horizon.classes} if edge.label else set[str]()
    at_head = edge.target in futures and edge.source not in futures
    return {"headlabel" if at_head else "taillabel": dot_label(shown(text))}


@dataclass(slots=True)
class _Clusters:
    """Exclusive groups as clusters: a dotted one a group, in it a dashed one a branch.

    A class is put into the first cluster that asks for it, for Graphviz draws no class twice;
    in every further one its name stands in the label.
    """

    horizon: Horizon
    placed: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        by_id = {group.id: group for group in self.horizon.groups}
        for group in self.horizon.groups:
            if group.within not in by_id:  # the others are drawn within it
                yield from self._group(group, "  ", frozenset({group.id}))

    def _group(self, group: Group, indent: str, above: frozenset[str]) -> Iterator[str]:
        inner = [g for g in self.horizon.groups if g.within == group.id and g.id not in above]
        within = () if group.within is None else ("in", group.within)
        per = () if group.per is None else ("per", group.per)
        meaning = {"ft_cluster": tokens(("group", group.id, *within, *per))}
        label = dot_label(group_label(self._class(group.per)))
        look = {"label": label, "style": "dotted", "color": "black", "fontsize": "11"}
        name = token(group.id)
        yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
        yield f"{indent}  graph {_list({**look, 'margin': '10', **meaning})}"
        for number in range(len(group.branches)):
            nested = [g for g in inner if belongs(g, number, group)]
            yield from self._branch(group, number, nested, indent + "  ", above)
        yield f"{indent}}}"

    def _class(self, id_: str | None) -> NodeClass | None:
        return next((cls for cls in self.horizon.classes if cls.id == id_), None)

    def _branch(
        self, group: Group, number: int, nested: Iterable[Group], indent: str, above: frozenset[str]
    ) -> Iterator[str]:
        branch, name = group.branches[number], f"{token(group.id)} {number}"
        elsewhere = [name_shown(id_) for id_ in branch if id_ in self.placed]
        label = "with " + ", ".join(elsewhere) if elsewhere else ""
        look = {"label": dot_label(label), "style": "dashed", "color": FAINT, "margin": "8"}
        meaning = {"ft_cluster": tokens(("branch", group.id, *branch))}
        yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
        yield f"{indent}  graph {_list({**look, 'fontsize': '11', **meaning})}"
        for inner in nested:
            yield from self._group(inner, indent + "  ", above | {inner.id})
        fresh = [id_ for id_ in branch if id_ not in self.placed]
        self.placed.update(fresh)
        for id_ in fresh:
            yield f"{indent}  {_name(id_)}"
        if not branch:
            nothing = {"label": dot_label(NOTHING), "shape": "plaintext", "style": ""}
            yield f"{indent}  {quoted('!nothing ' + name)} {_list(nothing)}"
        yield f"{indent}}}"


def _counts(counts: Counts) -> str:
    return " ".join(f"{status}={n}" for status, n in counts)


def _given(meaning: Mapping[str, str | None]) -> Attributes:
    return {key: value for key, value in meaning.items() if value}


def _name(id_: str) -> str:
    return quoted(token(id_))


def _list(attributes: Attributes) -> str:
    pairs = (f"{key}={_value(key, value)}" for key, value in attributes.items())
    return "[" + ", ".join(pairs) + "]"


def _value(key: str, value: str) -> str:
    if key in ("label", "headlabel", "taillabel"):
        return value
    return value if _BARE.fullmatch(value) else quoted(value)
