"""Workflows of other systems on the command line: read, run, and written again."""

from __future__ import annotations

import json

from tests.codegen.interchange.test_wfcommons import DIAMOND
from tests.support import Cli

PWD = {
    "version": "0.1.0",
    "nodes": [
        {"id": 0, "type": "function", "value": "arithmetic.parts"},
        {"id": 1, "type": "function", "value": "arithmetic.add"},
        {"id": 2, "type": "input", "name": "x", "value": 1},
        {"id": 3, "type": "output", "name": "result"},
    ],
    "edges": [
        {"source": 2, "sourcePort": None, "target": 0, "targetPort": "x"},
        {"source": 0, "sourcePort": "double", "target": 1, "targetPort": "x"},
        {"source": 0, "sourcePort": "half", "target": 1, "targetPort": "y"},
        {"source": 1, "sourcePort": None, "target": 3, "targetPort": None},
    ],
}
ARITHMETIC = """
def parts(x):
    print("a word for the log")
    return {"double": x * 2, "half": x / 2, "more": "than anybody reads"}

def add(x, y):
    return x + y
"""


def test_a_wfcommons_instance_runs_as_stand_ins_and_is_written_again(cli: Cli) -> None:
    (cli.folder / "diamond.json").write_text(json.dumps(DIAMOND))
    read = cli("import", "diamond.json", "-o", "graph.json", "--report", "notes.json")
    assert read.code == 0
    assert "4 nodes, 4 edges" in read.err
    assert "inputFiles[1]" in read.err
    assert len(json.loads((cli.folder / "notes.json").read_text())) == 1
    assert cli("run", "graph.json").json == [{"id": "end", "sizeInBytes": None}]
    written = cli("export", "graph.json", "--to", "wfcommons")
    assert written.json["author"] == DIAMOND["author"]
    assert cli("import", "diamond.json", "--strict").code == 1


def test_a_python_workflow_definition_runs_the_functions_beside_it(cli: Cli) -> None:
    elsewhere = cli.folder / "theirs"
    elsewhere.mkdir()
    (elsewhere / "flow.json").write_text(json.dumps(PWD))
    (elsewhere / "arithmetic.py").write_text(ARITHMETIC)
    assert cli("import", "theirs/flow.json", "--strict", "-o", "graph.json").code == 0
    assert cli("run", "graph.json", "-i", "x=4").json == 10


def test_an_exported_diagram_is_the_one_that_is_drawn(cli: Cli) -> None:
    (cli.folder / "diamond.json").write_text(json.dumps(DIAMOND))
    cli("import", "diamond.json", "-o", "graph.json")
    for kind in ("mermaid", "dot"):
        assert (
            cli("export", "graph.json", "--to", kind).out
            == cli("draw", "graph.json", "--format", kind).out
        )
