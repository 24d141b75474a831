"""Errors put on purpose into rounds of loops: into what begins them, what they take back, what is
judged and drawn of them, and into the definitions. Each is found out by its law.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from foretell.graph import back
from foretell.horizon import foresee, joining
from foretell.horizon import rounds as turning
from foretell.promises import events, judge
from foretell.promises import rounds as bounds
from foretell_runtime.machine import folding
from tests.laws import rounds
from tests.laws.test_seeded_errors import Error, objections, redrawn, together, wrap

pytestmark = pytest.mark.proof

scheduling = import_module("foretell_runtime.machine.scheduling")

OVER_A_GROWER = "may/p>c~/no promise"
BESIDE = "nothing/c>p, c>c~/no promise"
TWICE = "may/p>c~, p>c~/no promise"


def _forgetting(one: str) -> Any:
    """What comes round, without that node."""

    def change(old: Any, *tops: Any) -> Any:
        return [live for live in old(*tops) if live.id != one]

    return change


def _at_once(old: Any, turn: Any) -> Any:
    """As if nothing had to be waited for."""
    whole = scheduling.cone
    try:
        vars(scheduling)["cone"] = lambda *tops: list(tops)
        return old(turn)
    finally:
        vars(scheduling)["cone"] = whole


def _not_asked(old: Any, turn: Any) -> Any:
    edges = turn.state.judge.graph.back
    asked, edges.asked = edges.asked, []
    try:
        return old(turn)
    finally:
        edges.asked = asked


def _all_counted(old: Any, edges: Any, members: Any, tops: Any) -> None:
    before = dict(edges.rounds)
    old(edges, members, tops)
    edges.rounds = before


def _having(old: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    """What was grown before the round still counts as grown."""
    have = dict(self.have)
    found = old(self, *args, **kwargs)
    self.have.update({live: have[live] for live in found[1] if live in have})
    return found


def _unfinished(old: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
    found = old(self, *args, **kwargs)
    for live in found[1]:
        self.graph.finished.pop(live.id, None)
    return found


IN_THE_JUDGE = [
    Error("a round forgets one that comes later", "L", BESIDE,
          together(wrap(events, "cone", _forgetting("n1")), wrap(folding, "cone", _forgetting("n1")))),
    Error("edges that members added stay", "L T5", "a node that wires others, done again",
          wrap(judge.Judge, "do_again", lambda old, self, tops, added, **how: old(
              self, tops, {}, **how))),
    Error("promises that members made stay", "T5 T1", "may/p>c~/then new<=0",
          wrap(judge.Judge, "do_again", lambda old, self, tops, added, **how: old(
              self, tops, {}, **how))),
    Error("what was grown counts after it went", "L T5 T1", OVER_A_GROWER,
          wrap(judge.Judge, "do_again", _having)),
    Error("rounds forget who was done before", "T5", "may/p>c~/after n1<=0",
          wrap(judge.Judge, "do_again", _unfinished)),
    Error("rounds are not counted", "T5 T1", "nothing/p>c~/n0<=1",
          wrap(back.BackEdges, "comes_round", lambda old, *args: None)),
    Error("rounds within another are counted on", "T5 T1", "nothing/p>c>c, nested/n1<=1",
          wrap(back.BackEdges, "begin_anew", _all_counted)),
    Error("one round too many may be asked for", "T5", "nothing/p>c~/n0<=1",
          wrap(bounds.Rounds, "breach", lambda old, self, asked=None: old(self))),
    Error("who runs is not waited for", "L", TWICE,
          wrap(scheduling.Scheduling, "_come_round", _at_once)),
    Error("who will be done again starts once more", "L", "many2/c>p, c>c~/no promise",
          wrap(scheduling.Scheduling, "_start_what_may", _not_asked)),
    Error("only what starts a round is judged", "T5", "a node that wires others, done again",
          wrap(judge.Judge, "breach", lambda old, self, **kwargs: (
              None if self.graph.back.rounds else old(self, **kwargs)))),
]  # fmt: skip

IN_THE_HORIZON = [
    Error("nothing may go", "T1", OVER_A_GROWER,
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, may_go=False) for n in h.nodes)))),
    Error("only what comes before another round is drawn", "T1", OVER_A_GROWER,
          wrap(turning.Turns, "_follow", lambda old, self: [self._judge])),
    Error("only what comes after another round is drawn", "T1", "some/p>c~/no promise",
          wrap(turning.Turns, "_follow", lambda old, self: [*old(self)][-1:])),
    Error("what must come in one way must come", "T1", "some/p>c~/no promise",
          wrap(joining._Join, "_class", lambda old, self, at, conditional: replace(
              old(self, at, conditional),
              min=max(side.classes[at].min for side in self._sides if at in side.classes)))),
    Error("what may come in one way only is not drawn", "T1", "one/p>c~/no promise",
          wrap(foresee, "joined", lambda old, ways: old([*ways][:1]))),
    Error("loops come round once more", "T1", "nothing/p>c~/n0<=1",
          wrap(bounds.Rounds, "most", lambda old, *args: (lambda n: n and n + 1)(old(*args)))),
    Error("what has been begun is begun for the first time", "L", OVER_A_GROWER,
          redrawn(lambda h: replace(h, nodes=tuple(replace(n, iteration=1) for n in h.nodes)))),
    Error("loops are order", "T1", OVER_A_GROWER,
          redrawn(lambda h: replace(h, edges=tuple(replace(e, kind="order") for e in h.edges)))),
]  # fmt: skip

IN_THE_DEFINITIONS = [
    Error("one that comes later is not done again", "L", BESIDE,
          wrap(rounds, "cone", lambda old, world, target: old(world, target) - {"n1"})),
    Error("what was made is not done again", "L T1 T5", OVER_A_GROWER,
          wrap(rounds, "cone", lambda old, world, target: frozenset(
              n for n in old(world, target) if "." not in n))),
    Error("nobody is held back", "L", "many2/c>p, c>c~/no promise",
          wrap(rounds, "held_back", lambda old, moment: frozenset())),
    Error("nobody counts rounds", "T5 T1", "nothing/p>c~/n0<=1",
          wrap(rounds.Rounds, "left", lambda old, *args: None)),
    Error("rounds begin at once", "L", TWICE,
          wrap(rounds, "running", lambda old, moment: frozenset())),
    Error("those of old are there again", "T2", "some/p>c~/no promise",
          wrap(rounds.Rounds, "_without_one", lambda old, self, i, born: i)),
]  # fmt: skip

ERRORS = [*IN_THE_JUDGE, *IN_THE_HORIZON, *IN_THE_DEFINITIONS]


@pytest.mark.parametrize("universe", sorted({error.universe for error in ERRORS}))
def test_nobody_objects_where_there_is_no_error(universe: str) -> None:
    assert not objections(universe)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_is_found_out_by_its_law(error: Error, monkeypatch: pytest.MonkeyPatch) -> None:
    error.patch(monkeypatch)
    laws = objections(error.universe)
    assert laws & set(error.laws.split()), f"only {laws or 'nobody'} objects"
