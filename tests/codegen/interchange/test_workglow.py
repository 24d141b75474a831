"""What becomes of Workglow's documents: ports, boundary tasks, errors, and what is within compounds."""

from __future__ import annotations

import json
from typing import Any

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


def test_what_is_within_a_compound_task_is_told_and_not_lost_in_silence() -> None:
    inner = {"tasks": [{"id": "x", "type": "T"}, {"id": "y", "type": "T"}], "dataflows": []}
    found = import_graph(
        graph_form({"id": "a", "type": "GraphAsTask", "subgraph": inner, "merge": "PROPERTY_ARRAY"})
    )
    assert {note.where for note in found.notes} == {"$.tasks[0].subgraph", "$.tasks[0].merge"}
    assert "2 tasks" in found.notes[0].what


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
        "$.tasks[0].id",
        "$.tasks[0].name",
        "$.tasks[0].input",
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
