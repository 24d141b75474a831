"""A horizon as DOT text: the notation in Graphviz's attributes, the meaning in `ft_` attributes.

What is seen says existence by outline, multiplicity by label and status by fill and sign, so that
colour is never needed. What is written besides (`ft_status`, `ft_maker`, ...) lets
`foretell_runtime.drawing.reading` read the horizon back from the text. Graphviz ignores it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import Literal, Unpack

from foretell.horizon.model import Bundle, Group, Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing.folding import Counts, Folding, Picture, picture_of
from foretell_runtime.drawing.frames import Frame, Frames, leading_back, name_of
from foretell_runtime.drawing.quoting import dot_label, name_shown, quoted, token, tokens
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

Direction = Literal["LR", "TB"]
Attributes = dict[str, str]
"""Attribute names and their values, which are written between quotes unless they are labels."""

STACKED: Attributes = {"shape": "box3d", "margin": "0.24,0.15"}
THIN = "#999999"
FAINT = "#777777"
FRAME = "#AAAAAA"

FAINTLY: Attributes = {"color": FAINT, "fontcolor": FAINT}

WIDEST_LINE = 70
"""So many letters of a line of the title."""
LONGEST_AT_END = 5
"""So many letters of an edge's label find room beside its end."""

_BARE = re.compile(
    r"(?!(?i:node|edge|graph|digraph|subgraph|strict)$)[A-Za-z_]\w{0,99}|\d+(\.\d+)?", re.ASCII
)


def dot(horizon: Horizon, *, direction: Direction = "LR", **folding: Unpack[Folding]) -> str:
    """DOT text of `horizon`."""
    return picture_dot(picture_of(horizon, **folding), direction=direction)


def picture_dot(picture: Picture, *, direction: Direction = "LR") -> str:
    """DOT text of a picture, one statement a line, in the picture's order."""
    drawn = picture.horizon
    known: dict[str, SeenNode | NodeClass] = {node.id: node for node in drawn.nodes}
    known.update((cls.id, cls) for cls in drawn.classes)
    thin, back = short_cuts(drawn), leading_back(drawn)
    sections = sections_of(drawn)
    home = homes(sections)
    lines = [
        "digraph foretell {",
        *_heading(picture, direction),
        *(_node(n, picture.stacks.get(n.id), home.get(n.id, "")) for n in drawn.nodes),
        *(_class(c, picture.copies.get(c.id, 1), known.get(c.again or "")) for c in drawn.classes),
        *(line for section in sections for line in _section(section, "  ")),
        *_Clusters(drawn).lines(),
        *(
            _edge(e, index, picture, index in thin, index in back)
            for index, e in enumerate(drawn.edges)
        ),
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
        "label": dot_label(_narrow(title(horizon, picture.hidden))),
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


def _narrow(text: str) -> str:
    """Lines broken where a long one would make the whole picture wide."""
    return "\n".join(part for line in text.split("\n") for part in wrap(line, WIDEST_LINE) or [""])


def _node(node: SeenNode, counts: Counts | None, within: str) -> str:
    meaning = {
        "ft_existence": "exists",
        "ft_task": token(node.task),
        "ft_status": node.status,
        "ft_label": None if node.label is None else token(node.label),
        "ft_scope": token(node.scope) if node.scope else None,
        "ft_maker": None if node.maker is None else token(node.maker),
        "ft_trial": str(node.trial) if node.trial else None,
        "ft_iteration": str(node.iteration) if node.iteration > 1 else None,
        "ft_may_go": "yes" if node.may_go else None,
        "ft_open": tokens(node.in_open),
        "ft_style": tokens(text for pair in node.style.items() for text in pair),
        "ft_stack": _counts(counts or ()),
    }
    return f"  {_name(node.id)} {_list({**_node_look(node, counts, within), **_given(meaning)})}"


def _node_look(node: SeenNode, counts: Counts | None, within: str) -> Attributes:
    look = LOOKS[node.status]
    alone = counts is None
    label = node_label(node, within) if counts is None else stack_label(node, counts)
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
        **({"color": colour} if (colour := own_colour(node)) else {}),
    }


