"""Restyling: what a running node says of looks stands, is judged, and goes with its trial."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import PromiseBroken
from foretell.graph.model import Node, Restyle
from foretell.promises.language import Styled, Vowed
from foretell.promises.selectors import ANY, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "t": TaskSpec("m:t", NOTHING),
    "free": TaskSpec("m:free", ANYTHING, options={"retries": 9}),
}
GIVEN = (
    Node("free", "free"), Node("other", "free"),
    Node("a", "t", label="first", style={"color": "green"}), Node("b", "t"),
)  # fmt: skip
RED = Restyle("a", style={"color": "red"})


def running(*promises: Styled) -> State:
    vowed = tuple(Vowed(promise, "Style(...)", "flow.py:9", "flow") for promise in promises)
    return register(Graph("flow", 1, TASKS, GIVEN, (), vowed), {}, "", 9)[0]


def restyle(state: State, *styles: Restyle, by: str = "free", **more: object) -> ev.Decision:
    change = Change(styles=styles, **more)  # type: ignore[arg-type]
    return decide(state, ev.Heard(by, state.running[by], msg.Propose(1, change)))


def fail(state: State, node: str) -> ev.Decision:
    return decide(state, ev.Heard(node, state.running[node], msg.Fail("no")))


def look(state: State, node: str) -> tuple[str | None, Mapping[str, str]]:
    (seen,) = [seen for seen in horizon_of(state).nodes if seen.id == node]
    return seen.label, seen.style


def test_a_running_node_gives_others_and_itself_another_look() -> None:
    state = running()
    restyle(state, RED, Restyle("free", "busy"), Restyle("b", style={"color": "blue", "x": "1"}))
    assert look(state, "a") == ("first", {"color": "red"})
    assert look(state, "free") == ("busy", {})
    restyle(state, Restyle("a", ""), Restyle("b", style={"color": ""}))
    assert look(state, "a") == (None, {"color": "red"})
    assert look(state, "b") == (None, {"x": "1"})


def test_what_has_ended_may_be_restyled_too() -> None:
    state = running()
    decide(state, ev.Heard("a", 1, msg.Finish()))
    restyle(state, RED)
    assert look(state, "a") == ("first", {"color": "red"})


def test_a_style_goes_with_its_trial_and_those_of_others_stay() -> None:
    state = running()
    restyle(state, RED, Restyle("b", "mine"))
    restyle(state, Restyle("a", style={"shape": "oval"}), by="other")
    assert fail(state, "free").facts[1] == ev.Retired((), "free")
    assert look(state, "a") == ("first", {"color": "green", "shape": "oval"})
    assert look(state, "b") == (None, {})


def test_a_new_node_may_be_dressed_in_the_change_that_adds_it() -> None:
    state = running()
    restyle(state, Restyle("free.x", "new"), nodes=(Node("free.x", "t"),))
    assert look(state, "free.x") == ("new", {})
    fail(state, "free")
    assert "free.x" not in state.judge.graph.nodes


@pytest.mark.parametrize(
    ("style", "why"),
    [
        (Restyle("c"), "there is no node 'c' to be styled"),
        (Restyle("other.nowhere", "x"), "there is no node 'other.nowhere' to be styled"),
        (Restyle("", "x"), "the style of '': node: a name must not be empty"),
        (Restyle("a", "x" * 4001), "the style of 'a': label: it is longer than 4000"),
        (Restyle("a", style={"": "red"}), "the style of 'a': style: a name must not be empty"),
        (Restyle("a", style={"k": "x" * 4001}), "what 'k' says is longer than 4000"),
        (Restyle("a", style={str(i): "x" for i in range(101)}), "style: more than 100 keys"),
    ],
)
def test_a_style_of_nothing_is_refused_and_nothing_of_its_change_kept(
    style: Restyle, why: str
) -> None:
    state = running()
    refused = restyle(state, RED, style, nodes=(Node("free.x", "t"),))
    (fact,) = refused.facts
    assert isinstance(fact, ev.Refused) and why in fact.why
    assert look(state, "a") == ("first", {"color": "green"})
    assert "free.x" not in state.judge.graph.nodes


def test_asking_restyles_nothing() -> None:
    state = running(Styled(ANY, {"label": ()}))
    told = decide(state, ev.Heard("free", 1, msg.Would(1, Change(styles=(RED,))))).instructions[0]
    assert isinstance(told, ev.Tell) and told.reply.ok
    relabel = Change(styles=(Restyle("b", "x"),))
    told = decide(state, ev.Heard("free", 1, msg.Would(2, relabel))).instructions[0]
    assert isinstance(told, ev.Tell) and not told.reply.ok and told.reply.against == "promise"
    assert look(state, "a") == ("first", {"color": "green"})
    assert look(state, "b") == (None, {})


# --- promises -----------------------------------------------------------------------------------


def breach_in(decision: ev.Decision) -> ev.Broken:
    (found,) = [fact for fact in decision.facts if isinstance(fact, ev.Broken)]
    return found


def test_a_key_has_only_the_values_that_were_promised() -> None:
    state = running(Styled(TaskIs("t"), {"color": ("green", "red")}))
    restyle(state, RED, Restyle("free", style={"color": "black"}))
    restyle(state, Restyle("a", style={"color": ""}), Restyle("b", "any"))
    broken = breach_in(restyle(state, Restyle("b", style={"color": "blue"})))
    assert broken.says == "Style(...)" and broken.by == "flow" and broken.where == "flow.py:9"
    assert broken.why == "the color of b would be 'blue'; only 'green' or 'red' may be"
    assert broken.advice == "Leave the color of 'b' as it is."
    assert state.status == "broken"
    assert look(state, "b") == ("any", {}), "nothing of it was kept"


def test_a_frozen_key_stays_as_it_is() -> None:
    state = running(Styled(ANY, {"color": (), "label": ()}))
    restyle(state, Restyle("a", "first", {"color": "green", "shape": "oval"}))
    broken = breach_in(restyle(state, Restyle("b", style={"color": "blue"})))
    assert broken.why == "the color of b would be 'blue'; it stays unset"


def test_a_frozen_label_stays_as_it_is() -> None:
    state = running(Styled(TaskIs("t"), {"label": ()}))
    restyle(state, Restyle("free", "busy"))
    broken = breach_in(restyle(state, Restyle("a", "")))
    assert broken.why == "the label of a would be unset; it stays 'first'"


def test_nodes_are_judged_when_they_are_born_and_frozen_from_then_on() -> None:
    state = running(Styled(TaskIs("t"), {"color": ("green",), "label": ()}))
    good = Node("free.x", "t", label="x", style={"color": "green"})
    assert restyle(state, nodes=(good,)).facts[0].kind == "changed"
    assert not breach_in_any(restyle(state, Restyle("free.y", "y"), nodes=(Node("free.y", "t"),)))
    bad = Node("free.z", "t", style={"color": "red"})
    assert "free.z would be 'red'" in breach_in(restyle(state, nodes=(bad,))).why
    again = running(Styled(TaskIs("t"), {"label": ()}))
    restyle(again, nodes=(good,))
    assert "it stays 'x'" in breach_in(restyle(again, Restyle("free.x", "z"))).why


def breach_in_any(decision: ev.Decision) -> bool:
    return any(isinstance(fact, ev.Broken) for fact in decision.facts)


def test_a_promise_that_is_false_already_is_not_made() -> None:
    with pytest.raises(PromiseBroken, match="the color of a would be 'green'; only 'red' may be"):
        running(Styled(ANY, {"color": ("red",)}))
    state = running()
    restyle(state, RED)
    promise = (Vowed(Styled(ANY, {"color": ("red",)})),)
    broken = breach_in(restyle(state, by="other", promises=promise))
    assert "'green'" in broken.why, "which shows again if the trial of 'free' comes to nothing"
    assert broken.by == "other"


def test_a_promise_of_styles_binds_from_the_next_event_and_goes_with_its_trial() -> None:
    state = running()
    frozen = (Vowed(Styled(ANY, {"color": ()})),)
    assert not breach_in_any(restyle(state, RED, promises=frozen))
    fail(state, "free")
    assert not breach_in_any(restyle(state, RED))
    assert look(state, "a") == ("first", {"color": "red"})


def test_what_is_taken_back_breaks_nothing() -> None:
    state = running()
    restyle(state, RED)
    restyle(state, by="other", promises=(Vowed(Styled(ANY, {"color": ()})),))
    fail(state, "free")
    assert state.status == "running"
    assert look(state, "a") == ("first", {"color": "green"})
    assert "it stays 'green'" in breach_in(restyle(state, RED)).why


# --- whatever happens ---------------------------------------------------------------------------

STYLES = st.builds(
    Restyle,
    st.sampled_from(["a", "b", "free", "other"]),
    st.none() | st.sampled_from(["", "x", "y"]),
    st.dictionaries(st.sampled_from(["color", "k"]), st.sampled_from(["", "red", "blue"])),
)
MOVES = st.tuples(
    st.sampled_from(["free", "other"]),
    st.sampled_from(["dress", "dress", "dress", "fail", "would", "refused"]),
    st.lists(STYLES, min_size=1, max_size=3),
)


@given(st.lists(MOVES, max_size=15))
def test_a_node_looks_as_it_was_born_and_as_the_trials_that_count_say(
    moves: list[tuple[str, str, list[Restyle]]],
) -> None:
    state, _ = register(Graph("flow", 1, TASKS, GIVEN), {}, "", 9)
    facts: list[ev.Fact] = [ev.Registered(Graph("flow", 1, TASKS, GIVEN))]
    facts += [ev.Started(node.id, 1) for node in GIVEN]
    said: list[tuple[str, Restyle]] = []
    for maker, move, styles in moves:
        trial = state.running[maker]
        change = Change(styles=tuple(styles))
        if move == "refused":
            change = Change(styles=(*change.styles, Restyle("nobody")))
        message: msg.FromTask = msg.Propose(1, change)
        if move == "would":
            message = msg.Would(1, change)
        elif move == "fail":
            message = msg.Fail("no")
            said = [one for one in said if one[0] != maker]
        elif move == "dress":
            said += [(maker, style) for style in styles]
        facts += decide(state, ev.Heard(maker, trial, message)).facts
        if state.status != "running":
            return
        for node in GIVEN:
            label, keys = node.label, dict(node.style)
            for _, style in said:
                if style.node == node.id:
                    label = label if style.label is None else style.label or None
                    keys = {k: v for k, v in {**keys, **style.style}.items() if v}
            assert look(state, node.id) == (label, keys)
    seen = replay(facts)
    assert [seen.node(n.id).node for n in GIVEN] == [state.node(n.id).node for n in GIVEN]
