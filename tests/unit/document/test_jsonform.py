from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from foretell.document import jsonform
from foretell.document.model import Change, Graph, Input, TaskSpec
from foretell.document.schemas import validator_of
from foretell.errors import DocumentError
from foretell.graph import plain
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    Grows,
    NotKept,
    OneKept,
    Pair,
    Shaped,
    Styled,
    Vowed,
)
from foretell.promises.limits import Limit
from foretell.promises.selectors import (
    ANY,
    AllOf,
    AnyOf,
    BornAfter,
    IdIs,
    InScope,
    IsNew,
    NotSo,
    TaskIs,
)
from foretell.promises.shapes import (
    Alt,
    Anything,
    Empty,
    Free,
    Leaf,
    Let,
    Loop,
    Many,
    Par,
    Section,
    Seq,
    Use,
)
from tests.unit.author.test_registration import nested, outer
from tests.unit.author.test_vows import vowing

NAMES = st.text("abcß_Ω1", min_size=1, max_size=8)
SAFE = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | SAFE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SAFE, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
BOUNDS = st.sampled_from([(0, None), (0, 0), (1, 1), (2, 5), (3, None)])


@st.composite
def shapes(draw: st.DrawFn, tasks: list[str]) -> Any:
    slots = iter(f"slot{i}" for i in range(1000))

    def build(depth: int) -> Any:
        kind = draw(
            st.sampled_from(
                [
                    "leaf",
                    "empty",
                    "anything",
                    "many",
                    "loop",
                    "section",
                    "seq",
                    "par",
                    "alt",
                    "free",
                    "let",
                ]
            )
        )
        if kind in ("leaf", "empty", "anything") or depth == 0:
            leaf = Leaf(draw(st.sampled_from(tasks)), next(slots))
            return {"empty": Empty(), "anything": Anything()}.get(kind, leaf)
        if kind in ("many", "loop"):
            low, high = draw(BOUNDS)
            return {"many": Many, "loop": Loop}[kind](build(depth - 1), low, high)
        if kind == "section":
            leaves = [Leaf(draw(st.sampled_from(tasks)), next(slots)) for _ in range(3)]
            edges = draw(st.lists(st.sampled_from([(0, 1), (0, 2), (1, 2)]), max_size=2))
            return Section("part", next(slots), tuple(leaves), tuple(edges))
        if kind == "let":
            name, deep = next(slots), draw(st.integers(1, 2))
            again = (
                build(depth - 1),
                Alt((Use(name, draw(st.sampled_from([None, "u"]))), Empty())),
            )
            if draw(st.booleans()):
                return Let(name, Seq(again), None, draw(st.sampled_from([None, deep])))
            within = Seq((Use(name, "v"), Use(name, "w")))
            return Let(name, Seq((*again, Leaf(tasks[0], next(slots)))), within, deep)
        of = tuple(build(depth - 1) for _ in range(draw(st.integers(1, 3))))
        return {"seq": Seq, "par": Par, "alt": Alt, "free": Free}[kind](of)

    return build(3)


