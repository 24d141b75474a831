"""The laws of the round trip: a document comes back as it was, and so does a graph; and where it does
not, a note says so. Nothing that a document or a graph says is left out without one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.document.model import Graph, Input, TaskSpec
from foretell.graph.model import Edge, Feed, Hole, Node, Output, Outside
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import TaskIs
from foretell_codegen.interchange import FORMATS, detected, export_graph, import_graph
from tests.codegen.interchange.documents import (
    canonical,
    definitions,
    instances,
    objects_in,
    without,
    workglow_graphs,
)

CLEAN = {"wfcommons": instances(), "workglow": workglow_graphs(), "pwd": definitions()}
"""Documents of each format of which all is carried over."""

ONCE = settings(max_examples=min(60, settings().max_examples) if settings().derandomize else 2000)
"""Documents of each law: sixty, and many more with `--long`."""

ANY = st.sampled_from(sorted(CLEAN)).flatmap(lambda name: st.tuples(st.just(name), CLEAN[name]))


@ONCE
@given(ANY)
def test_what_is_read_and_written_again_is_the_same_document(made: tuple[str, Any]) -> None:
    name, document = made
    read = import_graph(json.dumps(document))
    written = export_graph(read.graph, name)
    assert read.format == name
    assert not written.notes
    back = canonical(json.loads(written.text), name)
    dropped = [note for note in read.notes if note.kind == "dropped"]
    assert back == canonical(without(document, dropped), name)
    changed = {note.where.rpartition(".")[2] for note in read.notes if note.kind != "dropped"}
    assert changed <= {"id"} or name == "wfcommons"


@ONCE
@given(ANY)
def test_what_is_written_and_read_again_is_the_same_graph(made: tuple[str, Any]) -> None:
    name, document = made
    graph = import_graph(json.dumps(document)).graph
    written = export_graph(graph, name)
    again = import_graph(written.text)
    assert again.graph == graph
    assert again.graph.to_json() == graph.to_json()
    assert again.format == name
    assert export_graph(again.graph, name).text == written.text


@ONCE
@given(workglow_graphs())
def test_a_dependency_list_says_what_the_graph_form_says(document: Any) -> None:
    graph = import_graph(json.dumps(document)).graph
    listed = export_graph(graph, "dependencies")
    assert detected(json.loads(listed.text)) == "dependencies"
    again = import_graph(listed.text)
    assert again.graph == graph
    assert {note.where.rpartition(".")[2] for note in again.notes} <= {"id"}


@ONCE
@given(ANY, st.data())
def test_a_key_that_nobody_knows_is_noted_at_its_place(
    made: tuple[str, Any], data: st.DataObject
) -> None:
    name, document = made
    places = [one for one in objects_in(document) if not _is_kept_whole(one[0], name)]
    where, place = data.draw(st.sampled_from(places))
    place["surprise"] = 1
    read = import_graph(json.dumps(document), name)
    assert f"{where}.surprise" in {note.where for note in read.notes if note.kind == "dropped"}


def _is_kept_whole(where: str, name: str) -> bool:
    """Whether a place takes whatever is in it: a value, or what a source says of itself."""
    whole = {
        "wfcommons": ("$.author", "$.more", "$.workflow.execution"),
        "workglow": ("defaults", "properties", ".config.outputSchema"),
        "pwd": (".value",),
    }
    return (where == "$" and name == "wfcommons") or any(part in where for part in whole[name])


TASK = TaskSpec("flow.py:work", output={"type": "object"})
PLAIN = Graph(
    "workflow",
    tasks={"work": TASK},
    nodes=(Node("a", "work"), Node("b", "work")),
    edges=(Edge("a", "b", "data", "/x", "/y"),),
)
SAID = {
    "name": replace(PLAIN, name="another"),
    "promises": replace(PLAIN, promises=(Vowed(Count(TaskIs("work"), 0, 2), "Count"),)),
    "limits": replace(PLAIN, limits=(Limit(TaskIs("work"), running=1),)),
    "inputs": replace(PLAIN, inputs={"n": Input({"type": "integer"})}),
    "output": replace(PLAIN, output=Output(None, (Hole("", "b", "/z"),))),
    "output.value": replace(PLAIN, output=Output([1, None], (Hole("/1", "b"),))),
    "output.scalar": replace(PLAIN, output=Output(5)),
    "tasks.entry": PLAIN,
    "tasks.options": replace(PLAIN, tasks={"work": replace(TASK, options={"retries": 2})}),
    "tasks.tags": replace(PLAIN, tasks={"work": replace(TASK, tags=("slow",))}),
    "tasks unused": replace(PLAIN, tasks={"work": TASK, "idle": TASK}),
    **{
        f"nodes.{name}": replace(PLAIN, nodes=(node, PLAIN.nodes[1]))
        for name, node in {
            "scope": Node("a", "work", scope="plan"), "slot": Node("a", "work", slot="first"), "inputs": Node("a", "work", inputs={"k": {"v": [1]}}), "options": Node("a", "work", options={"retries": 1}),
            "tags": Node("a", "work", tags=("slow",)), "label": Node("a", "work", label="A"), "style": Node("a", "work", style={"color": "red"}),
            "outside": Node("a", "work", outside=(Outside("question", "/q", "why?"),)),
        }.items()
    },
    "nodes.feeds": replace(
        PLAIN, inputs={"n": Input()}, nodes=(replace(PLAIN.nodes[0], feeds=(Feed("n", "/p", "/k"),)), PLAIN.nodes[1])
    ),
    **{
        f"edges {name}": replace(PLAIN, edges=(edge,))
        for name, edge in {
            "order": Edge("a", "b"), "deep": Edge("a", "b", "data", "/x/z", "/y"), "whole": Edge("a", "b", "data", "", "/y"),
            "within": replace(PLAIN.edges[0], input="/y/k"), "in a list": replace(PLAIN.edges[0], input="/y/0"),
            "any": Edge("a", "b", "data", "/x", "/y", on="any"), "order any": Edge("a", "b", on="any"),
            "failures": Edge("a", "b", "data", "", "/y", on="fail", carries="failures"),
            "loop": Edge("b", "a", "loop"), "port": Edge("a", "b", "data", "", "/y", port="rows"),
        }.items()
    },
}  # fmt: skip
"""Graphs that each say one thing more."""


@pytest.mark.parametrize("format_", sorted(FORMATS))
@pytest.mark.parametrize("said", sorted(SAID))
def test_what_a_graph_says_comes_back_or_is_noted(said: str, format_: str) -> None:
    graph = SAID[said]
    written = export_graph(graph, format_)
    again = import_graph(written.text).graph
    if not written.notes:
        assert _means(again) == _means(graph)


def _means(graph: Graph) -> Any:
    """What a graph says besides the tasks, of which a format has only the names."""
    return replace(graph, tasks={name: TaskSpec() for name in graph.tasks}, layout={})


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_ids_come_back_whatever_they_are(format_: str) -> None:
    names = ["a b", "a_b", "é", "x" * 400, "1", "#", "a/b", "if"]
    graph = replace(PLAIN, nodes=tuple(Node(name, "work") for name in names), edges=())
    written = export_graph(graph, format_)
    read = import_graph(written.text)
    again = [node.id for node in read.graph.nodes]
    changed = {
        int(number)
        for note in (*written.notes, *read.notes)
        for number in re.findall(r"\[(\d+)\]\.id", note.where)
    }
    assert len(set(again)) == len(names)
    for i, (name, back) in enumerate(zip(names, again, strict=True)):
        assert name == back or i in changed
