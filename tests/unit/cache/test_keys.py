"""Equal nodes have equal keys, and unequal ones have not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Graph, PortSpec, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.graph.references import JSON, reference
from foretell.graph.streams import Gather
from foretell.promises.shapes import NOTHING
from foretell_runtime.machine import register
from foretell_runtime.machine.recalling import canonical, key_of, within_of

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def model(value: Any) -> Any:
    """What a value is, as simply as it can be said: types count, the order of keys does not."""
    if isinstance(value, dict):
        return ("object", frozenset((key, model(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("array", tuple(model(item) for item in value))
    sign = math.copysign(1, value) if isinstance(value, float) else 0
    return (type(value).__name__, value, sign)


@given(VALUES, VALUES)
def test_two_values_have_one_text_exactly_if_they_are_the_same(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (model(one) == model(other))


@given(VALUES)
def test_the_order_of_keys_and_a_way_through_json_change_nothing(value: Any) -> None:
    def turned(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: turned(inner[key]) for key in reversed(inner)}
        return [turned(item) for item in inner] if isinstance(inner, list) else inner

    assert canonical(turned(value)) == canonical(json.loads(json.dumps(value))) == canonical(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        (0.0, -0.0),
        ("1", 1),
        (None, []),
        ([], {}),
        ([1], [[1]]),
        ("", None),
    ],
)
def test_what_python_takes_for_equal_a_task_may_not(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_a_large_value_is_its_bytes_whoever_wrote_it() -> None:
    one = reference(JSON, "a" * 64, 5, by="x")
    assert canonical([one]) == canonical([reference(JSON, "a" * 64, 5, by="y", deep=True)])
    assert canonical([one]) != canonical([reference(JSON, "b" * 64, 5, by="x")])
    assert canonical([one]) != canonical([reference("numpy", "a" * 64, 5, by="x")])


SPEC = TaskSpec(
    "flow.py:t", NOTHING, {"type": "object"}, {"type": "integer"}, {"cache": {}}, digest="d"
)


def key(
    spec: TaskSpec = SPEC, inputs: Any = None, options: Any = None, *, loop: bool = False
) -> str | None:
    node = Node("a", "t", inputs={"n": 1} if inputs is None else inputs, options=options or {})
    edges = (Edge("a", "a", "loop"),) if loop else ()
    state, _ = register(Graph("g", tasks={"t": spec}, nodes=(node,), edges=edges), {}, "/", 0)
    return key_of(state, state.node("a"))


def changed(**fields: Any) -> TaskSpec:
    return replace(SPEC, **fields)


def test_a_key_says_what_the_task_is_and_what_it_is_given_and_nothing_else() -> None:
    others = [
        key(changed(entry="flow.py:other")), key(changed(digest="e")), key(changed(inputs={})),
        key(changed(output={})), key(inputs={"n": 2}), key(inputs={"m": 1}), key(inputs={"n": 1.0}),
        key(options={"cache": {"version": "2"}}),
    ]  # fmt: skip
    assert len({key(), *others}) == len(others) + 1
    same = [
        key(changed(where="elsewhere.py:9", tags=("x",))), key(options={"retries": 3, "timeout": 5.0}),
        key(options={"cache": {"within": 60.0}}),
    ]  # fmt: skip
    assert {*same} == {key()}


def test_a_version_stands_in_the_place_of_the_source() -> None:
    said = {"cache": {"version": "2"}}
    assert key(options=said) == key(changed(digest="another"), options=said)


GATHER: Gather = "list"


@pytest.mark.parametrize(
    "spec",
    [changed(options={}), changed(options={"cache": None}), changed(digest="")],
)
def test_what_is_not_to_be_kept_or_of_no_known_version_has_no_key(spec: TaskSpec) -> None:
    assert key(spec) is None


@pytest.mark.parametrize("spec", [changed(grows=None), changed(ports={"p": PortSpec({}, GATHER)})])
def test_what_does_more_than_come_to_a_value_cannot_be_kept(spec: TaskSpec) -> None:
    with pytest.raises(LawBroken, match="which a result from the cache would leave out"):
        key(spec)


def test_who_may_ask_for_another_round_has_no_key() -> None:
    assert key(loop=True) is None


def test_a_node_may_refuse_what_its_task_offers_and_the_other_way_round() -> None:
    assert key(options={"cache": None}) is None
    assert key(changed(options={}), options={"cache": {}}) == key()


def test_how_old_it_may_be_is_no_part_of_the_key() -> None:
    node = Node("a", "t", options={"cache": {"within": 60.0}})
    state, _ = register(Graph("g", tasks={"t": SPEC}, nodes=(node,)), {}, "/", 0)
    assert within_of(state, state.node("a")) == 60.0
