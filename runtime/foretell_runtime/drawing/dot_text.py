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
    by_outer,
    class_label,
    group_label,
    node_label,
    outermost,
    stack_label,
    title,
)

Direction = Literal["LR", "TB"]
Attributes = dict[str, str]
"""Attribute names and their values, which are written between quotes unless they are labels."""

STACKED: Attributes = {"shape": "box3d", "margin": "0.24,0.15"}
THIN = "#999999"
FAINT = "#777777"

FAINTLY: Attributes = {"color": FAINT, "fontcolor": FAINT}

_BARE = re.compile(
    r"(?!(?i:node|edge|graph|digraph|subgraph|strict)$)[A-Za-z_]\w{0,99}|\d+(\.\d+)?", re.ASCII
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
    return f"  {_name(node.id)} {_list({**_node_look(node, counts), **_given(meaning)})}"


def _node_look(node: SeenNode, counts: Counts | None) -> Attributes:
    look = LOOKS[node.status]
    alone = counts is None
    label = node_label(node) if counts is None else stack_label(node, counts)
    marks = [("rounded", alone and look.rounded), ("dotted", look.faint)]
    style = ",".join(["filled", *(mark for mark, has in marks if has)])
    return {
        "label": dot_label(label),
        **({"fillcolor": look.fill} if look.fill != "white" else {}),
        **({"peripheries": str(look.peripheries)} if alone and look.peripheries > 1 else {}),
        **({"penwidth": "3"} if look.thick else {}),
        **({} if alone else STACKED),
        **(FAINTLY if look.faint else {}),
        **({"style": style} if style != "filled" else {}),
        **_chosen(node.style),
    }


def _chosen(style: Mapping[str, str]) -> Attributes:
    """The one part of a node's own style that says nothing in the notation: its outline's colour."""
    colour = style.get("color", "").lower()
    return {"color": colour} if colour and _SAFE_COLOUR_CHARS.issuperset(colour) else {}


def _class(cls: NodeClass, copies: int, again: SeenNode | NodeClass | None) -> str:
    meaning = {
        "ft_existence": "will" if cls.min else "may",
        "ft_task": None if cls.task is None else token(cls.task),
        "ft_min": str(cls.min),
        "ft_max": "inf" if cls.max is None else str(cls.max),
        "ft_maker": token(cls.maker),
        "ft_beside": str(cls.beside) if cls.beside else None,
        "ft_open": tokens(cls.in_open),
        "ft_again": None if cls.again is None else token(cls.again),
        "ft_copies": str(copies) if copies > 1 else None,
    }
    look = {"label": dot_label(class_label(cls, copies, again)), **_class_look(cls, copies)}
    return f"  {_name(cls.id)} {_list({**look, **_given(meaning)})}"


def _class_look(cls: NodeClass, copies: int) -> Attributes:
    thick = {"penwidth": "2.2"} if cls.min else {}
    if cls.max == 0:
        return {**FAINTLY, "style": "filled,dotted"}
    if cls.again is not None:
        shape = {"shape": "cds", "margin": "0.3,0.13"}
    elif cls.task is None:
        shape = {"shape": "octagon", "fillcolor": "#EEEEEE", "margin": "0.06,0.02"}
    else:
        shape = STACKED if cls.max != 1 or copies > 1 else {}
    return {**thick, **shape, "style": "filled,dashed"}


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
    classes: dict[str, NodeClass] = field(init=False)
    inner: dict[str, list[Group]] = field(init=False)

    def __post_init__(self) -> None:
        self.classes = {cls.id: cls for cls in self.horizon.classes}
        self.inner = by_outer(self.horizon.groups)

    def lines(self) -> Iterator[str]:
        for group in outermost(self.horizon.groups):
            yield from self._group(group, "  ", frozenset({group.id}))

    def _group(self, group: Group, indent: str, above: frozenset[str]) -> Iterator[str]:
        inner = [g for g in self.inner.get(group.id, ()) if g.id not in above]
        within = () if group.within is None else ("in", group.within)
        per = () if group.per is None else ("per", group.per)
        meaning = {"ft_cluster": tokens(("group", group.id, *within, *per))}
        one = None if group.per is None else self.classes.get(group.per)
        label = dot_label(group_label(one))
        look = {"label": label, "style": "dotted", "color": "black", "fontsize": "11"}
        name = token(group.id)
        yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
        yield f"{indent}  graph {_list({**look, 'margin': '10', **meaning})}"
        for number in range(len(group.branches)):
            nested = [g for g in inner if belongs(g, number, group)]
            yield from self._branch(group, number, nested, indent + "  ", above)
        yield f"{indent}}}"

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
