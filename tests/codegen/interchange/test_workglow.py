"""What becomes of Workglow's documents: ports, boundary tasks, errors, and what is within compounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foretell.graph.model import Edge, Feed
from foretell_codegen.interchange import export_graph, import_graph


def flow(source: str, gives: str, target: str, takes: str, **more: Any) -> dict[str, Any]:
    return {
        "sourceTaskId": source, "sourceTaskPortId": gives, "targetTaskId": target, "targetTaskPortId": takes,
        **more,
    }  # fmt: skip


def graph_form(*tasks: dict[str, Any], flows: tuple[dict[str, Any], ...] = ()) -> str:
    return json.dumps({"tasks": tasks, "dataflows": flows})


def test_input_and_output_tasks_are_inputs_and_the_output() -> None:
    schema = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
    found = import_graph(
        graph_form(
            {"id": "i", "type": "InputTask", "config": {"inputSchema": schema}},
            {"id": "load", "type": "FileLoaderTask"},
            {"id": "o", "type": "OutputTask"},
            flows=(flow("i", "url", "load", "url"), flow("load", "text", "o", "text")),
        )
    )
    graph = found.graph
    assert [node.id for node in graph.nodes] == ["load"]
    assert graph.inputs["url"].required
    assert graph.nodes[0].feeds == (Feed("url", "", "/url"),)
    assert graph.output.value == {}
    assert [(hole.at, hole.pointer) for hole in graph.output.holes] == [("/text", "/text")]


def test_several_dataflows_into_a_port_are_a_list_in_their_order() -> None:
    graph = import_graph(
        graph_form(
            *({"id": name, "type": "T"} for name in "abc"),
            flows=(flow("b", "x", "c", "y"), flow("a", "x", "c", "y")),
        )
    ).graph
    assert graph.nodes[2].inputs == {"y": [None, None]}
    assert graph.edges == (
        Edge("b", "c", "data", "/x", "/y/0"),
        Edge("a", "c", "data", "/x", "/y/1"),
    )


def test_what_a_task_failed_with_goes_along_when_it_fails() -> None:
    graph = import_graph(
        graph_form(
            {"id": "a", "type": "T"},
            {"id": "b", "type": "U"},
            flows=(flow("a", "[error]", "b", "why"),),
        )
    ).graph
    assert graph.edges == (Edge("a", "b", "data", "", "/why", on="fail", carries="failures"),)


INNER = {
    "tasks": [
        {"id": "i", "type": "InputTask", "config": {"title": "in"}},
        {"id": "x", "type": "T"},
        {"id": "y", "type": "U", "defaults": {"k": 1}},
        {"id": "o", "type": "OutputTask"},
    ],
    "dataflows": [flow("i", "text", "x", "t"), flow("x", "v", "y", "w"), flow("i", "size", "y", "n"),
                  flow("y", "r", "o", "result")],
}  # fmt: skip


def compound(inner: dict[str, Any], kind: str = "GraphAsTask", **more: Any) -> str:
    """A compound task `c` between `a` and `b`."""
    return graph_form(
        {"id": "a", "type": "A"},
        {"id": "c", "type": kind, "subgraph": inner, **more},
        {"id": "b", "type": "B"},
        flows=(flow("a", "out", "c", "text"), flow("c", "result", "b", "in")),
    )


def test_a_compound_task_is_opened_and_its_values_go_straight_to_where_they_are_used() -> None:
    found = import_graph(compound(INNER, defaults={"size": 7}))
    assert [node.id for node in found.graph.nodes] == ["a", "b", "c_x", "c_y"]
    assert set(found.graph.edges) == {
        Edge("a", "c_x", "data", "/out", "/t"),
        Edge("c_x", "c_y", "data", "/v", "/w"),
        Edge("c_y", "b", "data", "/r", "/in"),
    }
    assert found.graph.nodes[3].inputs == {"k": 1, "n": 7}
    assert "$.tasks[1].subgraph.tasks[0].config" in {note.where for note in found.notes}


def test_what_nothing_within_reads_is_told() -> None:
    found = import_graph(
        compound(INNER, defaults={"other": 7}).replace(
            '"c", "targetTaskPortId": "text"', '"c", "targetTaskPortId": "img"'
        )
    )
    told = {note.where for note in found.notes if "reads it" in note.what}
    assert told == {"$.dataflows[0]", "$.tasks[1].defaults.other"}


def test_a_compound_task_without_boundaries_gives_to_the_first_and_takes_from_the_last() -> None:
    inner = {
        "tasks": [{"id": "x", "type": "T"}, {"id": "y", "type": "U"}],
        "dataflows": [flow("x", "v", "y", "w")],
    }
    for kept in (
        compound(inner),
        compound(
            {"tasks": [{"id": "g", "type": "GraphAsTask", "subgraph": inner}], "dataflows": []}
        ),
    ):
        edges = {(edge.output, edge.input) for edge in import_graph(kept).graph.edges}
        assert edges == {("/out", "/text"), ("/v", "/w"), ("/result", "/in")}


def test_subtasks_of_a_dependency_list_are_opened_too() -> None:
    listed = [
        {"id": "a", "type": "A"},
        {"id": "c", "type": "GraphAsTask", "dependencies": {"text": {"id": "a", "output": "out"}},
         "subtasks": [{"id": "x", "type": "T"}, {"id": "y", "type": "U", "dependencies": {"w": {"id": "x", "output": "v"}}}]},
    ]  # fmt: skip
    graph = import_graph(json.dumps(listed)).graph
    assert {(edge.source, edge.target) for edge in graph.edges} == {("a", "c_x"), ("c_x", "c_y")}


TWO_ENDS = {"tasks": [{"id": "x", "type": "T"}, {"id": "y", "type": "T"}], "dataflows": []}


@pytest.mark.parametrize(
    "text",
    [
        compound(INNER, "MapTask"),
        compound(TWO_ENDS, merge="PROPERTY_ARRAY"),
        compound(INNER).replace('"result", "targetTaskId": "b"', '"[error]", "targetTaskId": "b"'),
    ],
)
def test_a_compound_task_that_does_more_stays_closed_and_what_is_within_is_told(text: str) -> None:
    found = import_graph(text)
    assert [node.id for node in found.graph.nodes] == ["a", "c", "b"]
    (within,) = [note for note in found.notes if note.where == "$.tasks[1].subgraph"]
    assert within.kind == "dropped"
    assert "tasks, is not read" in within.what


def test_transforms_and_configuration_that_is_not_known_are_told() -> None:
    found = import_graph(
        graph_form(
            {"id": "a", "type": "T", "config": {"extras": {"x": 1}, "title": "A"}},
            {"id": "b", "type": "T"},
            flows=(flow("a", "x", "b", "y", transforms=[{"id": "pick"}]),),
        )
    )
    assert {note.where for note in found.notes} == {
        "$.dataflows[0].transforms",
        "$.tasks[0].config.extras",
    }
    assert found.graph.nodes[0].label == "A"


def test_the_older_form_is_read_and_told() -> None:
    found = import_graph(json.dumps([{"id": 1, "type": "T", "name": "One", "input": {"k": 2}}]))
    node = found.graph.nodes[0]
    assert (node.id, node.label, node.inputs) == ("1", "One", {"k": 2})
    assert {note.where for note in found.notes} == {
        "$[0].id",
        "$[0].name",
        "$[0].input",
    }


def test_schemas_that_the_document_says_are_the_types_of_the_task() -> None:
    takes = {"type": "object", "properties": {"n": {"type": "integer"}}}
    gives = {"type": "object", "properties": {"m": {"type": "integer"}}, "required": ["m"]}
    text = graph_form(
        {
            "id": "a",
            "type": "T",
            "defaults": {"n": 1},
            "config": {"inputSchema": takes, "outputSchema": gives},
        }
    )
    graph = import_graph(text).graph
    assert graph.tasks["T"].inputs == takes
    assert graph.tasks["T"].output == gives
    program = graph.tasks["T"].program
    assert program is not None and program.stdin == '{{"m":0}}'
    assert json.loads(export_graph(graph, "workglow").text) == json.loads(text)


def test_a_dependency_list_has_one_entry_a_task_with_the_source_of_each_input() -> None:
    text = graph_form(
        {"id": "a", "type": "T"}, {"id": "b", "type": "U"},
        flows=(flow("a", "x", "b", "y"), flow("a", "*", "b", "z")),
    )  # fmt: skip
    assert json.loads(export_graph(import_graph(text).graph, "dependencies").text) == [
        {"id": "a", "type": "T"},
        {
            "id": "b",
            "type": "U",
            "dependencies": {"y": {"id": "a", "output": "x"}, "z": {"id": "a", "output": "*"}},
        },
    ]
