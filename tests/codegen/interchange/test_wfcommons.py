"""What becomes of a WfCommons instance: which files go along which edges, and what stands in."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from foretell.document.model import Graph
from foretell_codegen.essence import difference
from foretell_codegen.interchange import Imported, export_graph, import_graph, summary
from foretell_codegen.reading import read
from foretell_codegen.writing import write

SIZE = {"raw": 9, "a1": 1, "a2": 2, "b1": 3}
DIAMOND: dict[str, Any] = {
    "name": "diamond",
    "schemaVersion": "1.5",
    "author": {"name": "Nobody", "email": "nobody@example.org"},
    "workflow": {
        "specification": {
            "tasks": [
                {"name": "split", "id": "a", "parents": [], "children": ["b", "c"],
                 "inputFiles": ["raw"], "outputFiles": ["a1", "a2"]},
                {"name": "work", "id": "b", "parents": ["a"], "children": ["d"],
                 "inputFiles": ["a1"], "outputFiles": ["b1"]},
                {"name": "work", "id": "c", "parents": ["a"], "children": ["d"],
                 "inputFiles": ["a2"], "outputFiles": []},
                {"name": "join", "id": "d", "parents": ["b", "c"], "children": [],
                 "inputFiles": ["b1", "a1"], "outputFiles": ["end"]},
            ],
            "files": [{"id": name, "sizeInBytes": size} for name, size in SIZE.items()],
        },
        "execution": {
            "makespanInSeconds": 7.5, "executedAt": "2026-08-04T15:20:00Z",
            "tasks": [{"id": "b", "runtimeInSeconds": 2.5, "coreCount": 2}],
        },
    },
}  # fmt: skip


def imported(document: Any = DIAMOND, **options: Any) -> Imported:
    return import_graph(json.dumps(document), **options)


def edges(graph: Graph) -> set[tuple[str, str, str | None, str | None]]:
    return {(edge.source, edge.target, edge.output, edge.input) for edge in graph.edges}


def test_a_file_that_is_read_is_an_edge_and_other_parents_are_order() -> None:
    assert edges(imported().graph) == {
        ("a", "b", "/0", "/reads/0"),
        ("a", "c", "/1", "/reads/0"),
        ("b", "d", "/0", "/reads/0"),
        ("c", "d", None, None),
    }


def test_what_comes_out_are_the_files_that_no_edge_carries() -> None:
    output = imported().graph.output
    assert [(hole.node, hole.pointer) for hole in output.holes] == [("d", "/0")]


def test_a_file_of_a_task_that_is_no_parent_is_there_from_the_beginning_and_told() -> None:
    found = imported()
    (note,) = found.notes
    assert note.where == "$.workflow.specification.tasks[3].inputFiles[1]"
    assert found.graph.nodes[3].inputs["reads"][1] == {"id": "a1", "sizeInBytes": 1}
    assert json.loads(export_graph(found.graph, "wfcommons").text)["workflow"]["specification"][
        "tasks"
    ][3]["inputFiles"] == ["b1", "a1"]


def test_sizes_and_what_was_measured_are_constants_of_the_nodes() -> None:
    b = imported().graph.nodes[1]
    assert b.inputs["makes"] == [{"id": "b1", "sizeInBytes": 3}]
    assert b.inputs["measured"] == {"runtimeInSeconds": 2.5, "coreCount": 2}


def test_tasks_that_make_different_numbers_of_files_are_one_task() -> None:
    work = imported().graph.tasks["work"].output
    assert (work["minItems"], work["maxItems"]) == (0, 1)


def test_with_a_pace_each_task_takes_its_part_of_the_time() -> None:
    graph = imported(pace=0.1).graph
    assert [node.inputs["seconds"] for node in graph.nodes] == [0, 0.25, 0, 0]
    program = graph.tasks["work"].program
    assert program is not None and program.words[-1] == "{seconds}"
    back = json.loads(export_graph(graph, "wfcommons").text)
    assert back == json.loads(export_graph(imported().graph, "wfcommons").text)


def test_an_edge_that_one_side_says_is_an_edge_and_told() -> None:
    document = deepcopy(DIAMOND)
    document["workflow"]["specification"]["tasks"][0]["children"] = ["b"]
    found = imported(document)
    assert edges(found.graph) == edges(imported().graph)
    assert ("changed", "$.workflow.specification.tasks[2].parents[0]") in {
        (note.kind, note.where) for note in found.notes
    }


def test_what_can_be_computed_is_dropped_and_told() -> None:
    document = deepcopy(DIAMOND)
    document["workflow"]["specification"]["metrics"] = {"numberOfTasks": 4}
    assert "$.workflow.specification.metrics" in {note.where for note in imported(document).notes}


def test_a_graph_without_its_instance_is_read_as_one() -> None:
    bare = {
        "app": "x", "instance": "x-001",
        "nodes": [{"id": "SRC", "type": "SRC"}, {"id": "a", "type": "split"}],
        "edges": [["SRC", "a"]],
    }  # fmt: skip
    found = imported(bare)
    assert found.format == "wfcommons"
    assert found.graph.name == "x-001"
    assert edges(found.graph) == {("SRC", "a", None, None)}
    assert {note.kind for note in found.notes} == {"changed", "dropped"}


def test_what_is_told_of_many_places_is_one_line() -> None:
    document = deepcopy(DIAMOND)
    for task in document["workflow"]["specification"]["tasks"]:
        task["priority"] = 3
    (line,) = [line for line in summary(imported(document).notes) if "priority" in line]
    assert line.startswith("dropped  $.workflow.specification.tasks[*].priority (4 times)")


@pytest.mark.parametrize("word", ["{*}", "$(touch canary)", "; rm -rf /", "a\nb", "{makes}", "%s"])
def test_nothing_that_a_document_says_is_a_word_of_a_program(word: str) -> None:
    document = deepcopy(DIAMOND)
    document["workflow"]["specification"]["tasks"][1]["outputFiles"] = [word]
    document["workflow"]["specification"]["tasks"][1]["name"] = word
    for task in imported(document).graph.tasks.values():
        assert task.program == imported().graph.tasks["work"].program


def test_an_imported_graph_is_written_as_python_and_read_again() -> None:
    graph = imported(pace=0.5).graph
    again = read(write(graph), path="flow.py").graph
    assert not difference(graph, again)
