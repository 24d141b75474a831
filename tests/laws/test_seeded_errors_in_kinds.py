"""Errors put on purpose into the newer kinds of promises and growth, each found out by its law:
`each`, alternatives, `born_after`, styles, maps of groups, loops and sections, growth promised on
the way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from foretell.horizon import futures, opening, ordering, sketch
from foretell.promises import (
    filled,
    form,
    formula,
    growing,
    language,
    looks,
    matching,
    shapes,
    tightening,
)
from foretell.promises.kinds import misfits
from tests.laws import instances, meanings
from tests.laws.test_seeded_errors import Error, objections, wrap

pytestmark = pytest.mark.proof

Misfits = misfits.MisfitNodes


def _bounds(low: int, high: int | None) -> Any:
    """Makes formulas of the kind `one` or `not` want something else."""

    def change(old: Any, promise: Any, *args: Any) -> Any:
        found = old(promise, *args)
        if isinstance(promise, (language.OneKept, language.NotKept)):
            return replace(found, min=low, max=len(found.of) if high is None else high)
        return found

    return change


IN_THE_JUDGE = [
    Error("edges change nobody's neighbours", "T1 T5", "may/p>cc/each c out<=1",
          wrap(Misfits, "add_edge", lambda old, *args: None)),
    Error("who is born needs no neighbours", "T1 T5", "may/p>cc/each c out<=1",
          wrap(Misfits, "add_node", lambda old, *args: None)),
    Error("neighbours that were only asked about stay", "T5", "many2/p>c/each p to new 1..2",
          wrap(Misfits, "undo", lambda old, *args: None)),
    Error("nobody brings neighbours", "T5", "one/p/each p to c>=1",
          wrap(Misfits, "_feeding", lambda old, *args: iter(()))),
    Error("one is any", "T5", "many2/p/one: c<=1 or new>=1",
          wrap(formula, "formula_of", _bounds(1, None))),
    Error("not is nothing", "T5", "many2/p/not: new=1",
          wrap(formula, "formula_of", _bounds(0, 1))),
    Error("everybody is born after", "T5", "may/p>c/after n1<=0",
          wrap(matching.Matcher, "_is_born_after", lambda old, *args: True)),
    Error("nobody is born after", "T1 T5", "may/c>p/after n1<=0",
          wrap(matching.Matcher, "_is_born_after", lambda old, *args: False)),
    Error("what one wears is allowed", "T5", "may/pc/c is red",
          wrap(looks.Looks, "_broken", lambda old, *args: None)),
    Error("what nodes wore is not asked", "T5", "may/pc/then c is red",
          wrap(looks.Looks, "_false_already", lambda old, *args: None)),
    Error("what one would wear is worn", "L", "may/pc/c is red",
          wrap(looks.Looks, "undo", lambda old, *args: None)),
    Error("instances that were only asked about stay", "T5", "map of seq/p/no promise",
          wrap(filled.Filled, "drop", lambda old, *args: None)),
    Error("every order is that of a section", "T5", "section side by side/p/no promise",
          wrap(form.Form, "may_precede", lambda old, *args: True)),
    Error("who is there is not bound", "T1 T5", "many2/p/then scope n0 is may",
          wrap(tightening.Tightening, "bind", lambda old, *args: None)),
    Error("whoever was only asked about is bound", "T1 T5", "many2/p/then scope n0 is may",
          wrap(tightening.Tightening, "undo", lambda old, *args: None)),
    Error("what was grown before has no place", "L T5", "unsaid/p/then scope n0 is seq",
          wrap(growing.Growing, "refill", lambda old, *args: None)),
    Error("rounds lie either way", "T1 T2 T5", "loop of seq/p/no promise",
          wrap(form, "is_earlier", lambda old, *args: True)),
    Error("rounds need no edges", "T5", "loop/p/no promise",
          wrap(form, "_rounds", lambda old, *args: iter(()))),
    Error("rounds have no last one", "T2", "loop/p/no promise",
          wrap(form, "_rest_of_group", lambda old, shape, *args: old(
              replace(shape, max=None), *args))),
]  # fmt: skip

IN_THE_HORIZON = [
    Error("there is only one more round", "T1", "loop of seq/p/no promise",
          wrap(sketch.Sketch, "_frames", lambda old, *args: [
              replace(frame, several=False) for frame in old(*args)])),
    Error("no two rounds come", "T1", "loop of three/p/new<=2",
          wrap(futures.Futures, "in_turn", lambda old, *args: False)),
    Error("two rounds always come", "T2", "loop of par/p/new<=2",
          wrap(futures.Futures, "in_turn", lambda old, *args: True)),
    Error("nothing lies between two rounds", "T1", "loop of seq/p/no promise",
          wrap(ordering._Instance, "near", lambda old, *args: iter(()))),
    Error("no edge into a round may still come", "T1", "loop/p/no promise",
          wrap(opening.Siblings, "near", lambda old, *args: [])),
]  # fmt: skip


IN_THE_DEFINITIONS = [
    Error("each has one neighbour more", "T5", "may/p>c/each c out<=1",
          wrap(meanings, "neighbours", lambda old, *args: [*old(*args), "another"])),
    Error("all of one are none of it", "T5", "many2/p/one: c<=1 or new>=1",
          wrap(meanings, "holds", lambda old, promise, *args: (
              any(old(part, *args) for part in promise.of)
              if isinstance(promise, language.OneKept) else old(promise, *args)))),
    Error("nobody is ever born after", "T5", "may/c>p/after n1<=0",
          wrap(meanings, "picks", lambda old, selector, *args: (
              selector.kind != "born_after" and old(selector, *args)))),
    Error("one may look as one likes", "T5", "may/pc/c is red",
          wrap(meanings, "may_restyle", lambda old, *args: True)),
    Error("there is only one copy", "T1 T5", "map of seq/p/no promise",
          wrap(instances, "by_key", lambda old, these: {
              0: [instances.Fill(slot, keys[1:]) for slot, keys in these]} if these else {})),
    Error("rounds need not follow each other", "T1 T5", "loop/p/no promise",
          wrap(instances, "relation", lambda old, shape, a, b: (
              "may" if isinstance(shape, shapes.Loop) and a.keys[0] < b.keys[0]
              else old(shape, a, b)))),
    Error("rounds lie side by side", "T1 T5", "loop of seq/p/no promise",
          wrap(instances, "relation", lambda old, shape, a, b: (
              "never" if isinstance(shape, shapes.Loop) and a.keys[0] != b.keys[0]
              else old(shape, a, b)))),
    Error("sections have no order", "T1 T5", "section/p/no promise",
          wrap(instances, "is_ordered", lambda old, *args: True)),
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
