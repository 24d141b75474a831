"""Every fact of a journal has a sentence, and reports say what a stranger needs."""

from __future__ import annotations

from typing import get_args

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Hole, Node, Restyle
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import ANY
from foretell.protocol.messages import Finish
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.targets import rebased
from foretell_runtime.cli.words import (
    broken_report,
    failure_report,
    for_screen,
    seconds,
    sentence,
    whole,
)
from foretell_runtime.machine import events as ev

GROWN = Change(tuple(Node(f"plan.leaf_{i}", "leaf") for i in range(6)), (Edge("a", "b"),))

STORY: list[ev.Fact] = [
    ev.Registered(Graph("g", nodes=(Node("plan", "plan"), Node("end", "end"))), {"n": 6}),
    ev.Started("plan", 1),
    ev.Changed("plan", 1, GROWN),
    ev.Refused("plan", 1, "a cycle"),
    ev.Progressed("plan", 1, 3, 6, "half"),
    ev.Emitted("plan", 1, "steps", {"n": 1}),
    ev.Concluded("plan", 1, Finish([None])),
    ev.Interrupted("plan", 1, "the machine went down"),
    ev.Retired(tuple(node.id for node in GROWN.nodes), "plan"),
    ev.Resumed(),
    ev.Started("plan", 2),
    ev.Finished("plan", 2, [None], change=Change((Node("plan.last", "leaf"),))),
    ev.Held("plan.last", "two are running"),
    ev.Started("plan.last", 1),
    ev.Failed(
        "plan.last", 1, "ValueError: no", "Traceback ...", final=False, again_at=9.0, wait=2.0
    ),
    ev.Due("plan.last", 2, "retry"),
    ev.Started("plan.last", 2, until=14.0),
    ev.Due("plan.last", 2, "timeout"),
    ev.Failed("plan.last", 2, "ValueError: no", "Traceback ..."),
    ev.RuledOut(("end",), "plan.last"),
    ev.Rearmed("plan", "end", ("plan",), ("plan.last",)),
    ev.Restarted(("plan",), ("plan", "end"), (), "ada"),
    ev.Cancelled(("end",), "the run ended"),
    ev.Stopping("end", 1, ev.CancelNode("end", "ada")),
    ev.CancelRefused("end", "it has ended"),
    ev.Skipped("plan.last", 7, "by hand", "ada"),
    ev.Recalled("plan.last", 7, "0123456789abcdef"),
    ev.Waived("plan.last", "Count(leaf, at_least=1)", "none can come"),
    ev.Paused("ada", "lunch"),
    ev.Unpaused("ada"),
    ev.Asked("plan.last", "/yes", 1000.0, 60.0),
    ev.Answered("plan.last", "/yes", True, "ada"),
    ev.Broken("Count(leaf, at_most=1)", "g", "g.py:3", "there are 2", "finish", "plan", "drop one"),
    ev.Ended("failed", error="ValueError: no"),
]


def test_every_kind_of_fact_is_in_the_story() -> None:
    assert {type(fact) for fact in STORY} == set(get_args(ev.Fact))


def test_every_fact_is_told_on_one_line_that_names_its_nodes() -> None:
    for fact in STORY:
        told = sentence(fact)
        assert told
        assert "\n" not in told
        assert getattr(fact, "node", "") in told


def test_many_nodes_are_told_short() -> None:
    assert "plan.leaf_3 and 2 more, 1 edge" in sentence(STORY[2])


def test_an_output_that_grown_nodes_will_fill_is_told_as_such() -> None:
    passed_on = ev.Finished("plan", 1, None, (Hole("", "plan.write"),))
    assert sentence(passed_on) == "finished plan -> what plan.write gives"
    filled = ev.Finished("plan", 1, [1, None], (Hole("/1", "plan.leaf"),))
    assert sentence(filled) == "finished plan -> [1, null], filled by plan.leaf"


def test_what_a_change_promises_and_limits_is_told() -> None:
    change = Change(
        promises=(Vowed(Count(ANY, max=3), "Count(leaf, at_most=3)"),),
        limits=(Limit(ANY, 2, "limit(leaf, running=2)"),),
        styles=(Restyle("leaf", "x"), Restyle("end", "y")),
    )
    told = "plan added the promise Count(leaf, at_most=3), limit(leaf, running=2), "
    told += "another look of leaf, end"
    assert sentence(ev.Changed("plan", 1, change)) == told


