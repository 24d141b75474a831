"""One node of a run in words: each of its trials, and what it waits for now."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from foretell_runtime.cli.log import logs_json
from foretell_runtime.cli.words import brief, clock, cut, for_screen, names, seconds, visible
from foretell_runtime.history import TrialRecord
from foretell_runtime.machine.events import (
    Changed,
    Emitted,
    Failed,
    Finished,
    Interrupted,
    Progressed,
    Refused,
    Started,
)

if TYPE_CHECKING:
    from foretell_runtime.machine import State
    from foretell_runtime.machine.events import Recalled
    from foretell_runtime.store.protocol import Event

WIDEST = 2_000
"""Of an input or an output; `--json` has all of it."""
QUIET_S = 60.0
"""Of a trial that was not heard of for so long it is said."""

LastHeard: TypeAlias = "dict[str, float]"
"""When each node that runs was last heard of."""


def told(
    node: str, trials: list[TrialRecord], state: State, recalled: Recalled | None = None
) -> Iterator[str]:
    """For a person. `recalled`: it last ended without running."""
    live = state.judge.graph.nodes.get(node)
    yield f"{node}: {live.status.value.replace('_', ' ') if live else 'retired'}"
    if live is not None:
        spec = state.tasks[live.node.task]
        yield f"  task     {live.node.task}" + (f" ({spec.where})" if spec.where else "")
    for trial in trials:
        yield from _trial(trial)
    if recalled is not None:
        yield f"  recalled from the cache ({recalled.key[:8]}), without running"
        yield f"    output   {visible(brief(recalled.output, WIDEST))}"
    if waits := why_waits(state, node):
        yield f"  waits    {waits}"


def as_json(node: str, trials: list[TrialRecord], state: State) -> dict[str, Any]:
    live = state.judge.graph.nodes.get(node)
    timer = state.timers.of(node, "retry")
    return {
        "node": node,
        "status": live.status.value if live else "retired",
        "task": live.node.task if live else None,
        "waits": why_waits(state, node),
        "again_at": timer.at if timer else None,
        "trials": [_trial_json(trial) for trial in trials],
    }


def last_heard(events: Iterable[Event]) -> LastHeard:
    """Of each node that runs, when its trial began or was last heard of in the journal."""
    heard: LastHeard = {}
    for event in events:
        match event.fact:
            case Started(node) | Changed(node) | Refused(node) | Progressed(node) | Emitted(node):
                heard[node] = event.time
            case Finished(node) | Failed(node) | Interrupted(node):
                heard.pop(node, None)
            case _:
                pass
    return heard


def silence(heard: float | None) -> str:
    """That nothing was heard of a running trial for long, which may be as it should; else empty."""
    quiet_s = 0.0 if heard is None else time.time() - heard
    return f"nothing heard for {seconds(quiet_s)}" if quiet_s >= QUIET_S else ""


def why_waits(state: State, node: str) -> str:
    """What holds a node back that waits for no other one; empty if nothing does."""
    live = state.judge.graph.nodes.get(node)
    if state.status != "running" or live is None:
        return ""
    timer = state.timers.of(node, "retry")
    if timer is None:
        return state.why_waits(live, time.time())
    return f"to be tried again (trial {state.trials[node] + 1}) at {clock(timer.at)}"


def _trial(trial: TrialRecord) -> Iterator[str]:
    round_ = f", round {trial.iteration}" if trial.iteration > 1 else ""
    took = trial.seconds
    how = f"{trial.outcome} after {seconds(took)}" if took is not None else "running"
    yield f"  trial {trial.trial}{round_}: {how}"
    yield f"    started  {clock(trial.started)}, because {trial.cause}"
    if trial.until is not None and trial.ended is None:
        yield f"    has      until {clock(trial.until)}"
    inputs = "(cannot be put together)" if trial.inputs is None else brief(trial.inputs, WIDEST)
    yield f"    inputs   {visible(inputs)}"
    if trial.grew:
        yield f"    grew     {visible(names(trial.grew))}"
    if trial.outcome == "done":
        filled = names(list(dict.fromkeys(hole.node for hole in trial.holes)))
        also = f", filled by {filled}" if filled else ""
        yield f"    output   {visible(cut(brief(trial.output, WIDEST) + also, WIDEST))}"
    elif trial.error:
        yield f"    error    {visible(trial.error)}"
    for line in visible(trial.trace).rstrip().splitlines():
        yield f"      {line}"
    if trial.again_at is not None:
        yield f"    again    at {clock(trial.again_at)}"
    for written in trial.log:
        yield f"    | {for_screen(written.text)}"


def _trial_json(trial: TrialRecord) -> dict[str, Any]:
    return {
        "trial": trial.trial,
        "iteration": trial.iteration,
        "cause": trial.cause,
        "started": trial.started,
        "ended": trial.ended,
        "seconds": trial.seconds,
        "outcome": trial.outcome,
        "inputs": trial.inputs,
        "output": trial.output,
        "filled_by": {hole.at: hole.node for hole in trial.holes},
        "error": trial.error,
        "trace": trial.trace,
        "again_at": trial.again_at,
        "grew": trial.grew,
        "log": logs_json(trial.log),
    }
