"""Many random runs of one graph, each compared with its own drawings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from foretell.document.model import Graph
from foretell.errors import UserError
from foretell.graph.model import Json
from foretell_runtime.fuzzing.coverage import Coverage
from foretell_runtime.fuzzing.player import Player, Surprise, random_habits
from foretell_runtime.fuzzing.report import Report
from foretell_runtime.fuzzing.watching import Finding, Watch, finished
from foretell_runtime.inputs import check_given
from foretell_runtime.machine.events import Rearmed

RUNS = 100
STEPS = 40


def fuzz_graph(
    graph: Graph,
    *,
    runs: int = RUNS,
    seed: int = 0,
    steps: int = STEPS,
    inputs: Mapping[str, Json] | None = None,
    on_run: Callable[[Report], None] | None = None,
) -> Report:
    """Plays random legal futures of `graph`, without running its tasks, and checks that each lies
    inside every drawing made on the way.

    After `steps` steps a run grows no more than it must. `inputs` may be left out: no task reads
    them. The same seed plays the same runs. `on_run` is told after each. Raises what registering the
    graph would raise.
    """
    if runs < 1 or steps < 0:
        raise UserError(f"runs={runs}, steps={steps}: at least one run, and no fewer than 0 steps")
    check_given(graph, inputs or {})
    report: Report | None = None
    for run in range(seed, seed + runs):
        player = _player(graph, run, steps, inputs or {})
        watch = Watch(run, player.state, player.facts)
        if report is None:
            report = Report(graph.name, seed, steps, Coverage(watch.first))
        report.finding = _play(player, watch)
        _book(report, player, watch, run)
        if on_run is not None:
            on_run(report)
        if report.finding is not None:
            break
    assert report is not None
    return report


def _player(graph: Graph, seed: int, steps: int, inputs: Mapping[str, Json]) -> Player:
    rng = Random(seed)
    return Player(rng, graph, inputs, random_habits(rng), steps)


def _play(player: Player, watch: Watch) -> Finding | None:
    """One run to its end, or to the first fault."""
    try:
        while facts := player.step():
            finding = watch.see(player.state, facts, player.facts)
            if finding is not None:
                return finding
    except Surprise as surprise:
        return watch.surprise(player.state, str(surprise))
    return None if player.is_stuck else watch.end(player.state)


def _book(report: Report, player: Player, watch: Watch, seed: int) -> None:
    report.runs += 1
    report.failed += player.state.status == "failed"
    report.nodes += len(player.state.judge.graph.nodes)
    report.events += len(player.facts)
    report.drawings += len(watch.looks)
    if player.is_stuck:
        report.stuck.append(seed)
    elif report.finding is None and player.state.status == "done":
        rounds = [(fact.by, fact.node) for fact in player.facts if isinstance(fact, Rearmed)]
        report.coverage.add(*finished(player.state), rounds)
