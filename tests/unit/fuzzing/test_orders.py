"""Runs that are played with people who cancel and skip nodes, as legally as the rest."""

from __future__ import annotations

from random import Random

from foretell_runtime.fuzzing.player import Habits, Player
from foretell_runtime.fuzzing.watching import Watch
from foretell_runtime.machine import events as ev
from tests.unit.fuzzing.test_watching import GRAPH


def test_what_follows_when_somebody_cancels_or_skips_a_node_lies_inside_the_drawings_after_it() -> (
    None
):
    kinds: set[str] = set()
    for seed in range(25):
        player = Player(Random(seed), GRAPH, {}, Habits(orders=0.15), steps=30)
        watch = Watch(seed, player.state, player.facts)
        while facts := player.step():
            kinds |= {fact.kind for fact in facts}
            finding = watch.see(player.state, facts, player.facts)
            assert finding is None, (seed, finding.why)
        assert not any(isinstance(fact, ev.Broken) for fact in player.facts)
        if player.state.status in ("done", "failed"):
            finding = watch.end(player.state)
            assert finding is None, (seed, finding.why)
    assert {"stopping", "cancelled", "skipped", "ruled_out"} <= kinds
