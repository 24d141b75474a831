"""Loops are played, and drawings that forget what a round takes back or brings are found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.horizon.model import Horizon
from foretell.promises.language import Count, Promise, Rearm, Vowed
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Many, Par, Seq
from foretell_runtime.fuzzing import watching
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.fuzzing.coverage import Seen
from foretell_runtime.machine import State, horizon_of

TASKS = {
    "t": TaskSpec("m:t", NOTHING),
    "some": TaskSpec("m:some", Many(Leaf("t", "t"), 0, 3)),
    "pick": TaskSpec("m:pick", Alt((Leaf("t", "left"), Many(Leaf("t", "right"), 1, 2)))),
    "pairs": TaskSpec("m:pairs", Many(Seq((Leaf("t", "a"), Leaf("t", "b"))), 0, 2)),
    "deep": TaskSpec("m:deep", Par((Many(Leaf("deep", "again"), 0, 1), Leaf("t", "own")))),
    "free": TaskSpec("m:free", ANYTHING),
}


def graph(*edges: str, promises: tuple[Promise, ...] = (), **tasks: str) -> Graph:
    """`v>u` is an edge, `u~v` a loop; nodes are of the task `t`, if nothing else is said."""
    ends = [e.replace("~", ">").split(">") for e in edges]
    names = sorted({name for both in ends for name in both})
    return Graph(
        "g", 1, TASKS,
        tuple(Node(name, tasks.get(name, "t")) for name in names),
        tuple(Edge(a, b, "loop" if "~" in e else "order")
              for e, (a, b) in zip(edges, ends, strict=True)),
        tuple(Vowed(promise) for promise in promises),
    )  # fmt: skip


TWICE = (Rearm("v", 2),)
GRAPHS = {
    "over a grower": graph("v>u", "u>w", "u~v", v="some", promises=TWICE),
    "any number of times": graph("v>u", "u~v", v="some"),
    "within another": graph(
        "v>b", "b>c", "c>d", "b~b", "c~v", v="some", b="pick", d="some",
        promises=(*TWICE, Rearm("b", 1)),
    ),
    "beside a grower": graph("v>u", "v>x", "x>w", "u>w", "u~v", x="some", promises=TWICE),
    "apart from a grower": graph("v>u", "x>w", "u>w", "u~v", x="some", promises=TWICE),
    "with what is counted": graph(
        "v>u", "u>x", "u~v", v="some", x="some", promises=(*TWICE, Count(TaskIs("t"), max=4))
    ),
    "over pairs": graph("v>u", "u>w", "u~v", "w~u", v="pairs", w="deep", promises=TWICE),
    "over what may do anything": graph("v>u", "u~v", v="free", promises=TWICE),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_what_rounds_lead_to_lies_in_every_drawing(name: str) -> None:
    report = fuzz_graph(GRAPHS[name], runs=12)
    assert report.ok, report.finding
    rounds = report.coverage.rounds.values()
    assert any(loop.runs for loop in rounds)
    assert "↻ from u to v" in str(report) or name == "within another"


def test_what_was_cancelled_behind_a_loop_is_counted_among_what_may_be_done_again() -> None:
    report = fuzz_graph(GRAPHS["apart from a grower"], runs=3, seed=210)
    assert report.ok, report.finding


def test_it_is_told_which_loops_never_came_round() -> None:
    report = fuzz_graph(graph("v>u", "u~v", promises=(Rearm("v", 0),)), runs=3)
    assert list(report.coverage.never()) == [Seen("↻ from u to v")]


def no_rounds(drawing: Horizon) -> Horizon:
    """What is drawn to be taken back stays."""
    return replace(drawing, nodes=tuple(replace(n, may_go=False) for n in drawing.nodes),
                   edges=tuple(replace(e, existence="exists") if e.kind == "structural" and
                               e.existence == "may" else e for e in drawing.edges))  # fmt: skip


def nothing_again(drawing: Horizon) -> Horizon:
    """What another round may grow is left out."""
    ended = {n.id for n in drawing.nodes if n.status == "done"}
    kept = tuple(c for c in drawing.classes if c.maker not in ended)
    gone = {c.id for c in drawing.classes} - {c.id for c in kept}
    edges = tuple(e for e in drawing.edges if not {e.source, e.target} & gone)
    return replace(drawing, classes=kept, edges=edges)


def over_at_once(drawing: Horizon) -> Horizon:
    """What has ended is drawn never to be done again."""
    edges = tuple(replace(e, rounds=0) if e.kind == "loop" else e for e in drawing.edges)
    return replace(drawing, edges=edges)


@pytest.mark.parametrize("error", [no_rounds, nothing_again, over_at_once])
def test_a_drawing_without_rounds_is_found_out(
    error: Callable[[Horizon], Horizon], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(state: State) -> Horizon:
        drawing = horizon_of(state)
        return error(drawing) if state.status == "running" else drawing

    monkeypatch.setattr(watching, "horizon_of", wrong)
    monkeypatch.setattr(watching, "_read_again", lambda drawing: drawing)
    report = fuzz_graph(GRAPHS["over a grower"], runs=40)
    assert not report.ok
