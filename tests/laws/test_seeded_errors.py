"""The proofs are worth something: each error put into the machine, the horizon or the definitions
on purpose is found out, by the law that is about it.

Each row names the law that must object, where the error is, and a universe in which it matters.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest

from foretell.graph import growth, live, outcomes
from foretell.graph.model import Edge
from foretell.horizon import futures, growths, opening, ordering, sketch, sums, weighing
from foretell.horizon.model import Group, Horizon
from foretell.promises import (
    form,
    growing,
    judge,
    ledger,
    matching,
    prospects,
    refining,
    sharing,
)
from foretell.promises import rest as rests
from foretell_runtime import machine
from tests.laws import catalogue, definitions, enumerator, instances, meanings, proof, regressions
from tests.laws.catalogue import Entry
from tests.laws.proof import Proof
from tests.laws.test_exhaustive import violations

pytestmark = pytest.mark.proof

ends = import_module("foretell_runtime.machine.ends")
turn = import_module("foretell_runtime.machine.turn")
"""Its package calls the function by the same name."""

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Error:
    """An error on purpose: `laws` are those that may object to it in `universe`."""

    name: str
    laws: str
    universe: str
    patch: Patch


def found(name: str) -> Entry:
    return next(
        entry
        for entry in (*catalogue.everything(), *regressions.everything())
        if entry.universe.name == name
    )


def objections(name: str) -> set[str]:
    """The laws that are violated; a crash of the machine is the worst of objections."""
    entry = found(name)
    try:
        return {fault.law for fault in violations(entry, Proof(entry.universe, limit=10_000).run())}
    except Exception as crash:  # noqa: BLE001
        return {f"crash: {crash!r}"}


def wrap(owner: Any, name: str, change: Callable[..., Any]) -> Patch:
    """Replaces `owner.name` by `change(original, *args)`."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        original = getattr(owner, name)

        def changed(*args: Any, **kwargs: Any) -> Any:
            return change(original, *args, **kwargs)

        monkeypatch.setattr(owner, name, changed)

    return patch


def together(*patches: Patch) -> Patch:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for one in patches:
            one(monkeypatch)

    return patch


