"""Handmade horizons, one for each element of the notation: for the pictures and the golden tests."""

from __future__ import annotations

from itertools import pairwise

from foretell.horizon.model import (
    Bundle,
    Group,
    Horizon,
    NodeClass,
    NodeStatus,
    SeenEdge,
    SeenNode,
    Share,
)

PLAN = SeenNode("plan", "plan")
TOTAL = SeenNode("total", "total")
ORDER = SeenEdge("plan", "total", thin=True)


def _will(source: str, target: str) -> SeenEdge:
    return SeenEdge(source, target, "will")


def _may(source: str, target: str) -> SeenEdge:
    return SeenEdge(source, target, "may")


def _between(cls: NodeClass) -> Horizon:
    """`plan -> cls -> total`, where `cls` is what `plan` grows."""
    return Horizon(
        "example",
        nodes=(PLAN, TOTAL),
        classes=(cls,),
        edges=(ORDER, _will("plan", cls.id), _will(cls.id, "total")),
    )


def _statuses() -> Horizon:
    return Horizon(
        "statuses",
        event=9,
        status="running",
        nodes=(
            SeenNode("waiting", "waiting"),
            SeenNode("running", "running", "running"),
            SeenNode("asking", "asking", "asking"),
            SeenNode("done", "done", "done", trial=1),
            SeenNode("recalled", "recalled", "done"),
            SeenNode("failed", "failed", "failed"),
            SeenNode("cancelled", "cancelled", "cancelled"),
            SeenNode("second_try", "load", "running", trial=2),
        ),
    )


def _ruled_out() -> Horizon:
    return Horizon(
        "ruled out",
        event=6,
        status="failed",
        nodes=(
            SeenNode("load", "load", "failed"),
            SeenNode("train", "train", "ruled_out"),
            SeenNode("notify", "notify", "done", trial=1),
            SeenNode("load_old", "load", "retired"),
        ),
        edges=(SeenEdge("load", "train"), SeenEdge("load", "notify")),
    )


def _edges() -> Horizon:
    return Horizon(
        "edges",
        nodes=(SeenNode("a", "a"), SeenNode("b", "b"), SeenNode("c", "c")),
        classes=(NodeClass("a/x", "x", 1, 1, "a"), NodeClass("a/y", "y", 0, 1, "a")),
        edges=(
            SeenEdge("a", "b"),
            SeenEdge("b", "c"),
            SeenEdge("a", "c", thin=True),
            _will("a", "a/x"),
            _may("a/x", "c"),
            _will("a", "a/y"),
            SeenEdge("a/y", "c", "will", label="each"),
        ),
    )


def _loop() -> Horizon:
    nodes = (SeenNode("draft", "draft"), SeenNode("review", "review"), SeenNode("send", "send"))
    return Horizon(
        "loop",
        nodes=nodes,
        edges=(
            SeenEdge("draft", "review"),
            SeenEdge("review", "send"),
            SeenEdge("review", "draft", kind="loop", rounds=3),
        ),
    )


def _early() -> Horizon:
    nodes = (
        SeenNode("write", "write", "running"),
        SeenNode("speak", "speak", "running"),
        SeenNode("publish", "publish"),
    )
    return Horizon(
        "early",
        nodes=nodes,
        edges=(
            SeenEdge("write", "speak", kind="data", early=("tokens",)),
            SeenEdge("write", "publish", kind="data"),
        ),
    )


def _open() -> Horizon:
    return Horizon(
        "open ends",
        nodes=(
            SeenNode("agent", "agent"),
            SeenNode("search", "search"),
            SeenNode("answer", "answer", in_open=("agent/*",)),
        ),
        classes=(NodeClass("agent/*", None, 0, None, "agent"),),
        edges=(
            SeenEdge("agent", "answer"),
            SeenEdge("search", "agent"),
            _will("agent", "agent/*"),
        ),
        exact=False,
        why=("the agent may create anything",),
    )


def _groups() -> Horizon:
    classes = ("n", "m", "j", "k")
    return Horizon(
        "alternatives",
        nodes=(SeenNode("a", "a"), SeenNode("b", "b")),
        classes=tuple(NodeClass(f"a/{c}", c, 1, 1, "a") for c in classes),
        edges=(
            SeenEdge("a", "b", thin=True),
            _will("a", "a/n"),
            _will("a/n", "a/m"),
            _will("a/m", "b"),
            _will("a", "a/j"),
            _will("a/j", "a/k"),
            _will("a/k", "b"),
        ),
        groups=(Group("a/0", (("a/n", "a/m"), ("a/j", "a/k"))),),
    )


