"""Mistakes in graph documents."""

from __future__ import annotations

from typing import Any

from foretell.document.jsonform import DEEPEST
from tests.errors.making import Make, document, edited, promised, text

LEAF = {"kind": "node", "task": "square", "slot": "square"}


def takes(kind: str) -> dict[str, Any]:
    """The schema of a task that takes one input, `numbers`."""
    return {"type": "object", "properties": {"numbers": {"type": kind}}}


def let(of: list[Any]) -> dict[str, Any]:
    return {"kind": "let", "name": "pair", "of": {"kind": "seq", "of": of}}


def use(name: str, slot: str | None = None) -> dict[str, Any]:
    return {"kind": "use", "name": name, "slot": slot}


OTHER = {**LEAF, "slot": "other"}
MAY_USE = {"kind": "alt", "of": [use("pair"), {"kind": "empty"}]}


def shape(grows: Any) -> Make:
    """What the task `plan` may grow."""
    return document("tasks", "plan", "grows", to=grows)


def node(**said: Any) -> Make:
    return document("nodes", 2, to={"id": "total", "task": "total", **said})


def question(**said: Any) -> dict[str, Any]:
    return {"kind": "question", "input": "/numbers", "says": "Which?", **said}


def count(of: Any, **bounds: Any) -> Make:
    return promised({"kind": "count", "of": of, **bounds})


def loop(source: str, target: str, *, twice: bool = False, **said: Any) -> Make:
    """A loop edge beside the edge from `plan` to `total`."""
    edge = {"source": source, "target": target, "kind": "loop", **said}
    return document("edges", to=[{"source": "plan", "target": "total"}, edge, *[edge] * twice])