def _section(section: Section, indent: str) -> Iterator[str]:
    """A thin frame around the nodes of a section. It means nothing that their ids do not say."""
    look = {"label": dot_label(name_shown(section.label)), "style": "rounded", "color": FRAME}
    yield f"{indent}subgraph {quoted('cluster section ' + token(section.scope))} {{"
    yield f"{indent}  graph {_list({**look, 'fontsize': '11', 'margin': '10'})}"
    for inner in section.inner:
        yield from _section(inner, indent + "  ")
    for node in section.nodes:
        yield f"{indent}  {_name(node)}"
    yield f"{indent}}}"


def _class(cls: NodeClass, copies: int, again: SeenNode | NodeClass | None) -> str:
    meaning = {
        "ft_existence": "will" if cls.min else "may",
        "ft_task": None if cls.task is None else token(cls.task),
        "ft_min": str(cls.min),
        "ft_max": _bound(cls.max),
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


def _edge(edge: SeenEdge, index: int, picture: Picture, short_cut: bool, is_back: bool) -> str:
    times = picture.times.get(index, 1)
    drawn: Attributes = {}
    if edge.existence != "exists":
        drawn["style"] = "dashed"
    if edge.existence == "may" or edge.early:
        head = "empty" if edge.existence == "may" else "normal"
        drawn["arrowhead"] = head * 2 if edge.early else head
    beside = edge.onward is not None and edge.existence == "may"  # the frame orders both anyway
    over = edge.kind == "loop" and edge.rounds == 0
    if edge.thin or short_cut or beside or over:
        drawn |= {"color": THIN, "penwidth": "0.6", "arrowsize": "0.6"}
    if is_back:
        drawn["constraint"] = "false"
    drawn |= _label(edge, times, picture)
    meaning = {
        "ft_existence": None if edge.existence == "exists" else edge.existence,
        "ft_kind": None if edge.kind == "order" else edge.kind,
        "ft_thin": "yes" if edge.thin else None,
        "ft_label": None if edge.label is None else token(edge.label),
        "ft_onward": None if edge.onward is None else token(edge.onward),
        "ft_on": None if edge.on == "ok" else edge.on,
        "ft_rounds": None if edge.rounds == 0 else _bound(edge.rounds),
        "ft_early": tokens(edge.early) if edge.early else None,
        "ft_times": str(times) if times > 1 else None,
    }
    ends = f"  {_name(edge.source)} -> {_name(edge.target)}"
    attributes = {**drawn, **_given(meaning)}
    return f"{ends} {_list(attributes)}" if attributes else ends


def _label(edge: SeenEdge, times: int, picture: Picture) -> Attributes:
    """The label beside the end of which it speaks: the one where many nodes may stand."""
    if edge.kind == "loop" or (edge.onward is not None and edge.existence == "will"):
        return {"label": dot_label(edge_words(edge))}
    sizes = [sum(n for _, n in picture.stacks.get(end, ())) for end in (edge.source, edge.target)]
    text = edge.label
    if text is None and any(sizes) and times not in sizes:
        text = f"×{times}"
    text = edge_words(replace(edge, label=text))
    if not text:
        return {}
    futures = {cls.id for cls in picture.horizon.classes} if edge.label else set[str]()
    at_head = edge.target in futures and edge.source not in futures
    if at_head:
        return {"headlabel": dot_label(text)}
    # Graphviz makes room for a label in the middle only; a long one would lie on a box.
    return {"taillabel" if len(text) <= LONGEST_AT_END else "label": dot_label(text)}


@dataclass(slots=True)
class _Clusters:
    """Frames as clusters: a dotted one an exclusive group, in it a dashed one a branch; a rounded
    one for what comes together.

    A class is put into the first cluster that asks for it, for Graphviz draws no class twice;
    in every further one its name stands in the label.
    """

    horizon: Horizon
    placed: set[str] = field(default_factory=set)
    classes: dict[str, NodeClass] = field(init=False)
    frames: Frames = field(init=False)
    nested: bool = field(init=False)
    """Whether frames may lie in frames, so that the text does not tell which was the first."""

    def __post_init__(self) -> None:
        self.nested = bool(self.horizon.bundles) or any(
            group.within is not None for group in self.horizon.groups
        )
        self.classes = {cls.id: cls for cls in self.horizon.classes}
        self.frames = Frames(self.horizon)

    def lines(self) -> Iterator[str]:
        for frame in self.frames.outermost():
            yield from self._frame(frame, "  ", frozenset({name_of(frame)}))

    def _frame(self, frame: Frame, indent: str, above: frozenset[str]) -> Iterator[str]:
        if isinstance(frame, Bundle):
            yield from self._bundle(frame, indent, above)
        else:
            yield from self._group(frame, indent, above)

    def _group(self, group: Group, indent: str, above: frozenset[str]) -> Iterator[str]:
        within = () if group.within is None else ("in", group.within)
        per = () if group.per is None else ("per", group.per)
        each = () if group.bundle is None else ("each", group.bundle)
        meaning = {"ft_cluster": tokens(("group", group.id, *within, *per, *each))}
        if self.nested:
            meaning["ft_at"] = str(self.horizon.groups.index(group))
        one = None if group.per is None else self.classes.get(group.per)
        label = dot_label(group_label(one))
        look = {"label": label, "style": "dotted", "color": "black", "fontsize": "11"}
        name = token(group.id)
        yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
        yield f"{indent}  graph {_list({**look, 'margin': '10', **meaning})}"
        for number in range(len(group.branches)):
            yield from self._branch(group, number, indent + "  ", above)
        yield f"{indent}}}"

    def _branch(
        self, group: Group, number: int, indent: str, above: frozenset[str]
    ) -> Iterator[str]:
        branch, name = group.branches[number], f"{token(group.id)} {number}"
        label = dot_label(self._elsewhere(branch))
        look = {"label": label, "style": "dashed", "color": FAINT, "margin": "8"}
        meaning = {"ft_cluster": tokens(("branch", group.id, *branch))}
        yield f"{indent}subgraph {quoted('cluster ' + name)} {{"
        yield f"{indent}  graph {_list({**look, 'fontsize': '11', **meaning})}"
        nested = self.frames.in_branch(group, number, above)
        yield from self._inside(nested, branch, indent, above)
        if not branch:
            nothing = {"label": dot_label(NOTHING), "shape": "plaintext", "style": ""}
            yield f"{indent}  {quoted('!nothing ' + name)} {_list(nothing)}"
        yield f"{indent}}}"

    def _bundle(self, bundle: Bundle, indent: str, above: frozenset[str]) -> Iterator[str]:
        ids = [share.id for share in bundle.of]
        label = bundle_label(bundle, self.classes.get(bundle.maker))
        elsewhere = self._elsewhere(ids)
        label = dot_label(f"{label}\n{elsewhere}" if elsewhere else label)
        look = {"label": label, "style": "dashed,rounded", "color": "black", "fontsize": "11"}
        thick = {"penwidth": "2.2"} if bundle.min else {}
        meaning = {
            "ft_cluster": tokens(("bundle", bundle.id)),
            "ft_at": str(self.horizon.bundles.index(bundle)),
            "ft_maker": token(bundle.maker),
            "ft_min": str(bundle.min),
            "ft_max": _bound(bundle.max),
            "ft_within": None if bundle.within is None else token(bundle.within),
            "ft_bundle": None if bundle.bundle is None else token(bundle.bundle),
            "ft_turn": "yes" if bundle.in_turn else None,
            "ft_of": tokens(w for s in bundle.of for w in (s.id, str(s.min), _bound(s.max))),
        }
        yield f"{indent}subgraph {quoted('cluster bundle ' + token(bundle.id))} {{"
        yield f"{indent}  graph {_list({**look, **thick, 'margin': '10', **_given(meaning)})}"
        yield from self._inside(self.frames.inside(bundle, above), ids, indent, above)
        yield f"{indent}}}"

    def _elsewhere(self, ids: Iterable[str]) -> str:
        """Names the classes that stand in another cluster."""
        names = [name_shown(id_) for id_ in ids if id_ in self.placed]
        return "with " + ", ".join(names) if names else ""

    def _inside(
        self, nested: Iterable[Frame], ids: Iterable[str], indent: str, above: frozenset[str]
    ) -> Iterator[str]:
        for inner in nested:
            yield from self._frame(inner, indent + "  ", above | {name_of(inner)})
        fresh = [id_ for id_ in ids if id_ not in self.placed]
        self.placed.update(fresh)
        for id_ in fresh:
            yield f"{indent}  {_name(id_)}"


def _bound(bound: int | None) -> str:
    return "inf" if bound is None else str(bound)


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
