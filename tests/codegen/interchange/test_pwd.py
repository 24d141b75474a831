"""What becomes of a Python Workflow Definition: calls, inputs, and values that are put together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from foretell.graph.model import Edge, Feed, Hole, Output
from foretell_codegen.interchange import export_graph, import_graph

SHARED = "python_workflow_definition.shared"


def definition(*nodes: dict[str, Any], edges: list[tuple[int, str | None, int, str | None]]) -> str:
    return json.dumps(
        {
            "version": "0.1.0",
            "nodes": [{"id": i, **node} for i, node in enumerate(nodes)],
            "edges": [
                {"source": s, "sourcePort": gives, "target": t, "targetPort": takes}
                for s, gives, t, takes in edges
            ],
        }
    )


def call(value: str) -> dict[str, Any]:
    return {"type": "function", "value": value}


def given(name: str, **value: Any) -> dict[str, Any]:
    return {"type": "input", "name": name, **value}


RESULT = {"type": "output", "name": "result"}

CURVE = definition(
    call("flow.relax"), call("flow.relax"), call("flow.plot"), given("a", value=4.05), given("k"), RESULT,
    call(f"{SHARED}.get_list"), call(f"{SHARED}.get_dict"),
    edges=[
        (7, None, 2, "curve"), (6, None, 7, "volumes"), (3, None, 7, "about"),
        (0, "volume", 6, "0"), (1, "volume", 6, "1"), (3, None, 0, "a"), (4, None, 1, "a"), (2, None, 5, None),
    ],
)  # fmt: skip


def test_calls_of_helpers_are_places_of_the_value_that_they_put_together() -> None:
    graph = import_graph(CURVE).graph
    assert [node.id for node in graph.nodes] == ["relax", "relax_2", "plot"]
    plot = graph.nodes[2]
    assert plot.inputs == {"curve": {"volumes": [None, None], "about": None}}
    assert plot.feeds == (Feed("a", "", "/curve/about"),)
    assert set(graph.edges) == {
        Edge("relax", "plot", "data", "/volume", "/curve/volumes/0"),
        Edge("relax_2", "plot", "data", "/volume", "/curve/volumes/1"),
    }
    assert graph.output == Output(None, (Hole("", "plot"),))


def test_a_value_that_is_put_together_is_written_as_calls_of_helpers() -> None:
    graph = import_graph(CURVE).graph
    written = export_graph(graph, "pwd")
    assert not written.notes
    values = [node.get("value") for node in json.loads(written.text)["nodes"]]
    assert f"{SHARED}.get_list" in values
    assert f"{SHARED}.get_dict" in values
    assert import_graph(written.text).graph == graph


def test_a_helper_that_several_read_stays_a_call() -> None:
    text = definition(
        call(f"{SHARED}.get_dict"), call("flow.a"), call("flow.b"), given("x", value=1),
        edges=[(3, None, 0, "x"), (0, None, 1, "d"), (0, None, 2, "d")],
    )  # fmt: skip
    found = import_graph(text)
    assert [node.id for node in found.graph.nodes] == ["get_dict", "a", "b"]
    assert not found.notes


def test_numbers_that_are_others_when_it_is_written_again_are_told() -> None:
    text = json.dumps(
        {
            "nodes": [{"id": 7, **given("x", value=1)}, {"id": 3, **call("flow.a")}],
            "edges": [{"source": 7, "sourcePort": None, "target": 3, "targetPort": "x"}],
        }
    )
    assert {note.where for note in import_graph(text).notes} == {"$.version", "$.nodes"}


def test_functions_of_one_name_are_told_apart_by_their_modules() -> None:
    graph = import_graph(definition(call("a.run"), call("b.run"), edges=[])).graph
    assert list(graph.tasks) == ["a.run", "b.run"]


def test_constants_are_written_as_inputs_and_come_back_as_inputs() -> None:
    graph = import_graph(definition(call("flow.a"), edges=[])).graph
    graph = replace(graph, nodes=(replace(graph.nodes[0], inputs={"k": [1, 2]}),))
    written = export_graph(graph, "pwd")
    again = import_graph(written.text).graph
    assert [note.kind for note in written.notes] == ["changed"]
    assert again.inputs["k"].default == [1, 2]
    assert again.nodes[0].feeds == (Feed("k", "", "/k"),)


def test_a_program_says_nothing_of_the_document_but_names_of_functions() -> None:
    program = import_graph(CURVE).graph.tasks["plot"].program
    assert program is not None
    assert program.words[3:] == ("flow", "plot")
    assert program.stdin == "{*}"
