"""Errors put on purpose into what names in shapes come to, and into what they mean, each found out
by its law."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretell.promises import shapes, unfolding
from tests.laws import instances, named
from tests.laws.test_seeded_errors import Error, objections, together, wrap

pytestmark = pytest.mark.proof

IN_WHAT_THEY_COME_TO = [
    Error("names are deeper than they may be", "T1 T5", "let pairs around one/p/no promise",
          wrap(unfolding._Unfolding, "_one", lambda old, self, let, *args: old(
              self, replace(let, deep=let.deep + 1), *args))),
    Error("what lies too deep is nothing", "T1 T5", "let pairs around one/p/no promise",
          wrap(unfolding._Unfolding, "_filled", lambda old, self, shape, name, one, at: old(
              self, shape, name, shapes.NOTHING if one is None else one, at))),
    Error("rounds lie side by side", "T5", "let rounds/p/no promise",
          wrap(unfolding, "_repeated", lambda old, *args: (
              found if (found := old(*args)) is None
              else shapes.Many(shapes.Par((found.of,)), found.min, found.max)))),
    Error("there is one round too few", "T1 T5", "let rounds, then one/p/no promise",
          wrap(unfolding, "_repeated", lambda old, body, name, deep: (
              old(body, name, deep and deep - 1)))),
]  # fmt: skip

IN_WHAT_THEY_MEAN = [
    Error("what lies too deep means nothing", "T1 T5", "let pairs around one/p/no promise",
          together(*(wrap(instances, name, lambda old, shape, these: (
              not these if isinstance(shape, named.Never) else old(shape, these)))
              for name in ("is_instance", "may_become")))),
    Error("rounds are in no order", "T5", "let rounds/p/no promise",
          wrap(instances, "_relation_again", lambda old, *args: "may")),
    Error("no round follows another", "T1 T5", "let rounds, then one/p/no promise",
          lambda monkeypatch: monkeypatch.setattr(named.Again, "less", None)),
]  # fmt: skip

ERRORS = [*IN_WHAT_THEY_COME_TO, *IN_WHAT_THEY_MEAN]


@pytest.mark.parametrize("universe", sorted({error.universe for error in ERRORS}))
def test_nobody_objects_where_there_is_no_error(universe: str) -> None:
    assert not objections(universe)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_is_found_out_by_its_law(error: Error, monkeypatch: pytest.MonkeyPatch) -> None:
    error.patch(monkeypatch)
    laws = objections(error.universe)
    assert laws & set(error.laws.split()), f"only {laws or 'nobody'} objects"