def test_a_trial_that_only_promised_limited_or_styled_grew_nothing() -> None:
    told = sentence(ev.Retired((), "plan"))
    assert told == "took back what plan had said in a trial that does not count"


def test_the_tally_follows_the_story() -> None:
    tally = Tally()
    for fact in STORY[:5]:
        tally(fact)
    assert tally.words(None) == "0 done, 1 running"
    assert tally.running == {"plan": "3 of 6, half"}
    for fact in STORY[5:12]:
        tally(fact)
    assert tally.words(None) == "1 done"
    for fact in STORY[12:20]:
        tally(fact)
    assert tally.words(None) == "1 done, 1 failed, 1 ruled out"
    assert tally.ended == 3
    assert tally.running == {}
    tally(STORY[20])
    assert tally.count("waiting") == 1


def test_a_round_is_told_with_what_is_done_again() -> None:
    asked = ev.Finished("end", 1, 3, again="plan")
    assert sentence(asked) == "finished end, asking for another round from plan with 3"
    told = "came round from end to plan: plan wait again, retiring plan.last"
    assert sentence(ev.Rearmed("plan", "end", ("plan",), ("plan.last",))) == told
    told = "restarted plan, by ada: plan, end wait again"
    assert sentence(ev.Restarted(("plan",), ("plan", "end"), (), "ada")) == told
    assert sentence(ev.Started("plan", 3, 2)) == "started plan, iteration 2, trial 3"


def test_a_broken_promise_is_told_with_all_that_a_stranger_needs() -> None:
    broken = next(fact for fact in STORY if isinstance(fact, ev.Broken))
    report = broken_report(broken)
    for part in ("Count(leaf, at_most=1)", "g.py:3", "there are 2", "node plan", "drop one"):
        assert part in report


def test_a_failure_is_told_with_its_traceback() -> None:
    failed = ev.Failed("a", 1, "ValueError: no", "Traceback:\n  line\n")
    assert failure_report(failed) == "Node a failed: ValueError: no\n  Traceback:\n    line"


def test_a_failure_that_is_not_the_end_says_that_it_will_be_tried_again() -> None:
    failed = ev.Failed("a", 1, "ValueError: no", final=False)
    assert failure_report(failed) == "Node a failed, will be tried again: ValueError: no"


def test_a_written_line_of_megabytes_is_cut_for_the_screen() -> None:
    assert for_screen("x" * 2_000) == "x" * 2_000
    shown = for_screen("x" * 1_002_000)
    assert shown.startswith("x" * 2_000 + "… (1,000,000 more characters")
    assert len(shown) < 2_100


def test_results_are_printed_as_text_or_json() -> None:
    assert whole("two\nlines") == "two\nlines"
    assert whole([1, "é"]) == '[1, "é"]'
    assert whole(list(range(100))).startswith("[\n")


def test_file_entry_points_move_with_the_graph_and_modules_stay() -> None:
    from pathlib import Path

    graph = Graph("g", tasks={"a": TaskSpec("flows/a.py:a"), "b": TaskSpec("package.module:b")})
    moved = rebased(graph, Path("/home/me"), Path("/home/me/out/now"))
    assert moved.tasks["a"].entry == "../../flows/a.py:a"
    assert moved.tasks["b"].entry == "package.module:b"
    assert rebased(moved, Path("/home/me/out/now"), Path("/home/me")) == graph


def test_a_failure_says_when_it_is_tried_again() -> None:
    again = ev.Failed("a", 1, "no", final=False, again_at=7.5, wait=90.4)
    assert sentence(again) == "failed, will be tried again in 1:30 min: a: no"
    assert failure_report(again) == "Node a failed, will be tried again in 1:30 min: no"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.25, "0.25 s"), (42, "42 s"), (60, "1:00 min"), (3723, "1:02:03"), (90_000, "25:00:00")],
)
def test_waits_are_as_exact_as_a_person_wants(number: float, shown: str) -> None:
    assert seconds(number) == shown
