"""What random walks through the machine once found to be wrong (`tests/laws/test_machine.py`), each
as a story of its own."""

from __future__ import annotations

from typing import Any

import pytest

from foretell.document.model import Change, Graph, PortSpec, TaskSpec
from foretell.graph.model import Edge, Hole, Node, Output, Outside
from foretell.promises import shapes as sh
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "t": TaskSpec("m:t", sh.NOTHING),
    "grows": TaskSpec("m:grows", sh.Many(sh.Leaf("grows", "s"), 0, 3)),
    "emits": TaskSpec("m:emits", sh.NOTHING, ports={"p": PortSpec()}),
}


class Run:
    def __init__(self, nodes: list[Node], *edges: Edge, holes: tuple[Hole, ...] = ()) -> None:
        output = Output([None] * len(holes), holes)
        graph = Graph("flow", tasks=TASKS, nodes=tuple(nodes), edges=edges, output=output)
        self.now = 0.0
        self.state, decision = register(graph, {}, "", 9)
        self.facts = list(decision.facts)
        self.inputs: dict[str, Any] = {}

    def take(self, happening: ev.Happening) -> list[ev.Fact]:
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        for one in decision.instructions:
            if isinstance(one, ev.Launch):
                self.inputs[one.node] = one.inputs
        return decision.facts

    def says(self, node: str, message: msg.FromTask) -> list[ev.Fact]:
        return self.take(ev.Heard(node, self.state.running[node], message))

    def ring(self) -> list[ev.Fact]:
        timer = self.state.timers.next
        assert timer is not None
        self.now = timer.at
        return self.take(ev.Rang())


def reading(*, on: Any = None, **options: Any) -> Run:
    edges = [Edge("a", "b", "data", "", "/x", port="p", early=True)]
    edges += [Edge("a", "b", on=on)] if on else []
    return Run([Node("a", "emits"), Node("b", "t", inputs={"x": None}, **options)], *edges)


@pytest.mark.parametrize("on", ["ok", "any"])
def test_who_reads_early_and_waits_for_the_end_too_waits(on: str) -> None:
    run = reading(on=on)
    run.says("a", msg.Chunk("p", 1))
    assert "b" not in run.state.running
    run.says("a", msg.Finish())
    assert "b" in run.state.running


def test_the_deadline_of_a_question_runs_from_the_first_chunk_of_what_is_read_early() -> None:
    question = Outside("question", "/q", "well?", within_s=30.0, default=7)
    run = reading(outside=(question,))
    run.now = 5.0
    facts = run.says("a", msg.Chunk("p", 1))
    assert facts[1:] == [ev.Asked("b", "/q", 35.0, 30.0)]
    assert [fact.kind for fact in run.ring()] == ["answered", "started"]


def test_a_question_is_asked_anew_in_a_run_that_goes_on_after_its_end() -> None:
    question = Outside("question", "/q", "well?", within_s=30.0, default=7)
    run = Run([Node("a", "t", outside=(question,)), Node("b", "t")])
    assert run.state.timers.of("a", "answer")
    run.take(ev.Cancel())
    assert not run.state.timers
    run.now = 100.0
    again = run.take(ev.Restart(("b",)))
    assert ev.Asked("a", "/q", 130.0, 30.0) in again


def test_what_has_had_its_time_and_is_done_again_has_not_failed() -> None:
    """Else what comes after it would be ruled out, and never ask again what it asks."""
    question = Outside("question", "/q", "well?")
    a = Node("a", "t", options={"timeout": 10})
    run = Run([a, Node("b", "t", outside=(question,))], Edge("a", "b"))
    assert [fact.kind for fact in run.ring()] == ["due"]
    facts = run.take(ev.Restart(("a",)))
    assert [fact.kind for fact in facts] == ["interrupted", "restarted", "started"]
    assert run.state.waits_for_somebody is False
    run.says("a", msg.Finish())
    assert [live.id for live in run.state.asking] == ["b"]
    assert not replay(run.facts).failed


def test_what_is_grown_and_done_again_takes_the_place_of_what_it_had_said() -> None:
    """Who grew it has ended, and is not done again; what it returned holds the result all the same."""
    reads = Edge("a", "b", "data", "", "/x")
    run = Run([Node("a", "grows"), Node("b", "t")], reads, holes=(Hole("/0", "a"),))
    for maker, made in (("a", "a.x"), ("a.x", "a.x.y")):
        run.says(maker, msg.Propose(1, Change((Node(made, "grows"),))))
        run.says(maker, msg.Finish([None], (Hole("/0", made),)))
    run.says("a.x.y", msg.Finish("old"))
    run.says("b", msg.Finish())
    assert run.state.output == [[["old"]]]
    run.take(ev.Restart(("a.x.y",)))
    run.says("a.x.y", msg.Finish("new"))
    assert run.inputs["b"] == {"x": [["new"]]}
    run.says("b", msg.Finish())
    assert run.state.output == [[["new"]]]
