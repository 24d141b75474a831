"""Mistakes of a running task that wires by itself: changes against the laws of the graph."""

from __future__ import annotations

from typing import Any

from tests.errors.making import Make, change, growing

NEW = {"id": "explore.new", "task": "square"}
OF_PLAN = {"kind": "grows", "of": {"kind": "task", "task": "plan"}}
LEAF = {"kind": "node", "task": "square", "slot": "square"}
INNER = "@workflow\ndef inner(n: int) -> int:\n    return square(n)\n"


def added(*nodes: dict[str, Any], edges: Any = (), **more: Any) -> Make:
    """A change by the node `explore`, which may do anything."""
    return change(by="explore", nodes=[*nodes], edges=[*edges], **more)


def edge(source: str, target: str, **more: Any) -> Make:
    return added(NEW, edges=[{"source": source, "target": target, **more}])


def brings(grows: Any) -> Make:
    """A task that the graph does not know yet, and what it may grow."""
    return added(tasks={"mine": {"entry": "flow.py:mine", "grows": grows}})


PAIRS = """
first = many(square)
second = many(shout)
shape = many(seq(first, second))
"""

SHARED = """
first = many(square)
shape = let('x', first, par(use('x', slot='left'), use('x', slot='right')))
"""

MISTAKES = {
    "a node without a name": added({"id": "", "task": "square"}),
    "a node with a name that has no end": added({"id": "explore." + "x" * 500, "task": "square"}),
    "a node that is there already": added(NEW, NEW),
    "a node in the name of somebody else": added({"id": "plan.new", "task": "square"}),
    "a node in the scope of somebody else": added({**NEW, "scope": "plan"}),
    "a node of no task": added({**NEW, "task": "sqare"}),
    "a node with a fault in its inputs": added({**NEW, "feeds": [{"name": "n", "input": "n"}]}),
    "a node that is retried less than never": added({**NEW, "options": {"retries": -1}}),
    "a task that is retried after no time that is one": added(
        tasks={"mine": {"entry": "flow.py:mine", "options": {"backoff": "soon"}}}
    ),
    "a task that is cached although it may grow anything": added(
        tasks={"mine": {"entry": "flow.py:mine", "options": {"cache": {}}}}
    ),
    "a cached node of a task that may grow anything": added(
        {**NEW, "task": "mine", "options": {"cache": {}}},
        tasks={"mine": {"entry": "flow.py:mine"}},
    ),
    "a node with a strange label": added({**NEW, "label": "x" * 5000}),
    "an edge from nowhere": edge("explore.nex", "explore.new"),
    "an edge with an end that has no name": edge("", "explore.new"),
    "an edge to itself": edge("explore.new", "explore.new"),
    "an edge that nobody may give": edge("explore", "explore.new", kind="structural"),
    "an order edge with a value": edge("explore", "explore.new", output=""),
    "a data edge without a value": edge("explore", "explore.new", kind="data"),
    "a data edge to no input": edge("explore", "explore.new", kind="data", output="", input=""),
    "a loop edge": edge("explore", "explore.new", kind="loop"),
    "an edge to a node that has started": edge("explore.new", "plan"),
    "an edge that waits for a failure": edge("explore", "explore.new", on="fail"),
    "edges that go round": added(
        NEW,
        {**NEW, "id": "explore.two"},
        edges=[
            {"source": "explore.new", "target": "explore.two"},
            {"source": "explore.two", "target": "explore.new"},
        ],
    ),
    "a task of its own where none is allowed": change(
        tasks={"mine": {"entry": "flow.py:mine"}},
        promises=[{"promise": {"kind": "count", "of": {"kind": "any"}}}],
    ),
    "a task with the name of another": added(tasks={"square": {"entry": "flow.py:other"}}),
    "a task that grows what is not there": added(
        tasks={
            "mine": {
                "entry": "flow.py:mine",
                "grows": {"kind": "node", "task": "sqare", "slot": "a"},
            }
        }
    ),
    "a task of a shape that is none": added(
        tasks={
            "mine": {
                "entry": "flow.py:mine",
                "grows": {"kind": "par", "of": [{"kind": "anything"}]},
            }
        }
    ),
    "a task of a shape with no room": brings(
        {"kind": "map", "of": {"kind": "seq", "of": [LEAF]}, "min": 3, "max": 1}
    ),
    "a task of a leaf with no room": brings({"kind": "map", "of": LEAF, "min": 3, "max": 1}),
    "a task of a shape with no alternatives": brings({"kind": "alt", "of": []}),
    "a task of a shape with a place twice": brings({"kind": "par", "of": [LEAF, LEAF]}),
    "a task of a shape with a place of an instance": brings({**LEAF, "slot": "square[1]"}),
    "a node that fits two places": change(
        grows={"kind": "par", "of": [{**LEAF, "slot": "a"}, {**LEAF, "slot": "b"}]},
        nodes=[{"id": "plan.x", "task": "square"}],
    ),
    "a node that fits two instances": change(
        grows={
            "kind": "map",
            "of": {"kind": "seq", "of": [LEAF, {**LEAF, "task": "total", "slot": "b"}]},
        },
        nodes=[
            {"id": "plan.one", "task": "square", "slot": "square"},
            {"id": "plan.two", "task": "square", "slot": "square"},
            {"id": "plan.sum", "task": "total", "slot": "b"},
        ],
    ),
    "a node that fits two rounds": growing(
        "grow.first(n)\ngrow.first(n)\ngrow.second('x')", grows=PAIRS
    ),
    "a node that fits two uses": growing("grow.first(n)", grows=SHARED),
    "a node for which no use has a place": growing(
        "for i in range(3):\n    grow.first(i)",
        grows="first = many(square)\nlast = many(square)\n"
        "shape = let('x', may(seq(first, use('x'), last)), deep=2)",
    ),
    "a task of a shape whose names mean nothing": brings({"kind": "use", "name": "pair"}),
    "a promise of a shape whose names mean nothing": change(
        promises=[{"promise": {**OF_PLAN, "shape": {"kind": "use", "name": "x"}}, "says": "my vow"}]
    ),
    "a section for a right that gives it something else": growing(
        "grow.inner('three')", grows="inner = many(inner)", before=INNER
    ),
    "a section that lacks a part of what it is given": growing(
        "grow.inner({})",
        grows="inner = many(inner)",
        before="from typing import TypedDict\n\nclass Box(TypedDict, total=False):\n    size: int\n\n"
        "@workflow\ndef inner(box: Box) -> int:\n    return square(box['size'])\n",
    ),
    "a section that returns what another workflow had": growing(
        "grow.inner(n)",
        grows="inner = many(inner)",
        before="kept = []\n\n@workflow\ndef nothing() -> None:\n    note()\n\n"
        "@workflow\ndef first() -> None:\n    kept.append(nothing())\n\nfirst.compile()\n\n"
        "@workflow\ndef inner(n: int) -> object:\n    square(n)\n    return kept[0]\n",
    ),
    "a result that is no value": growing(
        "return grow.inner(n)",
        grows="inner = many(inner)",
        before="@workflow\ndef inner(n: int) -> None:\n    note()\n",
    ),
    "a task called, deep inside, with an unknown value": growing(
        "return deep(grow.square(n))", before="def deep(x):\n    return square(x)\n"
    ),
    "a style of no node": added(styles=[{"node": "toal", "label": "x"}]),
    "a style without a name": added(styles=[{"node": "", "label": "x"}]),
    "a style that is too long": added(styles=[{"node": "total", "label": "x" * 5000}]),
    "a promise of what was never to be grown": change(
        promises=[{"promise": {**OF_PLAN, "shape": {**LEAF, "task": "total"}}, "says": "my vow"}]
    ),
    "a promise of what cannot be told from what has grown": added(
        NEW,
        promises=[
            {
                "promise": {
                    "kind": "shape",
                    "scope": "explore",
                    "shape": {
                        "kind": "par",
                        "of": [
                            {**LEAF, "slot": "a"},
                            {**LEAF, "slot": "b"},
                        ],
                    },
                },
                "says": "my vow",
            }
        ],
    ),
    "a promise about no loop": change(
        promises=[{"promise": {"kind": "rearm", "target": "plan", "max": 1}}]
    ),
    "a promise about nobody": growing("grow.promise(Count(total, at_most=1))"),
    "a promise about a task that is not there": change(
        promises=[
            {
                "promise": {"kind": "count", "of": {"kind": "task", "task": "sqare"}, "max": 1},
                "says": "Count(sqare)",
            }
        ]
    ),
    "a promise about a node that is not there": change(
        promises=[{"promise": {"kind": "count", "of": {"kind": "id", "glob": "toal"}, "max": 1}}]
    ),
    "a promise with a fault in it": change(
        promises=[{"promise": {"kind": "count", "of": {"kind": "any"}, "min": 3, "max": 1}}]
    ),
    "more than the shape has room for": change(
        nodes=[{"id": f"plan.{i}", "task": "square", "slot": "square"} for i in range(4)]
    ),
    "what the shape knows nothing of": change(nodes=[{"id": "plan.x", "task": "total"}]),
}
