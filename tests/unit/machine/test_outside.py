"""A node that wants something from outside waits for it, and so does the run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Json, Node, Outside
from foretell.promises.language import Count, Edges, Vowed
from foretell.promises.selectors import NEW, IdIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.restarting import Radius, radius

TASKS = {"plain": TaskSpec("m:plain", NOTHING), "free": TaskSpec("m:free", ANYTHING)}
QUESTION = Outside("question", "/yes", "Deploy this?", {"type": "boolean"})
SIGNAL = Outside("signal", "/file", "arrived", {"type": "string"})


def asking(node: str, *outside: Outside) -> Node:
    return Node(node, "plain", outside=outside or (QUESTION,))


class Run:
    """A run, and all the facts of it."""

    def __init__(
        self, nodes: Iterable[Node], edges: Iterable[Edge] = (), *promises: Vowed, jobs: int = 2
    ) -> None:
        graph = Graph("flow", 1, TASKS, tuple(nodes), tuple(edges), promises)
        self.now = 1000.0
        self.state, begun = register(graph, {}, "", jobs, self.now)
        self.facts = list(begun.facts)
        self.launched = [one for one in begun.instructions if isinstance(one, ev.Launch)]

    def happen(self, happening: ev.Happening) -> list[ev.Fact]:
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        self.launched += [one for one in decision.instructions if isinstance(one, ev.Launch)]
        return decision.facts

    def give(self, node: str, value: Json, at: str = "/yes", seen: int | None = None) -> bool:
        seen = self.state.seq if seen is None else seen
        facts = self.happen(ev.Answer(node, at, value, seen))
        return any(isinstance(fact, ev.Answered) for fact in facts)

    def finish(self, node: str, change: Change | None = None) -> list[ev.Fact]:
        return self.hear(node, msg.Finish(None, change=change))

    def hear(self, node: str, message: msg.FromTask) -> list[ev.Fact]:
        return self.happen(ev.Heard(node, self.state.running[node], message))

    def begin_anew(self) -> None:
        """The orchestrator dies; another one takes the run up."""
        jobs = self.state.jobs
        self.state = replay(self.facts)
        self.happen(ev.TakenUp())
        self.happen(ev.Slots(jobs))

    def ring(self, seconds: float) -> list[ev.Fact]:
        """So much time passes."""
        self.now += seconds
        return self.happen(ev.Rang())

    def statuses(self) -> dict[str, str]:
        return {node.id: node.status for node in horizon_of(self.state).nodes}


def test_a_node_starts_only_once_it_is_answered_and_gets_the_answer() -> None:
    run = Run([asking("ship")])
    assert run.launched == [] and run.state.waits_outside
    assert run.statuses() == {"ship": "asking"}
    assert run.give("ship", True)
    assert [dict(launch.inputs) for launch in run.launched] == [{"yes": True}]
    assert not run.state.waits_outside
    assert run.finish("ship")[-1] == ev.Ended("done")


def test_a_node_waits_for_each_thing_that_it_wants() -> None:
    run = Run([asking("ship", QUESTION, SIGNAL)])
    assert run.give("ship", "a.csv", "/file")
    assert run.launched == [] and [x.says for x in run.state.wanted(run.state.node("ship"))] == [
        "Deploy this?"
    ]
    assert run.give("ship", False)
    assert dict(run.launched[0].inputs) == {"file": "a.csv", "yes": False}


def test_a_question_can_be_answered_before_its_turn() -> None:
    run = Run([Node("build", "plain"), asking("ship")], [Edge("build", "ship")])
    assert run.statuses()["ship"] == "waiting" and not run.state.waits_outside
    assert run.give("ship", True)
    assert [launch.node for launch in run.launched] == ["build"]
    run.finish("build")
    assert [launch.node for launch in run.launched] == ["build", "ship"]


def test_the_rest_of_the_run_goes_on_meanwhile() -> None:
    run = Run([asking("ship"), Node("a", "plain"), Node("b", "plain")], [Edge("a", "b")], jobs=1)
    run.finish("a")
    run.finish("b")
    assert run.state.waits_outside and run.state.status == "running"


@pytest.mark.parametrize("answered", [True, False])
def test_a_run_taken_up_knows_what_was_answered_and_what_was_not(answered: bool) -> None:
    run = Run([asking("ship")])
    if answered:
        run.give("ship", True)
    run.begin_anew()
    assert run.state.waits_outside is not answered
    assert run.give("ship", True) is not answered
    assert dict(run.launched[-1].inputs) == {"yes": True}


def test_a_node_that_is_tried_again_is_not_asked_again() -> None:
    run = Run([Node("ship", "plain", options={"retries": 1}, outside=(QUESTION,))])
    run.give("ship", True)
    run.hear("ship", msg.Fail("no net"))
    assert [dict(launch.inputs) for launch in run.launched] == [{"yes": True}] * 2


def test_an_answer_to_what_nobody_asks_changes_nothing() -> None:
    run = Run([asking("ship"), asking("then"), Node("other", "plain")], [Edge("ship", "then")])
    assert not run.give("nobody", True)
    assert not run.give("other", True)
    assert not run.give("ship", True, at="/no")
    assert not run.give("ship", True, seen=0), "nobody saw the question before it was asked"
    assert run.give("ship", True)
    assert not run.give("ship", False), "it is answered"
    run.hear("ship", msg.Fail("bad"))
    assert not run.give("then", True), "it will never start"


def test_a_question_that_is_grown_anew_is_asked_anew() -> None:
    run = Run([Node("grow", "free", options={"retries": 1}), Node("end", "plain")],
              [Edge("grow", "end")])  # fmt: skip
    change = Change((Node("grow.ship", "plain", "grow", outside=(QUESTION,)),))
    run.hear("grow", msg.Propose(1, change))
    seen = run.state.seq
    assert run.give("grow.ship", True)
    run.hear("grow", msg.Fail("bad"))
    run.finish("grow", change)
    assert not run.give("grow.ship", True, seen=seen), "that was another question"
    assert run.state.waits_outside
    assert run.give("grow.ship", False)
    assert dict(run.launched[-1].inputs) == {"yes": False}


def test_a_failure_elsewhere_does_not_take_a_question_back() -> None:
    run = Run([asking("ship"), Node("other", "plain")])
    run.hear("other", msg.Fail("bad"))
    assert run.state.status == "running" and run.state.waits_outside
    run.give("ship", True)
    ended = run.finish("ship")[-1]
    assert isinstance(ended, ev.Ended) and ended.status == "failed"


def test_nothing_is_held_for_good_while_somebody_may_answer() -> None:
    owed = Vowed(Edges(target=IdIs("last"), min=2), says="owed", by="flow")
    nodes = [Node("last", "plain"), Node("grower", "free", outside=(QUESTION,))]
    run = Run(nodes, [Edge("grower", "last")], owed)
    assert run.state.waits_outside, "`grower` may bring the edge that is owed"
    run.give("grower", True)
    run.finish("grower", Change((Node("grower.x", "plain", "grower"),)))
    run.finish("grower.x")
    assert run.state.status == "running" and "last" in run.state.running


def test_a_promise_breaks_when_nothing_is_asked_any_more() -> None:
    owed = Vowed(Count(NEW, min=1), says="one more", by="flow")
    run = Run([Node("grower", "free", outside=(QUESTION,))], [], owed)
    run.give("grower", True)
    ended = run.finish("grower")[-1]
    assert isinstance(ended, ev.Ended) and ended.status == "broken"


def test_while_it_is_drained_a_run_waits_for_nobody() -> None:
    run = Run([asking("ship"), Node("other", "plain")], jobs=1)
    run.happen(ev.Slots(0))
    run.give("ship", True)
    run.finish("other")
    assert not run.state.waits_outside and run.state.status == "running"


SOON = Outside("question", "/yes", "Go on?", {"type": "boolean"}, within_s=60, default=False)
LATER = Outside("time", "/waited", "later", {}, at="/moment")


def test_a_question_with_a_time_has_its_default_when_that_is_over_and_not_before() -> None:
    run = Run([asking("ship", SOON)])
    assert ev.Asked("ship", "/yes", 1060.0, 60) in run.facts
    assert not run.state.waits_outside, "the clock will make it go on"
    assert run.state.waits_for_somebody and run.state.status == "running"
    assert run.ring(59) == []
    assert ev.Answered("ship", "/yes", False, "the clock") in run.ring(1)
    assert [dict(launch.inputs) for launch in run.launched] == [{"yes": False}]
    assert not run.state.timers


def test_an_answer_in_time_calls_the_clock_off() -> None:
    run = Run([asking("ship", SOON)])
    run.give("ship", True)
    assert not run.state.timers and dict(run.launched[0].inputs) == {"yes": True}


def test_the_time_of_a_question_begins_with_its_turn() -> None:
    run = Run([Node("build", "plain"), asking("ship", SOON)], [Edge("build", "ship")])
    assert not run.state.timers
    run.now = 5000.0
    run.finish("build")
    assert run.facts[-1] == ev.Asked("ship", "/yes", 5060.0, 60)


def test_the_time_of_a_question_goes_on_over_a_crash() -> None:
    run = Run([asking("ship", SOON)])
    run.now += 30
    run.begin_anew()
    asked = [fact for fact in run.facts if isinstance(fact, ev.Asked)]
    assert len(asked) == 1 and run.ring(29) == []
    assert run.ring(1) != []


def test_a_run_that_is_drained_when_it_is_the_turn_of_a_moment_has_not_ended() -> None:
    sleep = Node("sleep", "plain", inputs={"moment": "2030-01-01T00:00:00Z"}, outside=(LATER,))
    run = Run([Node("a", "plain"), sleep], [Edge("a", "sleep")])
    run.happen(ev.Slots(0))
    run.finish("a")
    assert run.state.status == "running"
    run.begin_anew()
    run.happen(ev.Slots(1))
    assert run.state.timers


def test_nothing_is_asked_while_a_run_is_drained_and_it_is_when_it_goes_on() -> None:
    run = Run([asking("ship", SOON)], jobs=0)
    assert not run.state.timers
    run.happen(ev.Slots(1))
    assert run.state.timers


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("1970-01-01T01:00:00+00:00", 3600.0),
        ("1970-01-01T00:00:00Z", 0.0),
        ("soon", 1000.0),
        (3, 1000.0),
    ],
)
def test_a_moment_is_waited_for_and_what_is_none_has_come(moment: Json, until: float) -> None:
    run = Run([Node("sleep", "plain", inputs={"moment": moment}, outside=(LATER,))])
    assert run.facts[-1] == ev.Asked("sleep", "/waited", until)
    assert run.statuses() == {"sleep": "waiting"}
    assert not run.state.waits_for_somebody, "nobody is asked"
    run.ring(max(0.0, until - 1000.0))
    assert dict(run.launched[0].inputs) == {"moment": moment, "waited": None}
    assert run.finish("sleep")[-1] == ev.Ended("done")


def test_what_is_ruled_out_is_waited_for_no_more() -> None:
    edges = [Edge("ask", "both"), Edge("other", "both")]
    run = Run([Node("other", "plain"), asking("ask"), asking("both", SOON)], edges)
    run.give("ask", True)
    run.finish("ask")
    run.hear("other", msg.Fail("bad"))
    assert not run.state.timers and not run.state.asks


def test_questions_change_nothing_of_what_may_happen() -> None:
    nodes = (Node("grow", "free"), Node("ask", "plain"), Node("end", "plain"))
    edges = (Edge("grow", "end"), Edge("ask", "end"))
    promises = (Vowed(Count(NEW, max=2), says="two", by="flow"),)
    asked = tuple(asking("ask") if node.id == "ask" else node for node in nodes)
    plain = horizon_of(registered(nodes, edges, promises))
    other = horizon_of(registered(asked, edges, promises))
    assert (other.classes, other.edges, other.exact) == (plain.classes, plain.edges, plain.exact)
    assert fuzz_graph(Graph("g", 1, TASKS, asked, edges, promises), runs=40, seed=3, steps=12).ok


def registered(
    nodes: tuple[Node, ...], edges: tuple[Edge, ...], promises: tuple[Vowed, ...]
) -> State:
    return register(Graph("g", 1, TASKS, nodes, edges, promises), {}, "", 0)[0]


def test_a_run_that_is_cancelled_stops_what_runs_and_asks_nothing_more() -> None:
    run = Run([asking("ship"), Node("other", "plain"), asking("later", SOON)])
    facts = run.happen(ev.Cancel("ada", "too late"))
    assert facts == [
        ev.Cancelled(("other",), "the run was cancelled"),
        ev.Ended("cancelled", None, "cancelled by ada: too late"),
    ]
    assert not run.state.timers and not run.state.waits_outside
    assert not run.give("ship", True) and run.happen(ev.Cancel()) == []


def test_a_question_of_a_run_that_was_over_has_its_time_anew() -> None:
    run = Run([asking("ship", SOON), Node("other", "plain"), asking("late", LATER_STILL)])
    run.happen(ev.Cancel())
    run.now = 5000.0
    run.happen(ev.Restart(("other",)))
    asked = [fact for fact in run.facts if isinstance(fact, ev.Asked)]
    assert [(one.node, one.until) for one in asked] == [
        ("ship", 1060.0),
        ("late", 1090.0),
        ("ship", 5060.0),
        ("late", 5090.0),
    ]
    run.begin_anew()
    run.happen(ev.Slots(1))
    assert ev.Answered("ship", "/yes", False, "the clock") in run.ring(60)


LATER_STILL = Outside("question", "/yes", "And now?", {}, within_s=90)


def test_a_run_that_was_cancelled_while_it_only_waited_goes_on() -> None:
    run = Run([asking("ship", SOON)])
    run.happen(ev.Cancel("ada"))
    assert radius(run.state, ()) == Radius(())
    assert run.happen(ev.Restart((), "bob"))[0] == ev.Restarted((), (), (), "bob")
    assert run.state.timers and run.state.status == "running" and run.state.error == ""
    run.begin_anew()
    run.happen(ev.Slots(1))
    assert run.give("ship", True)
    assert run.finish("ship")[-1] == ev.Ended("done")


def test_what_is_too_late_fails_unless_it_has_begun() -> None:
    run = Run([Node("a", "plain")], jobs=0)
    assert run.happen(ev.TooLate("too late")) == [ev.Ended("failed", None, "too late")]
    assert run.happen(ev.Slots(1)) == [], "it is over"
    run.happen(ev.Restart(()))
    assert run.launched[-1].node == "a"
    assert run.happen(ev.TooLate("too late")) == []
    assert run.finish("a")[-1] == ev.Ended("done")
