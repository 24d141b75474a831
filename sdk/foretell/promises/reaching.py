"""Selectors that speak of nobody: of an unknown name, or of what can never come.

A name that nobody bears and nobody may come to bear is a mistake. A selector that no node can
ever match may be one, so it is worth a warning. Negations and newness are not looked at: that
nothing new can come is what many promises are made for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeGuard

from foretell.errors import nearest
from foretell.graph.live import LiveGraph, LiveNode
from foretell.graph.model import DIGEST, NodeId, growth_scope
from foretell.promises.language import Promise
from foretell.promises.matching import Coming, may_be_born
from foretell.promises.selectors import (
    AllOf,
    AnyOf,
    BornAfter,
    IdIs,
    IsNew,
    MadeBy,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
    Under,
)
from foretell.promises.wellformed import Part, parts_in

if TYPE_CHECKING:
    from foretell.promises.judge import Judge
    from foretell.promises.ledger import Account

WILD = "*?["
_MOST_NAMES = 10_000
"""Among more names the nearest is not looked for."""


def node_meant(selector: object) -> NodeId | None:
    """The one node that `selector` means by its name, if it does."""
    if isinstance(selector, IdIs):
        return None if any(sign in selector.glob for sign in WILD) else selector.glob
    return selector.node if isinstance(selector, (Under, BornAfter)) else None


def unknown_in(
    promise: Promise, graph: LiveGraph, tasks: Iterable[str], growers: Iterable[LiveNode]
) -> str:
    """What is wrong with the first name in `promise` that nobody bears or may come to bear."""
    for part in parts_in(promise):
        if isinstance(part.what, TaskIs) and part.what.task not in tasks:
            return f"there is no task {part.what.task!r:.80}{nearest(part.what.task[:80], tasks)}"
        node = node_meant(part.what)
        if node is None or node in graph.nodes or node in graph.finished:
            continue
        if not may_be_born(node, (grower.id for grower in growers)):
            few = graph.nodes if len(graph.nodes) < _MOST_NAMES else ()
            return f"there is no node {node!r:.80}, and none can come{nearest(node[:80], few)}"
    return ""


class Reach:
    """What there is and may still come, as of now."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._tasks = {live.node.task for live in judge.graph.nodes.values()}
        self._any_task = False
        todo = list({grower.node.task for grower in judge.growers})
        for task in todo:
            form = judge.forms[task]
            self._any_task |= form.open
            new = {spot.task for spot in form.spots.values()} - {*todo}
            todo += new
            self._tasks |= {spot.task for spot in form.spots.values()}

    def warnings(self) -> list[str]:
        """Which promises speak of nodes that can never be, in words."""
        found: list[str] = []
        for account in self._judge.promises:
            found += self._warnings_of(account)
        return list(dict.fromkeys(found))

    def _warnings_of(self, account: Account) -> Iterator[str]:
        vowed = account.vowed
        told: list[str] = []
        for part in reversed(parts_in(vowed.promise)):  # inner parts first
            if not is_plain(part.what) or any(at.startswith(part.at) for at in told):
                continue
            if not self.can_match(part.what, account.since):
                told.append(part.at)
                place = f" ({vowed.where})" if vowed.where else ""
                says = vowed.says or vowed.promise.kind
                yield f"promise {says}{place}: no node can ever be {self._words(part)}"

    def can_match(self, selector: Selector, since: int) -> bool:
        """Whether `selector` selects a node that exists, or perhaps one that may come."""
        judge = self._judge
        if isinstance(selector, TaskIs):
            return selector.task in self._tasks or self._any_task
        nodes = judge.graph.nodes.values()
        if any(judge.matcher.selects(selector, live, since) is True for live in nodes):
            return True
        return any(self._may_select(selector, grower, since) for grower in judge.growers)

    def _may_select(self, selector: Selector, grower: LiveNode, since: int) -> bool:
        if isinstance(selector, IdIs):
            return _may_start(selector.glob, f"{growth_scope(grower.id)}.")
        coming = Coming(None, grower, deep=True)
        return self._judge.matcher.selects(selector, coming, since) is not False

    def _words(self, part: Part) -> str:
        what, graph = part.what, self._judge.graph
        match what:
            case TaskIs(task):
                return f"of task {task!r}"
            case TagIs(tag):
                tags = {t for live in graph.nodes.values() for t in live.node.tags}
                tags |= {t for default in self._judge.matcher.tags.values() for t in default}
                return f"tagged {tag!r}{nearest(tag, tags)}"
            case IdIs(glob):
                few = graph.nodes if len(graph.nodes) < _MOST_NAMES else ()
                return f"called {glob!r}{nearest(glob, few)}"
            case _:
                return f"what it speaks of at {part.at}"


def is_plain(what: object) -> TypeGuard[Selector]:
    """Whether `what` is a selector that speaks of nodes as they are, without negation."""
    match what:
        case AllOf(of) | AnyOf(of):
            return all(map(is_plain, of))
        case MadeBy(by):
            return is_plain(by)
        case IsNew() | NotSo() | BornAfter():
            return False
        case _:
            return isinstance(what, Selector)


def _may_start(glob: str, prefix: str) -> bool:
    """Whether some name that begins with `prefix` may match `glob`."""
    fixed = min((at for sign in WILD if (at := glob.find(sign)) >= 0), default=len(glob))
    start = glob[:fixed]
    if fixed == len(glob) and not start.startswith(prefix):
        return start.startswith(DIGEST)
    return start.startswith((prefix, DIGEST)) or prefix.startswith(start)
