"""Edges that wait for a failure or for any end: who runs, who is ruled out, how the run ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Hole, Node, Output
from foretell.promises.language import Count, Vowed
from foretell.promises.selectors import NEW
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev

NO_OUTPUT = Output()
TASKS = {
    "t": TaskSpec("m:t", NOTHING),
    "map": TaskSpec("m:map", Many(Leaf("t", "s"), 0, None)),
    "free": TaskSpec("m:free", ANYTHING),
}


def running(
    nodes: Iterable[Node], edges: Iterable[Edge], promises: Iterable[Vowed] = (),
    output: Output = NO_OUTPUT,
) -> State:  # fmt: skip
    graph = Graph(
        "flow", tasks=TASKS, nodes=tuple(nodes), edges=tuple(edges), promises=tuple(promises),
        output=output,
    )  # fmt: skip
    return register(graph, {}, "", 9)[0]


def nodes(names: str, task: str = "t") -> list[Node]:
    return [Node(name, task) for name in names.split()]


def fail(state: State, node: str) -> list[ev.Fact]:
    return decide(state, ev.Heard(node, state.running[node], msg.Fail("no"))).facts


def finish(state: State, node: str, change: Change | None = None) -> list[ev.Fact]:
    return decide(state, ev.Heard(node, state.running[node], msg.Finish(None, (), change))).facts


def started(facts: Iterable[ev.Fact]) -> list[str]:
    return [fact.node for fact in facts if isinstance(fact, ev.Started)]


def ruled_out(facts: Iterable[ev.Fact]) -> list[str]:
    return [node for fact in facts if isinstance(fact, ev.RuledOut) for node in fact.nodes]


def test_a_failure_that_somebody_waits_for_lets_him_run_and_the_run_ends_well() -> None:
    state = running(nodes("a b"), [Edge("a", "b", on="fail")])
    facts = fail(state, "a")
    assert facts[0] == ev.Failed("a", 1, "no", handled=True)
    assert started(facts) == ["b"]
    assert finish(state, "b")[-1] == ev.Ended("done")


def test_what_waits_for_a_failure_is_ruled_out_by_a_good_end_with_all_that_waits_for_it() -> None:
    state = running(nodes("a b c"), [Edge("a", "b", on="fail"), Edge("b", "c")])
    facts = finish(state, "a")
    assert ruled_out(facts) == ["b", "c"]
    assert facts[-1] == ev.Ended("done")


def test_what_runs_in_any_case_runs_after_a_failure_and_after_what_was_ruled_out() -> None:
    edges = [Edge("a", "b"), Edge("a", "end", on="any"), Edge("b", "end", on="any")]
    state = running(nodes("a b end"), edges)
    facts = fail(state, "a")
    assert ruled_out(facts) == ["b"]
    assert started(facts) == ["end"]


def test_retries_come_first() -> None:
    node = Node("a", "t", options={"retries": 1})
    state = running([node, *nodes("b")], [Edge("a", "b", on="fail")])
    again = fail(state, "a")
    assert again[0] == ev.Failed("a", 1, "no", final=False)
    assert started(again) == ["a"]
    assert started(fail(state, "a")) == ["b"]


def test_who_is_ruled_out_by_a_failure_does_not_handle_it() -> None:
    edges = [Edge("a", "b"), Edge("a", "c", on="any"), Edge("b", "c")]
    state = running(nodes("a b c"), edges)
    facts = fail(state, "a")
    assert ruled_out(facts) == ["b", "c"]
    assert facts[-1] == ev.Ended("failed", None, "node 'a' failed: no")


def test_a_failure_among_what_was_grown_is_a_failure_of_the_grower() -> None:
    state = running([Node("m", "map"), *nodes("b")], [Edge("m", "b", on="fail")])
    facts = finish(state, "m", Change((Node("m.x", "t"), Node("m.y", "t"))))
    assert started(facts) == ["m.x", "m.y"]
    assert fail(state, "m.x")[0] == ev.Failed("m.x", 1, "no", handled=True)
    assert started(finish(state, "m.y")) == ["b"]  # only when all have ended


def test_a_grower_and_all_it_grew_ending_well_rule_out_who_waits_for_a_failure() -> None:
    state = running([Node("m", "map"), *nodes("b")], [Edge("m", "b", on="fail")])
    assert not ruled_out(finish(state, "m", Change((Node("m.x", "t"),))))
    facts = finish(state, "m.x")
    assert ruled_out(facts) == ["b"]
    assert facts[-1] == ev.Ended("done")


def test_what_runs_in_any_case_waits_for_all_that_was_grown() -> None:
    state = running([Node("m", "map"), *nodes("b")], [Edge("m", "b", on="any")])
    finish(state, "m", Change((Node("m.x", "t"), Node("m.y", "t"))))
    assert not started(fail(state, "m.x"))
    assert started(fail(state, "m.y")) == ["b"]


def test_a_failed_grower_takes_back_what_it_grew_and_who_waits_for_that_runs() -> None:
    state = running([Node("m", "map"), *nodes("b")], [Edge("m", "b", on="fail")])
    change = Change((Node("m.x", "t"),))
    decide(state, ev.Heard("m", 1, msg.Propose(1, change)))
    facts = fail(state, "m")
    assert ev.Retired(("m.x",), "m") in facts
    assert started(facts) == ["b"]


def test_a_failure_that_makes_a_promise_impossible_breaks_it_though_somebody_waits() -> None:
    once = Vowed(Count(NEW, 1, None), "at least one")
    state = running([Node("m", "map"), *nodes("b")], [Edge("m", "b", on="fail")], [once])
    facts = fail(state, "m")
    assert isinstance(facts[1], ev.Broken)
    assert facts[1].event == "the failure of 'm'"
    assert facts[-1].kind == "ended"


def test_what_a_running_node_may_still_take_back_forbids_nobody_else_anything_for_good() -> None:
    one = Vowed(Count(NEW, 0, 1), "at most one")
    must = TaskSpec("m:must", Leaf("t", "s"))
    graph = Graph(
        "flow",
        tasks=TASKS | {"must": must},
        nodes=(Node("m", "map"), Node("n", "must"), *nodes("b")),
        edges=(Edge("m", "b", on="fail"),),
        promises=(one,),
    )
    state = register(graph, {}, "", 9)[0]
    change = Change((Node("m.x", "t"),))
    decide(state, ev.Heard("m", 1, msg.Propose(1, change)))
    assert state.status == "running"
    fail(state, "m")
    assert finish(state, "n", Change((Node("n.x", "t"),)))
    assert state.status == "running"


def test_the_result_of_a_node_that_was_ruled_out_fails_the_run_in_words() -> None:
    output = Output(None, (Hole("", "b"),))
    state = running(nodes("a b"), [Edge("a", "b", on="fail")], output=output)
    said = "the output of 'flow' cannot be put together: 'b' has no result: it was ruled out"
    assert finish(state, "a")[-1] == ev.Ended("failed", None, said)


def test_nobody_waits_for_both_ends_of_a_node() -> None:
    with pytest.raises(LawBroken, match="'b' would never run"):
        running(nodes("a b"), [Edge("a", "b"), Edge("a", "b", on="fail")])


def test_a_running_node_says_nothing_of_failures() -> None:
    state = running([Node("m", "free")], [])
    change = Change(tuple(nodes("m.x m.y")), (Edge("m.x", "m.y", on="fail"),))
    told = decide(state, ev.Heard("m", 1, msg.Propose(1, change, attempt=True))).instructions[0]
    assert isinstance(told, ev.Tell)
    assert "is said when the workflow is registered" in told.reply.why


def test_a_journal_of_failures_is_read_as_it_was_written() -> None:
    edges = [Edge("m", "b", on="fail"), Edge("b", "c"), Edge("m", "c", on="any")]
    graph = Graph("flow", tasks=TASKS, nodes=(Node("m", "map"), *nodes("b c")), edges=tuple(edges))
    state, decision = register(graph, {}, "", 9)
    facts = list(decision.facts)
    facts += finish(state, "m", Change((Node("m.x", "t"), Node("m.y", "t"))))
    facts += fail(state, "m.x")
    facts += finish(state, "m.y")
    again = replay(facts)
    assert again.running == state.running == {"b": 1}
    assert not again.failed
