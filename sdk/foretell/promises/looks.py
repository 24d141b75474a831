"""How nodes look: restyling nodes that exist, and judging what was promised of their styles.

A running node may give any node another label or other style keys. That is cosmetic: it changes
no future, so neither counts nor the horizon know of it. It belongs to the trial that did it and
goes with it; so a node keeps the look it was born with, and above it the restylings in order.

A promise of styles is judged when it is made, when a node is born and when one is restyled, never
when something is taken back: whatever may show again then was judged before. A frozen key is one
that nobody changes any more. `label` is the label; every other key is of the node's style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from foretell.errors import LawBroken, nearest
from foretell.graph.live import LiveGraph, LiveNode
from foretell.graph.model import Node, Restyle
from foretell.graph.wellformed import restyle_fault
from foretell.promises.language import Styled, Vowed
from foretell.promises.ledger import Breach
from foretell.promises.matching import Matcher
from foretell.promises.wellformed import top_level

LABEL = "label"
"""The key that stands for a node's label."""


@dataclass(frozen=True, slots=True, eq=False)
class StylePromise:
    """What `vowed` says of styles, since that birth number."""

    vowed: Vowed
    styled: Styled
    since: int


@dataclass(slots=True)
class Dress:
    """What one change did to looks, and how to take it back. `breach`: what it is against."""

    layers: list[tuple[LiveNode, Restyle]] = field(default_factory=list)
    promises: list[StylePromise] = field(default_factory=list)
    breach: Breach | None = None

    def __bool__(self) -> bool:
        return bool(self.layers or self.promises)


class Looks:
    """The looks of the nodes of `graph`, which stand in the nodes themselves; here is what they
    were before, for those that were restyled."""

    def __init__(self, graph: LiveGraph, matcher: Matcher) -> None:
        self._graph = graph
        self._matcher = matcher
        self._promises: list[StylePromise] = []
        self._born: dict[LiveNode, Node] = {}
        self._layers: dict[LiveNode, list[Restyle]] = {}

    def change(
        self,
        born: Sequence[LiveNode],
        styles: Sequence[Restyle],
        promises: Iterable[tuple[Vowed, Styled]],
        dress: Dress,
    ) -> None:
        """Restyles, and notes in `dress` what was done and what it breaks. Raises `LawBroken` for
        a restyling of nothing; then what is noted should be taken back."""
        older = tuple(self._promises)
        new = dict.fromkeys(born)
        before: dict[LiveNode, Node] = {}
        for style in styles:
            live = self._node(style)
            if live not in new:
                before.setdefault(live, live.node)
            self._put_on(live, style, dress)
        for live in (*new, *before) if older else ():
            dress.breach = dress.breach or self._broken(older, live, before.get(live))
        for vowed, styled in promises:
            promise = StylePromise(vowed, styled, self._graph.births)
            dress.promises.append(promise)
            self._promises.append(promise)
            dress.breach = dress.breach or self._false_already(promise)

    def undo(self, dress: Dress) -> None:
        """Takes back what `dress` did, of nodes that are still there as of those that are not."""
        gone = set(dress.promises)
        if gone:
            self._promises = [one for one in self._promises if one not in gone]
        for live, style in reversed(dress.layers):
            layers = self._layers.get(live, [])
            at = next((i for i in reversed(range(len(layers))) if layers[i] is style), None)
            if at is not None:
                del layers[at]
        for live in dict.fromkeys(live for live, _ in dress.layers):
            if live in self._layers:
                self._show(live)
        dress.layers.clear()
        dress.promises.clear()

    def retire(self, nodes: Iterable[LiveNode], dresses: Iterable[Dress]) -> None:
        """Those nodes are gone, and what those changes did is taken back."""
        for live in nodes if self._layers else ():
            self._layers.pop(live, None)
            self._born.pop(live, None)
        for dress in dresses:
            self.undo(dress)

    def _node(self, style: Restyle) -> LiveNode:
        where, why = restyle_fault(style)
        if why:
            raise LawBroken(f"the style of {style.node!r:.80}: {where}: {why}")
        live = self._graph.nodes.get(style.node)
        if live is None:
            hint = nearest(style.node[:80], self._graph.nodes)
            raise LawBroken(f"there is no node {style.node!r:.80} to be styled{hint}")
        return live

    def _put_on(self, live: LiveNode, style: Restyle, dress: Dress) -> None:
        self._born.setdefault(live, live.node)
        self._layers.setdefault(live, []).append(style)
        dress.layers.append((live, style))
        live.node = dressed(live.node, style)

    def _show(self, live: LiveNode) -> None:
        """Lets `live` look as what is left of its restylings says."""
        node = self._born[live]
        for style in self._layers[live]:
            node = dressed(node, style)
        live.node = node
        if not self._layers[live]:
            del self._layers[live], self._born[live]

    # --- promises ---

    def _broken(
        self, promises: Iterable[StylePromise], live: LiveNode, before: Node | None
    ) -> Breach | None:
        """What `live` breaks that was just born (`before` is None) or restyled."""
        for promise in promises:
            if not self._speaks_of(promise, live):
                continue
            for key, values in promise.styled.values.items():
                now = look_of(live.node, key)
                was = None if before is None else look_of(before, key)
                if before is not None and was == now:
                    continue
                if values and now is not None and now not in values:
                    return _wrong(promise, live, key, now, f"only {_listed(values)} may be")
                if not values and before is not None:
                    return _wrong(promise, live, key, now, f"it stays {_said(was)}")
        return None

    def _false_already(self, promise: StylePromise) -> Breach | None:
        """What was not so when the promise was made: of every look that may show again."""
        wanted = {key: values for key, values in promise.styled.values.items() if values}
        for live in self._graph.nodes.values() if wanted else ():
            if not self._speaks_of(promise, live):
                continue
            looks = [self._born.get(live, live.node)]
            for style in self._layers.get(live, ()):
                looks.append(dressed(looks[-1], style))
            for key, values in wanted.items():
                for value in (look_of(look, key) for look in looks):
                    if value is not None and value not in values:
                        return _wrong(promise, live, key, value, f"only {_listed(values)} may be")
        return None

    def _speaks_of(self, promise: StylePromise, live: LiveNode) -> bool:
        return self._matcher.selects(promise.styled.of, live, promise.since) is True


def dressed(node: Node, style: Restyle) -> Node:
    """`node` as it looks with `style` on: an empty text takes a key away."""
    keys = {**node.style, **style.style}
    label = node.label if style.label is None else style.label or None
    return replace(node, label=label, style={key: text for key, text in keys.items() if text})


def look_of(node: Node, key: str) -> str | None:
    return node.label if key == LABEL else node.style.get(key)


def _wrong(
    promise: StylePromise, live: LiveNode, key: str, value: str | None, allowed: str
) -> Breach:
    vowed = promise.vowed
    why = f"the {key} of {live.id} would be {_said(value)}; {allowed}"
    says = vowed.says or promise.styled.kind
    return Breach(says, vowed.by, vowed.where, why, f"Leave the {key} of {live.id!r} as it is.")


def styled_in(vowed: Vowed) -> list[tuple[Vowed, Styled]]:
    """What `vowed` says of styles, alone or among other things."""
    found = [part.what for part in top_level(vowed.promise)]
    return [(vowed, one) for one in found if isinstance(one, Styled)]


def _listed(values: Sequence[str]) -> str:
    return " or ".join(map(repr, values))


def _said(value: str | None) -> str:
    return "unset" if value is None else repr(value)
