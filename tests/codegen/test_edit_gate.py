"""What edits may bring into a source that somebody wrote, and what not."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import UserError
from foretell.graph.model import Node
from foretell.promises.shapes import NOTHING
from foretell_codegen.editgate import check_edited
from foretell_codegen.gate import GateError
from foretell_codegen.reading import read
from foretell_codegen.updating.update import update

SOURCE = """import os
from foretell import task, workflow


@task
def one(x: int, k: int = 0) -> int:
    return x


@workflow
def flow(a: int) -> int:
    print("here")
    label = f"{a}" if a else os.getcwd()
    x = one(a, k=len([i for i in (1, 2)]))
    return x
"""


PLAIN = """from foretell import task, workflow


@task
def one(x: int) -> int:
    return x


@workflow
def flow(a: int) -> int:
    return one(a)
"""


def gate(after: str, before: str = SOURCE) -> None:
    check_edited(ast.parse(before), before.encode(), ast.parse(after), after.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = one(a, ", "x = one.options(id='y')(a, "),
        ("    return x", "    y = one(x)\n    return y"),
        ("len([i for i in (1, 2)])", "3"),
        ("len([i for i in (1, 2)])", "len([i for i in (1, 3)])"),
        ("import os", "import os\nfrom tasks import two"),
        ("@workflow", "@task(extern='m:two')\ndef two(x: int) -> int:\n    raise NotImplementedError\n\n\n@workflow"),
        ('    print("here")\n', ""),
    ],
)  # fmt: skip
def test_edits_of_a_flow_pass(old: str, new: str) -> None:
    assert old in SOURCE
    gate(SOURCE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one(a, ", "one([1] if 1 else exec(1), "),
        ("one(a, ", "one(exec('1'), "),
        ("one(a, ", "one(os.system('true'), "),
        ("    return x", "    print('there')\n    return x"),
        ("    return x", "    os.remove('x')\n    return x"),
        ("one(a, ", "one(f'{a}', "),
        ("one(a, ", "one((lambda: 1)(), "),
        ("one(a, ", "one([*range(3)], "),
        ("    return x", "    for i in (1, 2):\n        one(i)\n    return x"),
        ("    return x", "    import sys\n    return x"),
        ("    return x", "    del x\n    return x"),
        ("@workflow", "@print\n@workflow"),
        ("a: int)", "a: exec('1'))"),
    ],
)
def test_what_no_edit_makes_is_refused(old: str, new: str) -> None:
    assert old in SOURCE
    with pytest.raises(GateError):
        gate(SOURCE.replace(old, new))


TITLES = (
    "[1] if 1 else exec",
    "print",
    "exec",
    "os.system",
    "list",
    "(lambda *a: a)",
    "one",
    "x\nimport sys",
)


@pytest.mark.parametrize("title", TITLES)
def test_no_title_of_a_type_is_ever_called(title: str) -> None:
    reading = read(PLAIN)
    said = {"title": title, "type": "array", "prefixItems": [{}], "minItems": 1, "maxItems": 1}
    inputs = {
        "type": "object",
        "properties": {"a": said},
        "required": ["a"],
        "additionalProperties": False,
    }
    spec = TaskSpec("tools:add", NOTHING, inputs, {"type": "string"})
    edited = _with(reading.graph, spec, Node("y", "add", inputs={"a": ["touch canary"]}))
    try:
        edits = update(PLAIN, edited, reading.provenance.base_hash)
    except UserError:
        return
    written = "".join(edit.text for edit in edits)
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(written))
        if isinstance(node, ast.Call)
    }
    assert called <= {"add", "Schema", "task", "cast"}


def _with(graph: Graph, spec: TaskSpec, node: Node) -> Graph:
    return replace(graph, tasks={**graph.tasks, "add": spec}, nodes=(*graph.nodes, node))