@st.composite
def promises(draw: st.DrawFn, tasks: list[str]) -> Any:
    selectors: st.SearchStrategy[Any] = st.recursive(
        st.sampled_from(
            [ANY, IsNew(), BornAfter("~0.later"), IdIs("a*"), InScope("a"), TaskIs(tasks[0])]
        ),
        lambda inner: (
            st.lists(inner, max_size=2).map(lambda of: AllOf(tuple(of)))
            | st.lists(inner, max_size=2).map(lambda of: AnyOf(tuple(of)))
            | inner.map(NotSo)
        ),
        max_leaves=4,
    )
    low, high = draw(BOUNDS)

    def atom() -> Any:
        kind = draw(st.sampled_from([Count, Edges, Each]))
        if kind is Count:
            return Count(draw(selectors), low, high)
        if kind is Each:
            other, out = draw(selectors), draw(st.booleans())
            return Each(draw(selectors), other if out else None, None if out else other, low, high)
        pairs = draw(st.lists(st.tuples(selectors, selectors), max_size=2))
        return Edges(
            draw(selectors), draw(selectors), draw(st.none() | selectors), draw(st.booleans()),
            tuple(Pair(a, b) for a, b in pairs), low, high,
        )  # fmt: skip

    def formula(depth: int) -> Any:
        kind = draw(st.sampled_from(["atom", "any", "one", "not", "all"]))
        if kind == "atom" or not depth:
            return atom()
        if kind == "not":
            return NotKept(formula(depth - 1))
        of = tuple(formula(depth - 1) for _ in range(draw(st.integers(1, 2))))
        return {"any": AnyKept, "one": OneKept, "all": AllKept}[kind](of)

    alone: dict[str, Callable[[], Any]] = {
        "grows": lambda: Grows(draw(selectors), draw(shapes(tasks))),
        "shape": lambda: Shaped(draw(st.sampled_from(["", "a.b"])), draw(shapes(tasks))),
        "style": lambda: Styled(draw(selectors), {"color": ("red",), "shape": ()}),
    }
    kind = draw(st.sampled_from(["grows", "shape", "style", "formula", "formula"]))
    one = alone[kind]() if kind in alone else formula(2)
    return AllKept((one, atom())) if draw(st.booleans()) else one


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    tasks = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    ids = draw(st.lists(NAMES, max_size=5, unique=True))
    inputs = draw(st.lists(NAMES, max_size=2, unique=True))
    feeds = st.builds(Feed, st.sampled_from(inputs), st.just(""), st.just("/n")) if inputs else None
    nodes = [
        Node(
            node, draw(st.sampled_from(tasks)), inputs=draw(st.dictionaries(SAFE, VALUES, max_size=2)),
            feeds=tuple(draw(st.lists(feeds, max_size=1))) if feeds is not None else (),
            label=draw(st.none() | SAFE), tags=tuple(draw(st.lists(NAMES, max_size=2))),
        )
        for node in ids
    ]  # fmt: skip
    pairs = [(a, b) for i, a in enumerate(ids) for b in ids[i + 1 :]]
    edges = [
        Edge(a, b, "data", "/x", "/n") if draw(st.booleans()) else Edge(a, b)
        for a, b in (draw(st.lists(st.sampled_from(pairs), max_size=4)) if pairs else [])
    ]
    specs = {
        name: TaskSpec(f"m.n:{'t'}", draw(st.none() | shapes(tasks)), output={"type": "integer"})
        for name in tasks
    }
    return Graph(
        draw(NAMES), tasks=specs, nodes=tuple(nodes), edges=tuple(edges),
        promises=tuple(Vowed(p, "says") for p in draw(st.lists(promises(tasks), max_size=2))),
        limits=tuple(
            Limit(NotSo(TaskIs(name)), draw(st.integers(1, 3)), "says") for name in tasks[:1]
        ),
        inputs={name: Input({"type": "string"}, draw(st.booleans())) for name in inputs},
        output=Output({"a": draw(VALUES)}, tuple(Hole("/a", node) for node in ids[:1])),
    )  # fmt: skip


@given(graphs())
def test_what_is_written_is_read_back(graph: Graph) -> None:
    text = graph.to_json()
    assert jsonform.loads(text) == graph
    assert jsonform.loads(text.encode()) == graph
    assert jsonform.loads("\ufeff" + text) == graph
    assert jsonform.dumps(jsonform.loads(text)) == text


@pytest.mark.parametrize("flow", [nested, outer, vowing], ids=lambda flow: flow.__name__)
def test_compiled_workflows_pass_their_own_checks(flow: Any) -> None:
    graph = flow.compile()
    assert jsonform.loads(graph.to_json()) == graph


PYDANTIC = validator_of(Graph)


def by_pydantic(data: Any) -> Any:
    try:
        return PYDANTIC.validate_json(json.dumps(data), strict=True)
    except ValidationError:
        return None


