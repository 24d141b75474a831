"""A whole run in this process: the machine decides, and tasks are called where they stand.

Nothing is started or stored, so a test may look at every fact, and at the horizon of any moment.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import CoroutineType
from typing import Any

from foretell.author.entry import base_of
from foretell.author.growth import live_growth
from foretell.author.loading import load_entry
from foretell.author.rounds import Again
from foretell.author.running import set_running
from foretell.author.tasks import Workflow
from foretell.document.jsonform import loads
from foretell.document.model import Change
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph import plain
from foretell.horizon.model import Horizon
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide, horizon_of, register
from foretell_runtime.machine import events as ev


class Engine:
    """A run of `flow`. `facts` is its journal, `horizons` what was foreseen after each fact."""

    def __init__(self, flow: Workflow[..., Any], **inputs: Any) -> None:
        self.base = str(base_of(flow))
        self.graph = loads(flow.compile().to_json())  # as another process would read it
        given = {name: inp.default for name, inp in self.graph.inputs.items() if not inp.required}
        self.state, decision = register(self.graph, {**given, **inputs}, self.base, 1)
        self._now = 0.0
        self.facts: list[ev.Fact] = []
        self.horizons: list[Horizon] = []
        self.errors: list[Exception] = []
        """What tasks raised."""
        self._todo: list[ev.Instruction] = []
        self._take(decision)

    def run(self) -> Any:
        """Runs it to its end, and returns what it comes to. Raises what a task raised, or
        `PromiseBroken`."""
        while self._todo or self.state.timers.next:
            if not self._todo:
                self._ring()
            match self._todo.pop(0):
                case ev.Launch() as launch:
                    self._perform(launch)
                case _:
                    pass
        ended = self.facts[-1]
        assert isinstance(ended, ev.Ended), ended
        if ended.status == "done":
            return ended.output  # what has failed on the way was handled
        if self.errors:
            raise self.errors[0]
        if ended.status == "broken":
            raise PromiseBroken(ended.error)
        raise AssertionError(ended)

    @property
    def ids(self) -> list[str]:
        return list(self.state.judge.graph.nodes)

    def hear(self, launch: ev.Launch, message: msg.FromTask) -> ev.Decision:
        decision = decide(self.state, ev.Heard(launch.node, launch.trial, message), self._now)
        self._take(decision)
        return decision

    def _ring(self) -> None:
        """Nothing else is left to happen: it is at once the time for which the run waits."""
        timer = self.state.timers.next
        assert timer is not None
        self._now = timer.at
        self._take(decide(self.state, ev.Rang(), self._now))

    def _perform(self, launch: ev.Launch) -> None:
        spec = self.state.tasks[launch.task]
        task = load_entry(spec.entry, self.base)
        rights = [] if task.growth is None else [live_growth(task, _Grower(self, launch))]
        try:
            arguments = task.ports.load_inputs(json.loads(json.dumps(launch.inputs)))
            set_running(None, {**plain.encode(launch), "base": self.base})
            result = task.fn(*rights, **arguments)
            if isinstance(result, CoroutineType):
                result = asyncio.run(result)
            output, holes = task.ports.dump_output(result)
        except Again as asked:
            self.hear(launch, msg.Finish(json.loads(json.dumps(asked.value)), again=asked.target))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the task's end
            self.errors.append(error)
            self.hear(launch, msg.Fail(str(error)))
        else:
            self.hear(launch, msg.Finish(json.loads(json.dumps(output)), holes))
        finally:
            set_running(None)

    def _take(self, decision: ev.Decision) -> None:
        self.facts += decision.facts
        if decision.facts:
            self.horizons.append(horizon_of(self.state))
        self._todo += decision.instructions


class _Grower:
    """What a running task holds of its engine."""

    def __init__(self, engine: Engine, launch: ev.Launch) -> None:
        self.node = launch.node
        self.tasks: Mapping[str, str] = {n: s.entry for n, s in engine.state.tasks.items()}
        self.grows = engine.state.tasks[launch.task].grows
        self._engine = engine
        self._launch = launch

    def propose(self, change: Change, *, attempt: bool = False) -> None:
        reply = self._ask(msg.Propose(1, _sent(change), attempt=attempt))
        if not reply.ok:
            raise (PromiseBroken if reply.against == "promise" else LawBroken)(reply.why)

    def would(self, change: Change) -> tuple[bool, str]:
        reply = self._ask(msg.Would(1, _sent(change)))
        return reply.ok, reply.why

    def _ask(self, message: msg.FromTask) -> msg.Reply:
        found = self._engine.hear(self._launch, message).instructions
        told = [one.reply for one in found if isinstance(one, ev.Tell)]
        if told:
            return told[0]
        broken = [fact for fact in self._engine.facts if isinstance(fact, ev.Broken)]
        return msg.Reply(1, ok=False, why=broken[0].why, against="promise")


def _sent(change: Change) -> Change:
    """The change, once it has crossed the border."""
    return plain.decode(Change, json.loads(json.dumps(plain.encode(change))))
