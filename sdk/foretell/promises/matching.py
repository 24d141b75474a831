"""Whether a selector selects a node: yes, no, or (for a node that may come) perhaps.

A node that exists has all its birth attributes, so the answer is yes or no. Of a node that may
still come, a `Coming`, only task, maker and default tags are known; the answer may be None.
Logic on three values is Kleene's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias, assert_never

from foretell.graph.live import LiveGraph, LiveNode
from foretell.graph.model import DIGEST, ROOT, NodeId, growth_scope
from foretell.promises import selectors as sel
from foretell.promises.selectors import Selector

OTHER = "\0other"
"""Stands for the task of a node that is of none of the tasks anybody has named."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A node that may come: of `task` (None: of any task), made by `maker`; if `deep`, made by it
    or by any node of any task that comes from it."""

    task: str | None
    maker: LiveNode | Coming
    deep: bool = False

    def root(self) -> LiveNode:
        """The node that exists and from which all this would grow."""
        maker = self.maker
        while isinstance(maker, Coming):
            maker = maker.maker
        return maker


Subject: TypeAlias = LiveNode | Coming


class Matcher:
    """Evaluates selectors against the nodes of one live graph.

    `tags` are the default tags by task.
    """

    def __init__(self, graph: LiveGraph) -> None:
        self._graph = graph
        self.tags: dict[str, frozenset[str]] = {}
        self._inside: dict[str, dict[LiveNode, bool]] = {}

    def knows(self, node: NodeId) -> bool:
        """Whether a node of this id exists."""
        return node in self._graph.nodes

    def forget(self, nodes: Iterable[LiveNode]) -> None:
        """`nodes` were taken out again; nobody will ask about them."""
        for known in self._inside.values():
            for live in nodes:
                known.pop(live, None)

    def selects(self, selector: Selector, subject: Subject, since: int) -> bool | None:
        """`since` is the birth number of the promise in which the selector stands."""
        match selector:
            case sel.EveryNode():
                return True
            case sel.IdIs(glob):
                return self._id_is(glob, subject)
            case sel.TaskIs(task):
                if isinstance(subject, LiveNode):
                    return subject.node.task == task
                return None if subject.task is None else subject.task == task
            case sel.TagIs(tag):
                return self._has_tag(tag, subject)
            case sel.InScope(scope):
                return self._is_in_scope(scope, subject)
            case sel.MadeBy(by):
                return self._is_made_by(by, subject, since)
            case sel.Under(node):
                return _is_under(self._graph.nodes.get(node), subject)
            case sel.IsNew():
                return subject.birth > since if isinstance(subject, LiveNode) else True
            case sel.BornAfter(node):
                return self._is_born_after(node, subject)
            case sel.AllOf(of):
                return _every(self.selects(part, subject, since) for part in of)
            case sel.AnyOf(of):
                inverse = _every(_inverse(self.selects(part, subject, since)) for part in of)
                return _inverse(inverse)
            case sel.NotSo(inner):
                return _inverse(self.selects(inner, subject, since))
            case _:
                assert_never(selector)

    def _is_in_scope(self, scope: str, subject: Subject) -> bool | None:
        if scope == ROOT:
            return True
        if isinstance(subject, LiveNode):
            return self._was_born_in(scope, subject)
        root = subject.root()
        inner = growth_scope(root.id)
        if _lies_in(inner, scope) or self._was_born_in(scope, root):
            return True
        # A scope with a long name is known by a digest, which does not tell where it lies.
        return None if scope.startswith(DIGEST) or _lies_in(scope, inner) else False

    def _was_born_in(self, scope: str, live: LiveNode) -> bool:
        """Whether `live`, or somebody who made it, was born in `scope`. Remembered, because the
        question comes for each node of a long recursion."""
        known = self._inside.setdefault(scope, {})
        asked: list[LiveNode] = []
        node: LiveNode | None = live
        found = False
        while node is not None and not found:
            if node in known:
                found = known[node]
                break
            asked.append(node)
            found = _lies_in(node.node.scope, scope)
            node = node.maker
        known.update(dict.fromkeys(asked, found))
        return found

    def _id_is(self, glob: str, subject: Subject) -> bool | None:
        if isinstance(subject, LiveNode):
            return subject.id == glob or fnmatchcase(subject.id, glob)
        if glob in self._graph.nodes and not any(c in glob for c in "*?["):
            return False  # an id is unique in the live view
        return None

    def _is_born_after(self, node: str, subject: Subject) -> bool | None:
        finished = self._graph.finished.get(node)
        if isinstance(subject, LiveNode):
            return finished is not None and subject.birth > finished
        return None if finished is None else True

    def _is_made_by(self, by: Selector, subject: Subject, since: int) -> bool | None:
        if subject.maker is None:
            return False
        answer = self.selects(by, subject.maker, since)
        if isinstance(subject, Coming) and subject.deep:
            deeper = self.selects(by, subject, since)
            return answer if answer == deeper else None
        return answer

    def _has_tag(self, tag: str, subject: Subject) -> bool | None:
        task = subject.node.task if isinstance(subject, LiveNode) else subject.task
        if task is not None and tag in self.tags.get(task, ()):
            return True
        return tag in subject.node.tags if isinstance(subject, LiveNode) else None


def _lies_in(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer + ".")


def _is_under(ancestor: LiveNode | None, subject: Subject) -> bool | None:
    if ancestor is None:
        # Nobody of that name is there yet; only a node still to come could be under it.
        return None if isinstance(subject, Coming) else False
    if isinstance(subject, LiveNode):
        return subject.is_under(ancestor)
    root = subject.root()
    return root is ancestor or root.is_under(ancestor)


def _inverse(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _every(answers: Iterable[bool | None]) -> bool | None:
    out: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            out = None
    return out


def may_be_born(name: NodeId, growers: Iterable[NodeId]) -> bool:
    """Whether a node of this name may still come from one of `growers`, or from what these grow."""
    return name.startswith(DIGEST) or any(
        name.startswith(f"{growth_scope(grower)}.") for grower in growers
    )
