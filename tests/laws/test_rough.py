"""The laws hold also where futures are too many to be followed: then bounds alone are drawn."""

from __future__ import annotations

import pytest

from foretell.horizon import futures
from tests.laws.catalogue import everything
from tests.laws.enumerator import TooLarge
from tests.laws.proof import Proof

pytestmark = pytest.mark.proof

STRIDE = 61


def test_nothing_lies_outside_a_rough_drawing_and_none_is_called_exact_that_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(futures, "MOST_STEPS", 0)
    counting = [
        e
        for e in everything()
        if e.core and not e.plain and e.growth == "grows" and not e.universe.loops
    ]
    few = [e for e in counting if e.promise != "grows" and len(e.universe.given) <= 2][::STRIDE]
    tried = inexact = 0
    for entry in few:
        try:
            proof = Proof(entry.universe, limit=3000).run()
        except TooLarge:
            continue
        tried += 1
        assert not [*proof.faults, *proof.lies], entry.universe.name
        inexact += proof.inexact
    assert tried >= 25
    assert inexact > 10
