"""Growth that repeats is drawn once, with every edge that comes at any depth of it."""

from __future__ import annotations

from foretell.admits import Grown, quarrel
from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Node
from foretell.promises.language import Edges, Vowed
from foretell.promises.selectors import NotSo, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many, Seq
from foretell_runtime.machine import horizon_of, register

TASKS = {
    "split": TaskSpec("m:s", Seq((Many(Leaf("split", "again")), Leaf("join", "join")))),
    "join": TaskSpec("m:j", NOTHING),
}


def test_what_is_grown_deep_below_precedes_what_comes_after_each_grower_above() -> None:
    drawing = horizon_of(register(Graph("g", 1, TASKS, (Node("s", "split"),)), {}, "", 1)[0])
    nodes = [Grown("s", "split", None, None)]
    edges: set[tuple[str, str]] = set()
    makers = ["s", "s.a", "s.a.a"]
    for maker in makers:
        inner = [] if maker == makers[-1] else [f"{maker}.a"]
        nodes += [Grown(id_, "split", "again", maker) for id_ in inner]
        nodes.append(Grown(f"{maker}.j", "join", "join", maker))
        edges |= {(maker, made) for made in (*inner, f"{maker}.j")}
        edges |= {(node.id, f"{above}.j") for above in makers for node in nodes
                  if node.id.startswith(f"{above}.a")}  # fmt: skip
    assert ("s.a.a.j", "s.a.j") in edges
    assert quarrel(drawing, nodes, edges) == ""
    joins = [edge for edge in drawing.edges if edge.source == edge.target == "s/again/join"]
    assert [edge.existence for edge in joins] == ["may"]


def test_open_growth_of_which_only_some_tasks_may_come_stays_in_the_drawing() -> None:
    tasks, ours = {"open": TaskSpec("m:o", ANYTHING)}, TaskIs("open")
    vow = Vowed(Edges(ours, NotSo(ours), max=0))
    graph = Graph("g", 1, tasks, (Node("o", "open"),), promises=(vow,))
    drawing = horizon_of(register(graph, {}, "", 1)[0])
    grown = [Grown("o", "open", None, None), Grown("o.a", "open", None, "o")]
    assert quarrel(drawing, grown, {("o", "o.a")}) == ""