def by_hand(data: Any) -> Any:
    try:
        return plain.decode(Graph, data)
    except DocumentError:
        return None


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A graph document in which one thing may be wrong."""
    data = json.loads(draw(graphs()).to_json())
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            places.append((value, key))
            if isinstance(inner, (dict, list)):
                walk(inner)

    walk(data)
    holder, key = draw(st.sampled_from(places))
    what = draw(st.sampled_from(["nothing", "drop", "replace", "extend"]))
    if what == "drop":
        del holder[key]
    elif what == "replace":
        holder[key] = draw(VALUES)
    elif what == "extend" and isinstance(holder, dict):
        holder[draw(NAMES)] = draw(VALUES)
    return data


@given(damaged())
@example({"name": "x", "edges": [{"source": "a", "target": "b"}]})
@example({"name": "x", "promises": [{"promise": {"target": {"kind": "any"}}}]})
def test_the_hand_written_reader_and_pydantic_speak_one_language(data: Any) -> None:
    assert by_hand(data) == by_pydantic(data)


@given(damaged())
def test_damaged_documents_raise_only_document_errors(data: Any) -> None:
    try:
        jsonform.loads(json.dumps(data))
    except DocumentError as error:
        assert str(error)


@given(st.binary(max_size=60) | st.text(max_size=60) | VALUES.map(json.dumps))
def test_anything_else_raises_only_document_errors(text: str | bytes) -> None:
    with pytest.raises(DocumentError):
        jsonform.loads(text)


@given(graphs(), st.data())
def test_truncated_documents_are_called_so(graph: Graph, data: st.DataObject) -> None:
    text = graph.to_json().rstrip()
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(DocumentError):
        jsonform.loads(text[:cut])


def document(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "flow",
        "tasks": {"square": {"entry": "m:square"}, "total": {"entry": "a/b.py:T.total"}},
        "nodes": [{"id": "a", "task": "square"}, {"id": "b", "task": "total"}],
        "edges": [{"source": "a", "target": "b"}],
        **changes,
    }


def grows(shape: Any) -> dict[str, Any]:
    return {"tasks": {"square": {"entry": "m:s", "grows": shape}, "total": {"entry": "m:t"}}}


def vow(promise: Any) -> dict[str, Any]:
    return {"promises": [{"promise": promise}]}


LEAF = {"kind": "node", "task": "square", "slot": "s"}
COUNT: dict[str, Any] = {"kind": "count", "of": {"kind": "any"}}
EACH: dict[str, Any] = {"kind": "each", "of": {"kind": "any"}}
GROWS: dict[str, Any] = {"kind": "grows", "of": {"kind": "any"}, "shape": LEAF}
SHAPED: dict[str, Any] = {"kind": "shape", "scope": "", "shape": LEAF}
STYLED: dict[str, Any] = {"kind": "style", "of": {"kind": "any"}, "values": {"color": ["red"]}}


def deep(levels: int) -> dict[str, Any]:
    promise = COUNT
    for _ in range(levels):
        promise = {"kind": "not", "of": promise}
    return promise


FAULTS: dict[str, dict[str, Any]] = {
    "$.nodes[0].options: retries must be a whole number from 0, not 'many'": {
        "nodes": [{"id": "a", "task": "square", "options": {"retries": "many"}}]
    },
    "$.tasks.square.options: retries must be a whole number from 0, not -1": {
        "tasks": {"square": {"entry": "m:square", "options": {"retries": -1}}}
    },
    "$.output.holes[0].at: the output has no place '/5' to fill": {
        "output": {"value": [None], "holes": [{"at": "/5", "node": "a"}]}
    },
    "$.edges[0].kind: structural edges are not given": {
        "edges": [{"source": "a", "target": "b", "kind": "structural"}]
    },
    "$.version: this document is of version 2; this foretell reads up to version 1": {"version": 2},
    "$.version: expected a version number": {"version": "1"},
    "$.colour: unknown field": {"colour": "red"},
    "$.nodes[1].id: there is another node 'a'": {
        "nodes": [{"id": "a", "task": "square"}, {"id": "a", "task": "square"}]
    },
    "$.nodes[0].task: there is no task 'sqare'; did you mean 'square'": {
        "nodes": [{"id": "a", "task": "sqare"}]
    },
    "$.edges[0].target: there is no node 'c'": {"edges": [{"source": "a", "target": "c"}]},
    "$.edges[0].source: there is no node": {"edges": [{"source": "", "target": "a"}]},
    "the edges form a cycle: a -> b -> a": {
        "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]
    },
    "the edges form a cycle: a -> a": {"edges": [{"source": "a", "target": "a"}]},
    "$.edges[0].output: a data edge says": {
        "edges": [{"source": "a", "target": "b", "kind": "data"}]
    },
    "an edge of kind 'order' carries no value": {
        "edges": [{"source": "a", "target": "b", "output": "", "input": "/n"}]
    },
    "'n' is not a JSON Pointer": {
        "edges": [{"source": "a", "target": "b", "kind": "data", "output": "", "input": "n"}]
    },
    "a value goes to one input": {
        "edges": [{"source": "a", "target": "b", "kind": "data", "output": "", "input": ""}]
    },
    "there is no workflow input 'x'": {
        "nodes": [{"id": "a", "task": "square", "feeds": [{"name": "x"}]}], "edges": [],
    },
    "$.output.holes[0].node: there is no node 'z'": {"output": {"holes": [{"at": "", "node": "z"}]}},
    "$.output.feeds: there is no workflow input": {"output": {"feeds": [{"name": "z"}]}},
    "is neither package.module:name nor file.py:name": {"tasks": {"square": {"entry": "square"}}},
    "is not the name of a module": {"tasks": {"square": {"entry": "os; x:square"}}},
    "'m:a()' is neither": {"tasks": {"square": {"entry": "m:a()"}}},
    "a name must not be empty": {"name": ""},
    "holds characters that cannot be seen": {"name": "a\nb"},
    "is longer than 400": {"name": "x" * 401},
    "$.tasks.square.grows: there is no task 'nobody'": grows({**LEAF, "task": "nobody"}),
    "two places have the slot 's'": grows({"kind": "par", "of": [LEAF, LEAF]}),
    "min 2 and max 1 leave nothing": grows({"kind": "map", "of": LEAF, "min": 2, "max": 1}),
    "min 3 and max 1 leave nothing": grows({"kind": "loop", "of": LEAF, "min": 3, "max": 1}),
    "$.tasks.square.grows: one_of() of nothing": grows({"kind": "alt", "of": []}),
    "$.tasks.square.grows.of[0].name: no let gives 'X'": grows(
        {"kind": "seq", "of": [{"kind": "use", "name": "X"}]}
    ),
    "has the edge [0, 1]; an edge joins the positions of two of its 1 nodes": grows(
        {"kind": "section", "name": "w", "slot": "w", "of": [LEAF], "edges": [[0, 1]]}
    ),
    "$.tasks.square.grows.of[0]: the field 'kind' is missing": grows(
        {"kind": "section", "name": "w", "slot": "w", "of": [{"task": "square", "slot": "s"}]}
    ),
    "$.tasks.square.grows.edges[0]: expected 2 items, got 3": grows(
        {"kind": "section", "name": "w", "slot": "w", "of": [LEAF], "edges": [[0, 1, 2]]}
    ),
    "min -1 and max None leave nothing": vow({"kind": "count", "of": {"kind": "any"}, "min": -1}),
    "$.promises[0].promise.of.of.task: there is no task 'nobody'": vow(
        {"kind": "count", "of": {"kind": "not", "of": {"kind": "task", "task": "nobody"}}}
    ),
    "there is no task 'no one'": vow(
        {"kind": "edges", "besides": [{"source": {"kind": "task", "task": "no one"}}]}
    ),
    "$.promises[0].promise.kind: expected one of": vow({"kind": "forever"}),
    "$.promises[0].promise.of[1].kind: expected one of": vow(
        {"kind": "any", "of": [COUNT, {"kind": "forever"}]}
    ),
    "$.promises[0].promise.of[1]: min 2 and max 1 leave nothing": vow(
        {"kind": "one", "of": [COUNT, {**COUNT, "min": 2, "max": 1}]}
    ),
    "$.promises[0].promise.of: 'any' of no promises": vow({"kind": "any", "of": []}),
    "$.promises[0].promise: 'each' has either 'out' or 'into'": vow(EACH),
    "promise: 'each' has either": vow({**EACH, "out": {"kind": "any"}, "into": {"kind": "any"}}),
    "$.promises[0].promise.into.task: there is no task": vow(
        {**EACH, "into": {"kind": "task", "task": "sqare"}}
    ),
    "$.promises[0].promise.of: 'shape' stands alone or under 'all' only": vow(
        {"kind": "not", "of": SHAPED}
    ),
    "$.promises[0].promise.of[0].of[1]: 'grows' stands alone": vow(
        {"kind": "all", "of": [{"kind": "any", "of": [COUNT, GROWS]}]}
    ),
    "$.promises[0].promise.of[0].shape: there is no task 'nobody'": vow(
        {"kind": "all", "of": [{**GROWS, "shape": {**LEAF, "task": "nobody"}}]}
    ),
    "$.promises[0].promise.values: a promise of styles": vow({**STYLED, "values": {}}),
    "promise.values.color: a value is longer": vow({**STYLED, "values": {"color": ["x" * 401]}}),
    "$.promises[0].promise.of.glob: the glob": vow(
        {"kind": "count", "of": {"kind": "id", "glob": "*" * 401}}
    ),
    "$.promises[0].promise.of.glob: an empty glob": vow(
        {"kind": "count", "of": {"kind": "id", "glob": ""}}
    ),
    "$.promises[0].promise.of: there is no node 'c'": vow(
        {"kind": "count", "of": {"kind": "born_after", "node": "c"}}
    ),
    "$.promises[0].promise.out: there is no node 'c'": vow(
        {**EACH, "out": {"kind": "id", "glob": "c"}}
    ),
    "$.promises[0].promise.of.node: a name must not be empty": vow(
        {"kind": "count", "of": {"kind": "born_after", "node": ""}}
    ),
    "promises and selectors nested more than 50 levels": vow(deep(51)),
    "a promise of more than 10,000 promises and selectors": vow(
        {"kind": "all", "of": [COUNT] * 5000}
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", FAULTS)
def test_every_fault_is_named_with_its_place(words: str) -> None:
    jsonform.loads(json.dumps(document()))
    with pytest.raises(DocumentError) as caught:
        jsonform.loads(json.dumps(document(**FAULTS[words])))
    assert words in str(caught.value)


TEXTS_THAT_FAIL: dict[str, Callable[[], str | bytes]] = {
    "nested more than 200 levels deep": lambda: "[" * 100_000,
    "line 3: nested more than 200 levels deep": lambda: '{"a":\n"[",\n"b":' + "[{" * 500,
    "the text ends in the middle": lambda: '{"name": "x", "nodes": [',
    "this string never ends": lambda: '{"name": "x',
    "line 2, column 1: this is not JSON": lambda: '{"name":\n}',
    "NaN is not a JSON number": lambda: '{"name": NaN}',
    "1e999 is too large": lambda: '{"name": 1e999}',
    "Exceeds the limit": lambda: '{"name": ' + "1" * 10_000 + "}",
    "byte 2 is not UTF-8": lambda: b'{"\xff": 1}',
    "half of a surrogate pair": lambda: '{"name": "\\ud800"}',
    "expected a graph (an object), got array": lambda: "[]",
}


@pytest.mark.parametrize("words", TEXTS_THAT_FAIL)
def test_texts_that_are_no_documents_say_why(words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        jsonform.loads(TEXTS_THAT_FAIL[words]())
    assert words in str(caught.value)


def test_too_large_a_text_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonform, "LARGEST", 10)
    with pytest.raises(DocumentError, match="larger than"):
        jsonform.loads(json.dumps(document()))


def test_brackets_in_strings_are_no_nesting() -> None:
    nodes = [{"id": "a", "task": "square", "inputs": {"n": '["\\[{' * 500}}]
    jsonform.loads(json.dumps(document(nodes=nodes, edges=[])))


def test_loading_imports_nothing_that_is_named() -> None:
    import sys

    before = set(sys.modules)
    jsonform.loads(json.dumps(document(tasks={"square": {"entry": "this:x"}}, nodes=[], edges=[])))
    assert "this" not in set(sys.modules) - before


def test_a_change_reads_back_too() -> None:
    graph = outer.compile()
    change = graph.as_change()
    assert plain.decode(Change, json.loads(json.dumps(plain.encode(change)))) == change


@pytest.mark.parametrize(
    "text", ['{"name": "a", "name": "b"}', '[{"x": {"k": 1, "j": 2, "k": 1}}]']
)
def test_a_key_that_comes_twice_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match=r"holds the key '(name|k)' twice"):
        jsonform.parse(text)