def _nested_groups() -> Horizon:
    return Horizon(
        "nested alternatives",
        nodes=(SeenNode("triage", "triage"), SeenNode("close", "close")),
        classes=(
            NodeClass("triage/fix", "fix", 1, 1, "triage"),
            NodeClass("triage/small", "small_test", 1, 1, "triage"),
            NodeClass("triage/big", "big_test", 1, None, "triage"),
            NodeClass("triage/ask", "ask_author", 1, 1, "triage"),
        ),
        edges=(
            SeenEdge("triage", "close", thin=True),
            _will("triage", "triage/fix"),
            _will("triage/fix", "triage/small"),
            _will("triage/fix", "triage/big"),
            _will("triage/small", "close"),
            _will("triage/big", "close"),
            _will("triage", "triage/ask"),
            _will("triage/ask", "close"),
        ),
        groups=(
            Group("triage/0", (("triage/fix", "triage/small", "triage/big"), ("triage/ask",), ())),
            Group("triage/0/1", (("triage/small",), ("triage/big",)), within="triage/0"),
        ),
    )


def _recursion() -> Horizon:
    return Horizon(
        "recursion",
        nodes=(SeenNode("crawl", "crawl"), SeenNode("index", "index")),
        classes=(
            NodeClass("crawl/page", "page", 1, None, "crawl"),
            NodeClass("crawl/page/link", "page", 0, None, "crawl/page", again="crawl/page"),
        ),
        edges=(
            SeenEdge("crawl", "index", thin=True),
            _will("crawl", "crawl/page"),
            _will("crawl/page", "index"),
            _will("crawl/page", "crawl/page/link"),
            _will("crawl/page/link", "index"),
        ),
    )


def _pairs(begun: bool) -> Horizon:
    """`crawl -> (download -> parse)* -> total`; in a pair that has `begun` the `parse` is missing."""
    crawl, total = (
        SeenNode("crawl", "crawl", "running" if begun else "waiting"),
        SeenNode("total", "total"),
    )
    download = SeenNode("crawl.download", "download", scope="crawl", maker="crawl")
    lacking = NodeClass("crawl/parse[0]", "parse", 1, 1, "crawl")
    return Horizon(
        "pairs",
        event=3 if begun else 0,
        status="running" if begun else "ready",
        nodes=(crawl, download, total) if begun else (crawl, total),
        classes=(
            NodeClass("crawl/download", "download", 0, None, "crawl", beside=int(begun)),
            NodeClass("crawl/parse", "parse", 0, None, "crawl"),
            *([lacking] if begun else []),
        ),
        edges=(
            SeenEdge("crawl", "total", thin=begun),
            _will("crawl", "crawl/download"),
            _will("crawl/download", "crawl/parse"),
            _will("crawl/parse", "total"),
            *(
                (
                    SeenEdge("crawl", download.id),
                    SeenEdge(download.id, "total", thin=True),
                    _will(download.id, lacking.id),
                    _will(lacking.id, "total"),
                )
                if begun
                else ()
            ),
        ),
        bundles=(
            Bundle(
                "crawl/many0",
                (Share("crawl/download", 1, 1), Share("crawl/parse", 1, 1)),
                0,
                None,
                "crawl",
            ),
        ),
    )


def _rounds(begun: bool) -> Horizon:
    """`write` and `review` round after round; `begun`: of the first there is a `write`."""
    improve = SeenNode("improve", "improve", "running" if begun else "waiting")
    publish = SeenNode("publish", "publish")
    write = SeenNode("improve.write", "write", scope="improve", maker="improve")
    lacking = NodeClass("improve/review[0]", "review", 1, 1, "improve")
    writes, reviews, loop = "improve/write", "improve/review", "improve/many0"
    low, high = (0, 4) if begun else (1, 5)
    return Horizon(
        "rounds",
        event=3 if begun else 0,
        status="running" if begun else "ready",
        nodes=(improve, write, publish) if begun else (improve, publish),
        classes=(
            NodeClass(writes, "write", low, high, "improve", beside=int(begun)),
            NodeClass(reviews, "review", low, high, "improve"),
            *([lacking] if begun else []),
        ),
        edges=(
            SeenEdge("improve", "publish", thin=begun),
            _will("improve", writes),
            _will(writes, reviews),
            SeenEdge(reviews, writes, "will", onward=loop),
            _will(reviews, "publish"),
            *(
                (
                    SeenEdge("improve", write.id),
                    SeenEdge(write.id, "publish", thin=True),
                    _will(write.id, lacking.id),
                    SeenEdge(lacking.id, writes, "will", onward=loop),
                )
                if begun
                else ()
            ),
        ),
        bundles=(
            Bundle(
                loop,
                (Share(writes, 1, 1), Share(reviews, 1, 1)),
                low,
                high,
                "improve",
                in_turn=True,
            ),
        ),
    )


