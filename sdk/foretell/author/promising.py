"""From vows to the promise language. Adding a vow: its class in `vows`, a function and a row here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foretell.author import vows
from foretell.author.refs import Node, Ref, origin
from foretell.author.shaped import Shaped
from foretell.author.shaping import TemplateOf, promised_shape
from foretell.author.tasks import Task, Workflow
from foretell.author.vows import Vow
from foretell.errors import WiringError, nearest
from foretell.graph.model import ROOT, growth_scope
from foretell.promises import language
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    AnyOf,
    IdIs,
    InScope,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
)
from foretell.promises.wellformed import promise_fault


class Speaker:
    """Who makes a vow, and how that one's words are understood.

    `scope`: a vow in a workflow's body speaks of that use of the workflow and what lies below;
    so it does at the top of one that is `grown`. `name_of` gives the name of a task in the graph,
    `template_of` that of a workflow; `check_tag` raises for a tag nobody has. `looped` are the nodes
    to which loops lead back, where that is known.
    """

    def __init__(
        self,
        name_of: Callable[[Task[..., Any]], str],
        check_tag: Callable[[str], None],
        owner: object,
        scope: str = ROOT,
        *,
        template_of: TemplateOf,
        grown: bool = False,
        looped: frozenset[str] | None = None,
    ) -> None:
        self.name_of = name_of
        self.check_tag = check_tag
        self.owner = owner
        self.template_of = template_of
        self.looped = looped
        self.within = None if scope == ROOT and not grown else InScope(scope)

    def selector(self, what: Any) -> Selector:
        """The nodes that a word of a vow means."""
        if isinstance(what, Ref):
            return self._of_ref(what)
        if isinstance(what, Node):
            return IdIs(what.id)
        if isinstance(what, Workflow):
            raise WiringError(f"{what.__name__!r} is a workflow; name its result or its tasks")
        if isinstance(what, Task):
            return TaskIs(self.name_of(what))
        self.check_tag(what)
        return TagIs(what)

    def _of_ref(self, ref: Ref) -> Selector:
        mine = origin(ref)
        if mine.owner is not self.owner:
            raise WiringError(f"{mine.name!r} belongs to another workflow or trial")
        if mine.feed is not None:
            raise WiringError(f"{mine.name!r} is an input of the workflow, not a node")
        return IdIs(mine.node) if mine.node is not None else InScope(mine.name)

    def here(self, selector: Selector = ANY) -> Selector:
        """`selector`, but only within the scope that the vow speaks of."""
        if self.within is None:
            return selector
        return self.within if selector == ANY else AllOf((self.within, selector))


def vowed(vow: Vow, speaker: Speaker, where: str, by: str) -> language.Vowed:
    """The promise that `vow` comes to; raises `WiringError` naming the vow and its place."""
    try:
        promise = _promise(vow, speaker)
        if why := promise_fault(promise)[1]:
            raise WiringError(why)
    except WiringError as error:
        raise WiringError(f"{where}: {vow.says():.200}: {error}") from None
    return language.Vowed(promise, vow.says(), where, by)


def _promise(vow: Vow, speaker: Speaker) -> language.Promise:
    promised = _KINDS.get(type(vow))
    if promised is None:
        raise WiringError(f"{vow.says()} is not a vow that can be promised")
    return promised(vow, speaker)


def _no_new_nodes(vow: vows.NoNewNodes, speaker: Speaker) -> language.Promise:
    return language.Count(speaker.here(NEW), max=0)


def _no_new_edges(vow: vows.NoNewEdges, speaker: Speaker) -> language.Promise:
    # A named end says where; without one the vow speaks of edges within its scope.
    unnamed = speaker.here() if vow.start is None and vow.end is None else ANY
    return language.Edges(
        source=unnamed if vow.start is None else speaker.selector(vow.start),
        target=unnamed if vow.end is None else speaker.selector(vow.end),
        new=True,
        max=0,
    )


def _only_nodes(vow: vows.OnlyNodes, speaker: Speaker) -> language.Promise:
    allowed = tuple(speaker.selector(one) for one in vow.what)
    other = NotSo(allowed[0] if len(allowed) == 1 else AnyOf(allowed))
    of: tuple[Selector, ...] = (NEW, other)
    return language.Count(AllOf((*of, *_scoped(speaker))), max=0)


def _only_edges(vow: vows.OnlyEdges, speaker: Speaker) -> language.Promise:
    pairs = tuple(language.Pair(speaker.selector(a), speaker.selector(b)) for a, b in vow.pairs)
    return language.Edges(speaker.here(), speaker.here(), new=True, besides=pairs, max=0)


def _count(vow: vows.Count, speaker: Speaker) -> language.Promise:
    return language.Count(speaker.here(speaker.selector(vow.what)), vow.low, vow.high)


def _every(vow: vows.Every, speaker: Speaker) -> language.Promise:
    of = speaker.here(speaker.selector(vow.what))
    out = speaker.selector(vow.into) if vow.into is not None else None
    into = speaker.selector(vow.out_of) if vow.out_of is not None else None
    return language.Each(of, out, into, vow.low, vow.high)


def _all_of(vow: vows.AllOf, speaker: Speaker) -> language.Promise:
    return language.AllKept(_parts(vow.vows, speaker))


def _any_of(vow: vows.AnyOf, speaker: Speaker) -> language.Promise:
    return language.AnyKept(_parts(vow.vows, speaker))


def _exactly_one(vow: vows.ExactlyOne, speaker: Speaker) -> language.Promise:
    return language.OneKept(_parts(vow.vows, speaker))


def _not(vow: vows.Not, speaker: Speaker) -> language.Promise:
    return language.NotKept(_promise(vow.vows[0], speaker))


def _parts(parts: tuple[Vow, ...], speaker: Speaker) -> tuple[language.Promise, ...]:
    return tuple(_promise(vow, speaker) for vow in parts)


def _scoped(speaker: Speaker) -> tuple[Selector, ...]:
    return () if speaker.within is None else (speaker.within,)


def _rounds(vow: vows.Rounds, speaker: Speaker) -> language.Promise:
    target = vow.target
    if not isinstance(target, str):
        selector = None if isinstance(target, Task) else speaker.selector(target)
        if not isinstance(selector, IdIs):
            raise WiringError(f"loops come round to one node, and {vows.say(target)} may be many")
        target = selector.glob
    if speaker.looped is not None and target not in speaker.looped:
        raise WiringError(
            f"no loop leads back to {target!r:.80}{nearest(target[:80], speaker.looped)}"
        )
    return language.Rearm(target, vow.at_most)


def _style(vow: vows.Style, speaker: Speaker) -> language.Promise:
    return language.Styled(speaker.here(speaker.selector(vow.what)), vow.values)


def _shaped(vow: Shaped, speaker: Speaker) -> language.Promise:
    shape = promised_shape(vow.shape, speaker.name_of, speaker.template_of)
    selector = speaker.selector(vow.scope)
    if isinstance(vow.scope, (Ref, Node)):
        if not isinstance(selector, IdIs):
            raise WiringError(f"{vows.say(vow.scope)} is a workflow; a shape is what a node grows")
        return language.Shaped(growth_scope(selector.glob), shape)
    return language.Grows(speaker.here(selector), shape)


_KINDS: dict[type[Vow], Callable[[Any, Speaker], language.Promise]] = {
    vows.NoNewNodes: _no_new_nodes,
    vows.NoNewEdges: _no_new_edges,
    vows.OnlyNodes: _only_nodes,
    vows.OnlyEdges: _only_edges,
    vows.Count: _count,
    vows.Style: _style,
    Shaped: _shaped,
    vows.Every: _every,
    vows.Rounds: _rounds,
    vows.AllOf: _all_of,
    vows.AnyOf: _any_of,
    vows.ExactlyOne: _exactly_one,
    vows.Not: _not,
}