def redrawn(change: Callable[[Horizon], Horizon]) -> Patch:
    """Changes every drawing."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        original = machine.horizon_of
        monkeypatch.setattr(proof, "horizon_of", lambda state: change(original(state)))

    return patch


def first_class(change: Callable[[Any], Any]) -> Patch:
    def changed(h: Horizon) -> Horizon:
        return replace(h, classes=(*map(change, h.classes[:1]), *h.classes[1:]))

    return redrawn(changed)


IN_THE_HORIZON = [
    Error("upper bounds one too small", "T1", "many2/p/no promise",
          first_class(lambda c: replace(c, max=c.max - 1))),
    Error("upper bounds one too large", "T2", "many2/p/no promise",
          first_class(lambda c: replace(c, max=c.max + 1))),
    Error("lower bounds one too large", "T1", "many2/p/no promise",
          first_class(lambda c: replace(c, min=c.min + 1))),
    Error("lower bounds forgotten", "T2", "some/p/no promise",
          first_class(lambda c: replace(c, min=0))),
    Error("a class forgotten", "T1", "par/p/no promise",
          redrawn(lambda h: replace(h, classes=h.classes[1:]))),
    Error("edges to successors forgotten", "T1", "may/p>c/no promise",
          redrawn(lambda h: replace(h, edges=tuple(e for e in h.edges if e.target != "n1")))),
    Error("edges to successors uncertain", "T2", "may/p>c/no promise",
          redrawn(lambda h: replace(h, edges=tuple(
              replace(e, existence="may") if e.existence == "will" else e for e in h.edges)))),
    Error("alternatives not drawn as such", "T1", "alt/p/no promise",
          redrawn(lambda h: replace(h, groups=()))),
    Error("everything an alternative", "T1", "par/p/no promise",
          redrawn(lambda h: replace(h, groups=(Group("g", tuple(
              (c.id,) for c in h.classes)),) if h.classes else ()))),
    Error("nothing is open", "T1", "open/pc/new<=2",
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, in_open=()) for n in h.nodes)))),
    Error("everything is open", "T2", "may/pc/no promise",
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, in_open=("*",)) for n in h.nodes)))),
    Error("classes drawn after the end", "T4", "may/p/no promise",
          redrawn(lambda h: replace(h, why=("no reason",), exact=False))),
    Error("order among parts certain where a path may do", "T1", "seq3/p/no promise",
          wrap(ordering.Order, "_existence", lambda old, order, a, b: old(order, a, b) and "will")),
    Error("order among parts forgotten", "T1", "seq/p/no promise",
          wrap(sketch.Sketch, "_order", lambda old, *args: None)),
    Error("recursion bounded as if it were not folded", "T1", "recursion/p/new<=2", together(
          lambda monkeypatch: monkeypatch.setattr(futures, "MOST_STEPS", 0),
          wrap(weighing.Weighing, "unbounded", lambda old, *args: 0))),
    Error("exact bounds one too small", "T1", "alt/p/new<=2",
          wrap(futures.Futures, "span", lambda old, self, c: (
              (lambda span: span and (span[0], span[1] - 1))(old(self, c))))),
    Error("only the first branch is followed", "T1", "alt/p/new<=2",
          wrap(futures.Futures, "takes", lambda old, self, maker, choice, branch: not branch)),
    Error("what a node grows in turn costs nothing", "T2", "nested/p/new<=2",
          wrap(futures.Futures, "_of_one", lambda old, self, c: (
              old(self, c) if "/s/" not in c.id else old(self, replace(c, is_mark=True))))),
    Error("sums that just fit are dropped", "T1", "nested/p/new<=2",
          wrap(sums.Space, "_added", lambda old, self, a, b: (
              (lambda c: None if c and any(x == q.top and not q.open for x, q in zip(
                  c, self.axes, strict=True)) else c)(old(self, a, b))))),
    Error("no node is counted twice", "T1", "tree/p/new<=2",
          wrap(sums.Space, "times", lambda old, self, s, low, high: old(
              self, s, low, max(low, 1)))),
    Error("bans of edges do not keep parts apart", "T2", "seq/p/only edges from n0",
          wrap(growths.Builder, "_apart", lambda old, *args: (set(), set()))),
    Error("late successors forgotten", "T1", "openone/p>cc/c or p<=3, new<=2",
          wrap(opening.Openings, "_in_time",
               lambda old, self, root, target, gs: [g for g in gs if g not in self._before[root]])),
    Error("wild nodes made by their root alone", "T1", "open/p/new<=2",
          redrawn(lambda h: replace(h, edges=tuple(
              replace(e, existence="will") if e.target.endswith("/*") else e for e in h.edges)))),
]  # fmt: skip


def no_growth_of(task: str) -> Callable[..., Any]:
    def change(old: Any, self: Any, live: Any, *args: Any) -> Any:
        return None if live.node.task == task else old(self, live, *args)

    return change


def one_more(entry: Any) -> Any:
    """`entry`, as if there were one more of what it counts."""
    counted = copy(entry)
    counted.have += 1
    return counted


IN_THE_JUDGE = [
    Error("too much is not noticed", "T5", "many2/p/s of n0<=1",
          wrap(ledger.Ledger, "_too_much", lambda old, *args: None)),
    Error("too little is not noticed", "T5", "many2/p/s of n0>=1",
          wrap(ledger.Ledger, "_too_little", lambda old, *args: None)),
    Error("too much is cried one too early", "T5", "many2/p/s of n0<=1",
          wrap(ledger.Ledger, "_too_much", lambda old, self, entry: old(self, one_more(entry)))),
    Error("nobody else is expected to grow", "T5", "many2/p/s of n0>=1",
          wrap(prospects.Prospects, "of_rest", lambda old, *args: prospects.NONE)),
    Error("the future is counted as certain", "T5", "many2/p/s of n0<=1",
          wrap(prospects.Prospects, "of_rest", lambda old, *args: (
              min(2, old(*args)[1]), old(*args)[1]))),
    Error("what must still come is not counted", "T5", "one/pp/new<=1",
          wrap(prospects.Prospects, "of_rest", lambda old, *args: (0, old(*args)[1]))),
    Error("a finish is not judged", "T5", "one/p/no promise",
          wrap(judge.Judge, "would_end", lambda old, *args, **kwargs: None)),
    Error("a gap in the order is not noticed", "T5", "seq/p/no promise",
          wrap(growing, "_gap", lambda old, *args: None)),
    Error("order is allowed both ways", "T5", "seq/p/no promise",
          wrap(form.Form, "may_precede", lambda old, *args: True)),
    Error("branches do not exclude each other", "T5", "alt/p/no promise",
          wrap(form.Form, "conflict", lambda old, *args: "")),
    Error("everybody is new", "T5", "may/p>c/new<=1",
          wrap(matching.Matcher, "selects", lambda old, self, s, subject, since: (
              True if s.kind == "new" else old(self, s, subject, since)))),
    Error("new edges are not counted", "T5", "may/p>c/nothing new into n1",
          wrap(ledger.Ledger, "add_edge", lambda old, *args: None)),
    Error("the last change of finish is forgotten by the ledger", "T5", "any/p/s of n0>=1, new<=2",
          wrap(judge.Judge, "_silence", lambda old, *args: None)),
    Error("edges to successors are not completed", "L", "may/p>c/no promise",
          wrap(growth.Addition, "_join", lambda old, self, edge, *family: (
              None if edge.kind == "structural" and edge.target == "n1"
              else old(self, edge, *family)))),
    Error("a later successor is not completed", "L", "openone/pc/new<=2",
          wrap(growth.Addition, "_join", lambda old, self, edge, *family: (
              self.pairs.append(_alone(self, edge)) if edge.kind == "order" and self.maker
              else old(self, edge, *family)))),
    Error("cycles are let in", "L", "free/p/no promise",
          wrap(growth.Addition, "_refuse_cycles", lambda old, self: None)),
    Error("edges may end anywhere", "L", "open/pc/new<=2",
          wrap(growth.Addition, "_check_ends", lambda old, self, edge: None)),
    Error("who ends lets nobody start", "L", "nothing/p>c/no promise",
          wrap(live.LiveGraph, "end", lambda old, self, node, status: _silently(node, status))),
]  # fmt: skip


def _alone(addition: Any, edge: Edge) -> Any:
    pair = addition.graph.add_edge(edge, addition.maker)
    return pair, pair.edges[-1]


def _silently(node: Any, status: live.Status) -> list[Any]:
    node.status = status
    return []


WHERE_SOMEBODY_FAILS = [
    Error("nobody is seen to fail", "T1", "one/p?c/no promise",
          wrap(sharing, "unless_it_fails", lambda old, rest: rest)),
    Error("what grows below a failure is certain", "T1", "nested many/p?c/no promise",
          wrap(refining, "unless_it_fails", lambda old, rest: rest)),
    Error("what may be taken back is drawn as staying", "T1", "may/p?c/no promise",
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, may_go=False) for n in h.nodes)))),
    Error("everything may be taken back", "T2", "may/p>c, p!c/no promise",
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, may_go=True) for n in h.nodes)))),
    Error("whoever may fail is taken to grow nothing", "T1", "one/c>p?c/no promise",
          wrap(sharing, "unless_it_fails", lambda old, rest: rests.NO_ROOM)),
    Error("a failure ends the run though somebody waits for it", "T5", "may/p?c/no promise",
          wrap(ends, "is_handled", lambda old, live: False)),
    Error("what waits for a failure waits when it has not come", "L", "may/c!p/no promise",
          wrap(turn, "ruled_out_by", lambda old, live: [])),
    Error("`any` waits for a good end", "L", "one/p?c/no promise",
          wrap(outcomes, "is_met", lambda old, pair: pair.source.status == "done")),
    Error("growth follows on `ok`, whatever it follows", "T5", "may/p?c/no promise",
          wrap(growth, "_following", lambda old, made, pair: [
              (Edge(made.id, pair.target.id, "structural"), None)])),
    Error("one failure in a family rules out nobody's hope", "L", "some/p!c/no promise",
          wrap(definitions, "family", lambda old, node, makers: frozenset({node}))),
    Error("a failure is nobody's business", "L T5", "may/p?c/no promise",
          wrap(definitions, "is_handled", lambda old, *args: False)),
]  # fmt: skip

IN_THE_DEFINITIONS = [
    Error("growth is not completed", "L", "may/p>c/no promise",
          wrap(definitions, "completed", lambda old, world, *by: world)),
    Error("cycles are lawful", "L", "free/p/no promise", together(
          wrap(definitions, "has_cycle", lambda old, world: False),
          wrap(enumerator.View, "is_after", lambda old, self, node, other: node == other))),
    Error("every growth is an instance", "T1 T5", "one/p/no promise",
          wrap(instances, "is_instance", lambda old, *args: True)),
    Error("any order will do", "T5", "par/p/no promise",
          wrap(instances, "relation", lambda old, *args: "may")),
    Error("order is not due", "T1 T5", "seq/p/no promise",
          wrap(instances, "is_ordered", lambda old, *args: True)),
    Error("order is never allowed", "T5", "free/p/no promise",
          wrap(instances, "relation", lambda old, *args: "never")),
    Error("nothing is new", "T1 T5", "many2/p/new<=1",
          wrap(meanings, "is_new", lambda old, *args: False)),
    Error("amounts are one too large", "T5", "many2/p/new<=1",
          wrap(meanings, "amounts", lambda old, *args: [n + 1 for n in old(*args)])),
    Error("nodes start before their predecessors", "L", "nothing/p>c/no promise",
          wrap(enumerator.Enumerator, "begin", lambda old, self: (
              lambda m: m._replace(world=m.world._replace(ties=frozenset())))(old(self)))),
]  # fmt: skip

ERRORS = [*IN_THE_HORIZON, *IN_THE_JUDGE, *WHERE_SOMEBODY_FAILS, *IN_THE_DEFINITIONS]


def test_there_are_enough_errors_and_they_are_found_where_none_was_put() -> None:
    assert len(IN_THE_HORIZON) + len(IN_THE_JUDGE) >= 20
    assert len(IN_THE_DEFINITIONS) >= 5
    for name in {error.universe for error in ERRORS}:
        assert not objections(name), name


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_is_found_out_by_its_law(error: Error, monkeypatch: pytest.MonkeyPatch) -> None:
    error.patch(monkeypatch)
    laws = objections(error.universe)
    assert laws & set(error.laws.split()), f"only {laws or 'nobody'} objects"