def _grown_alternatives() -> Horizon:
    return Horizon(
        "one of two, for each",
        nodes=(SeenNode("list", "list"), SeenNode("merge", "merge")),
        classes=(
            NodeClass("list/item", "item", 0, None, "list"),
            NodeClass("list/item/keep", "keep", 1, 1, "list/item"),
            NodeClass("list/item/drop", "drop", 1, 1, "list/item"),
        ),
        edges=(
            SeenEdge("list", "merge", thin=True),
            _will("list", "list/item"),
            _will("list/item", "list/item/keep"),
            _will("list/item", "list/item/drop"),
            _will("list/item/keep", "merge"),
            _will("list/item/drop", "merge"),
        ),
        groups=(Group("g", (("list/item/keep",), ("list/item/drop",)), per="list/item"),),
    )


def _fixed() -> Horizon:
    names = ("fetch", "clean", "train", "report")
    return Horizon(
        "fixed",
        nodes=tuple(SeenNode(name, name) for name in names),
        edges=tuple(SeenEdge(a, b) for a, b in pairwise(names)),
    )


def squares(done: int, running: int, waiting: int, more: tuple[int, int] | None) -> Horizon:
    """`plan -> square* -> total` with so many squares of each status, and more to come."""
    counts: dict[NodeStatus, int] = {"done": done, "running": running, "waiting": waiting}
    statuses: list[NodeStatus] = [status for status, count in counts.items() for _ in range(count)]
    grown = tuple(
        SeenNode(
            f"plan.square_{number}",
            "square",
            status,
            scope="plan",
            maker="plan",
            trial=int(status != "waiting"),
        )
        for number, status in enumerate(statuses, start=1)
    )
    ended = more is None
    begun = int(ended or bool(grown))
    plan = SeenNode(
        "plan", "plan", "done" if ended else "running" if grown else "waiting", trial=begun
    )
    finished = ended and not running and not waiting
    total = SeenNode("total", "total", "done" if finished else "waiting", trial=int(finished))
    classes: tuple[NodeClass, ...] = ()
    future: tuple[SeenEdge, ...] = ()
    if more is not None:
        classes = (NodeClass("plan/square", "square", *more, "plan", beside=len(grown)),)
        future = (_will("plan", "plan/square"), _will("plan/square", "total"))
    return Horizon(
        "sum_of_squares",
        event=2 * done + running + len(grown),
        status="done" if finished else "running" if grown else "ready",
        nodes=(plan, *grown, total),
        classes=classes,
        edges=(
            SeenEdge("plan", "total", thin=bool(grown)),
            *(SeenEdge("plan", n.id) for n in grown),
            *(SeenEdge(n.id, "total", kind="data") for n in grown),
            *future,
        ),
    )


SAMPLES: dict[str, Horizon] = {
    "fixed": _fixed(),
    "will": _between(NodeClass("plan/check", "check", 1, 1, "plan")),
    "may": _between(NodeClass("plan/check", "check", 0, 1, "plan")),
    "many": _between(NodeClass("plan/square", "square", 0, None, "plan")),
    "some": _between(NodeClass("plan/square", "square", 2, 5, "plan")),
    "anything": _between(NodeClass("plan/*", None, 0, None, "plan")),
    "alternatives": _groups(),
    "nested": _nested_groups(),
    "per": _grown_alternatives(),
    "bundle": _pairs(begun=False),
    "bundle_begun": _pairs(begun=True),
    "rounds": _rounds(begun=False),
    "early": _early(),
    "rounds_begun": _rounds(begun=True),
    "recursion": _recursion(),
    "edges": _edges(),
    "loop": _loop(),
    "open": _open(),
    "statuses": _statuses(),
    "before": squares(0, 0, 0, (0, 100)),
    "midway": squares(2, 1, 1, (0, 96)),
    "after": squares(4, 0, 0, None),
    "stack": squares(310, 2, 5, (0, 40)),
}
"""By the name of the picture and of the golden file."""

RULED_OUT = _ruled_out()
"""Drawn twice: without and with what is ruled out and retired."""