MISTAKES = {
    "no JSON": text('{"name": }'),
    "nothing": text(""),
    "a text that ends too early": text('{"name": "flow"'),
    "what is no text": text(b'{"name": "\xff"}'),
    "a key twice": text('{"name": "a", "name": "b"}'),
    "a number that is none": text('{"name": NaN}'),
    "a number too large": text('{"layout": {"x": 1e999}, "name": "a"}'),
    "half a character": text('{"name": "\\ud800"}'),
    "too deep": text("[" * (DEEPEST + 1)),
    "a list": text("[]"),
    "a version that is none": text('{"version": "one", "name": "a"}'),
    "a version to come": text('{"version": 99, "name": "a", "later": 1}'),
    "a field that is missing": text("{}"),
    "a field nobody knows": document("task", to={}),
    "a field nobody knows, inside": node(ids="x"),
    "a number for a text": node(label=3),
    "a text for a list": document("nodes", to="plan"),
    "a list for an object": document("tasks", to=[]),
    "a text for a number": shape({"kind": "map", "of": LEAF, "max": "three"}),
    "a kind of edge nobody knows": document("edges", 0, "kind", to="weak"),
    "a kind of shape nobody knows": shape({"kind": "some", "of": LEAF}),
    "a kind of promise nobody knows": promised({"kind": "always"}),
    "a name that is empty": document("name", to=""),
    "a name that cannot be seen": document("nodes", 1, "id", to="a\u200bb"),
    "an entry that is none": document("tasks", "square", "entry", to="square"),
    "an entry in no module": document("tasks", "square", "entry", to="my-flow:square"),
    "a cache for a task that grows": document("tasks", "plan", "options", to={"cache": {}}),
    "a cache for a node that grows": document(
        "nodes", 0, to={"id": "plan", "task": "plan", "options": {"cache": {}}}
    ),
    "retries that are none": document("tasks", "square", "options", to={"retries": "two"}),
    "an option nobody knows": document("tasks", "square", "options", to={"retires": 2}),
    "a wait without its first": node(options={"backoff": {"factor": 2}}),
    "a wait with a field nobody knows": node(options={"backoff": {"first": 1, "frist": 2}}),
    "retries upon a name that is none": node(options={"retry_on": ["no such thing"]}),
    "two nodes of one name": document("nodes", 1, "id", to="plan"),
    "a node of no task": document("nodes", 2, "task", to="toatl"),
    "a node with a faulty style": node(style={"": "red"}),
    "a node that asks nothing": node(outside=[question(says=" ")]),
    "a question for a part of an input": node(outside=[question(input="/numbers/0")]),
    "a question for no place": node(outside=[question(input="numbers")]),
    "two questions for one input": node(outside=[question(), question()]),
    "a question of a novel": node(outside=[question(says="?" * 5000)]),
    "a question for no time": node(outside=[question(within_s=0)]),
    "a question for ever and until a moment": node(outside=[question(within_s=3, at="/start")]),
    "a moment in no place": node(outside=[question(kind="time", at="start")]),
    "a moment that is none": node(outside=[question(kind="time")]),
    "two moments": node(outside=[question(within_s=3), question(input="/start", within_s=4)]),
    "a signal that cannot be seen": node(outside=[question(kind="signal", says="a\u200bb")]),
    "a node fed by no input": document("nodes", 0, "feeds", 0, "name", to="m"),
    "a feed to a place that is none": document("nodes", 0, "feeds", 0, "input", to="n"),
    "an edge from nowhere": document("edges", 0, "source", to="paln"),
    "an edge without its value": document(
        "edges", 0, to={"source": "plan", "target": "total", "kind": "data"}
    ),
    "edges that go round": document(
        "edges",
        to=[
            {"source": "plan", "target": "total"},
            {"source": "total", "target": "plan"},
        ],
    ),
    "edges that wait for contrary ends": document(
        "edges",
        to=[
            {"source": "plan", "target": "total"},
            {"source": "plan", "target": "total", "on": "fail"},
        ],
    ),
    "a value of what fails": document("edges", 0, "on", to="fail"),
    "failures on an edge that waits for none": document("edges", 0, "carries", to="failures"),
    "nothing where an edge may bring nothing": edited(
        (("edges", 0, "on"), "any"),
        (("tasks", "total", "inputs"), {"type": "object", "required": ["numbers"]}),
    ),
    "no item where an edge may bring none": edited(
        (("edges", 0, "on"), "any"), (("edges", 0, "input"), "/numbers/0")
    ),
    "what does not fit where an edge may bring nothing": edited(
        (("edges", 0, "on"), "any"),
        (("nodes", 2, "inputs"), {"numbers": "none"}),
        (("tasks", "total", "inputs"), takes("array")),
    ),
    "failures where numbers go": edited(
        (("edges", 0, "on"), "fail"),
        (("edges", 0, "carries"), "failures"),
        (("tasks", "total", "inputs"), takes("number")),
    ),
    "a wire that does not fit": document(
        "tasks",
        "total",
        "inputs",
        to={
            "type": "object",
            "properties": {"numbers": {"type": "integer"}},
        },
    ),
    "a shape with an unknown task": shape({**LEAF, "task": "sqare"}),
    "a shape with a slot twice": shape({"kind": "par", "of": [LEAF, LEAF]}),
    "a shape with a slot that looks like any use of a name": shape({**LEAF, "slot": "*.square"}),
    "a shape with a slot that looks like an instance": shape({**LEAF, "slot": "square[1]"}),
    "a shape with bounds that exclude each other": shape(
        {"kind": "map", "of": LEAF, "min": 3, "max": 1}
    ),
    "a shape with rounds that exclude each other": shape(
        {"kind": "loop", "of": {"kind": "seq", "of": [LEAF]}, "min": 3, "max": 1}
    ),
    "a shape with anything inside": shape({"kind": "par", "of": [LEAF, {"kind": "anything"}]}),
    "a shape with no alternatives": shape({"kind": "alt", "of": []}),
    "a use of a name that nothing has": shape({"kind": "use", "name": "pair"}),
    "a use of a misspelt name": shape(let(of=[LEAF, use("piar")])),
    "a use outside of its let": shape(
        {"kind": "seq", "of": [let(of=[LEAF, MAY_USE]), use("pair")]}
    ),
    "a name for two things": shape(
        {"kind": "seq", "of": [let(of=[LEAF, MAY_USE]), let(of=[OTHER, MAY_USE])]}
    ),
    "a name that nothing uses": shape({**let(of=[LEAF]), "within": {"kind": "empty"}}),
    "a name that looks like a place": shape({**let(of=[LEAF, MAY_USE]), "name": "a.b"}),
    "a name that needs itself": shape(let(of=[LEAF, use("pair")])),
    "a name within itself, however deep": shape(let(of=[LEAF, MAY_USE, OTHER])),
    "a name within itself, deeper than anybody looks": shape(
        {**let(of=[LEAF, MAY_USE, OTHER]), "deep": 1000}
    ),
    "a name deep within what does not use it": shape({**let(of=[LEAF]), "deep": 3}),
    "a name that comes to very much": shape(
        {
            **let(of=[LEAF, MAY_USE, {**MAY_USE, "of": [use("pair", "b"), {"kind": "empty"}]}]),
            "deep": 30,
        }
    ),
    "two uses that are called alike": shape({**let(of=[LEAF, MAY_USE, MAY_USE]), "deep": 1}),
    "a section with an edge that goes back": shape(
        {
            "kind": "section",
            "name": "s",
            "slot": "s",
            "of": [LEAF, {**LEAF, "slot": "b"}],
            "edges": [[1, 0]],
        }
    ),
    "a loop that does not lead back": loop("plan", "total"),
    "a loop twice": loop("total", "plan", twice=True),
    "a loop upon a failure": loop("total", "plan", on="fail"),
    "a loop into an input that is not there": edited(
        (("tasks", "plan", "inputs"), {"type": "object", "additionalProperties": False}),
        (
            ("edges",),
            [
                {"source": "plan", "target": "total"},
                {"source": "total", "target": "plan", "kind": "loop", "input": "/m"},
            ],
        ),
    ),
    "a loop with half a value": loop("total", "plan", output=""),
    "a promise about no loop": promised({"kind": "rearm", "target": "plna", "max": 1}),
    "a promise about a loop that leaves nothing": promised(
        {"kind": "rearm", "target": "plan", "max": -1}
    ),
    "growth that can never end": document("tasks", "square", "grows", to=LEAF),
    "an output of no node": document("output", "holes", 0, "node", to="totla"),
    "an output at a place that is none": document("output", "holes", 0, "at", to="total"),
    "an output at a place that is not there": document("output", "holes", 0, "at", to="/a/b"),
    "an input without a name": document("inputs", "", to={"schema": {}}),
    "a promise with bounds that exclude each other": count({"kind": "any"}, min=3, max=1),
    "a promise about an unknown task": count({"kind": "task", "task": "sqare"}, max=1),
    "a promise about a node that can never be": count({"kind": "id", "glob": "totla"}, max=1),
    "a promise about no node": count({"kind": "id", "glob": ""}, max=1),
    "a promise about no tag": count({"kind": "tag", "tag": ""}, max=1),
    "a promise of both ends": promised(
        {
            "kind": "each",
            "of": {"kind": "any"},
            "out": {"kind": "any"},
            "into": {"kind": "any"},
            "min": 1,
        }
    ),
    "a promise of no alternatives": promised({"kind": "any", "of": []}),
    "a promise of no styles": promised({"kind": "style", "of": {"kind": "any"}, "values": {}}),
    "a promise of shape where nothing grows": promised(
        {"kind": "shape", "scope": "plann", "shape": LEAF}
    ),
    "a promise of shape with an unknown task": promised(
        {"kind": "shape", "scope": "plan", "shape": {**LEAF, "task": "sqare"}}
    ),
    "a promise of shape that is no shape": promised(
        {
            "kind": "shape",
            "scope": "explore",
            "shape": {"kind": "par", "of": [{"kind": "anything"}]},
        }
    ),
    "a promise of growth that can never end": promised(
        {
            "kind": "grows",
            "of": {"kind": "task", "task": "explore"},
            "shape": {**LEAF, "task": "explore"},
        }
    ),
    "a promise of another shape": promised(
        {"kind": "shape", "scope": "plan", "shape": {**LEAF, "task": "total"}}
    ),
    "a limit of nothing": document("limits", to=[{"of": {"kind": "any"}, "running": 0}]),
    "a limit that says nothing": document("limits", to=[{"of": {"kind": "any"}}]),
    "a limit of starts in no time": document("limits", to=[{"of": {"kind": "any"}, "starts": 2}]),
    "a limit of an unknown task": document(
        "limits", to=[{"of": {"kind": "task", "task": "sqare"}, "running": 1}]
    ),
}
