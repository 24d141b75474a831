"""L9: nothing of a graph becomes code. Whatever texts it holds, they stay texts, or it is refused;
the canary, a file that each of them would make, is never made."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foretell import Graph
from foretell.document.model import Input, TaskSpec
from foretell.errors import ForetellError
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.promises import language as la
from foretell.promises import selectors as se
from foretell.promises.language import Vowed
from foretell.promises.limits import Limit
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell_codegen.essence import difference
from foretell_codegen.gate import GateError, check_source
from foretell_codegen.writing import write
from tests.codegen.graphs import NAUGHTY
from tests.codegen.registered import registered

CODE = "__import__('pathlib').Path('canary').touch()"
ATTEMPTS = (
    CODE, f'"+{CODE}+"', f"'+{CODE}+'", f'"""+{CODE}+"""', f'\\"+{CODE}+"', f"\n{CODE}\n", f"\r{CODE}\r",
    f"\n    {CODE}\n    x = '", f"x = 1\n{CODE}", f"x; {CODE}", f"#\n{CODE}", f"{{{CODE}}}", f"\x0c{CODE}",
    f"a.b\nimport os\n{CODE}:f", f"a:b\n{CODE}", f"*args, x={CODE}", f"x={CODE}", f"x: {CODE}", f"x) or {CODE} or (",
    "os:system", "builtins:exec", "subprocess:run", "../../etc/passwd.py:f", "a.py\n.py:f", "__init__", "__class__",
    "lambda: 0", "import os", "ﬁx\u2028import os", "\\\n" + CODE, "\u202e" + CODE, "None", "Ellipsis", *NAUGHTY,
)  # fmt: skip

PLACES: dict[str, Callable[[str], Graph]] = {}
Make = Callable[[str], Graph]


def place(make: Make) -> Make:
    PLACES[make.__name__] = make
    return make


OPEN = {"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}


def graph(node: Node | None = None, spec: TaskSpec | None = None, **more: Any) -> Graph:
    spec = spec or TaskSpec("tools:add", NOTHING, OPEN, {"type": "string"})
    node = node or Node("x", "add", inputs={"a": 1})
    return replace(Graph("flow", tasks={"add": spec}, nodes=(node,)), **more)


@place
def constant(text: str) -> Graph:
    return graph(Node("x", "add", inputs={"a": text}))


@place
def key_of_a_constant(text: str) -> Graph:
    return graph(Node("x", "add", inputs={"a": {text: [text, {text: None}]}}))


@place
def id_of_a_node(text: str) -> Graph:
    return graph(Node(text, "add", inputs={"a": 1}), output=Output(None, (Hole("", text),)))


@place
def scope(text: str) -> Graph:
    return graph(Node(f"{text}.x", "add", text, inputs={"a": 1}))


@place
def label_tag_and_style(text: str) -> Graph:
    return graph(
        Node("x", "add", inputs={"a": 1}, tags=(text,), label=text, style={text: text, "a": text})
    )


@place
def title_of_a_tuple(text: str) -> Graph:
    """Of which a part is taken, so that how a value of it is made is said."""
    said = {"title": text, "type": "array", "prefixItems": [{}], "minItems": 1, "maxItems": 1}
    node = Node("x", "add", feeds=(Feed("n", "/0", "/a"),))
    return graph(node, inputs={"n": Input(said, False, ["v"])})


@place
def name_of_a_workflow(text: str) -> Graph:
    return graph(name=text)


@place
def name_of_a_task(text: str) -> Graph:
    return graph(
        Node("x", text, inputs={"a": 1}), tasks={text: TaskSpec("tools:add", NOTHING, OPEN)}
    )


@place
def entry(text: str) -> Graph:
    return graph(spec=TaskSpec(text, NOTHING, OPEN))


@place
def module(text: str) -> Graph:
    return graph(spec=TaskSpec(f"{text}:add", NOTHING, OPEN, digest="0" * 64))


@place
def name_of_an_input(text: str) -> Graph:
    node = Node("x", "add", feeds=(Feed(text, "", "/a"),))
    return graph(node, inputs={text: Input({"type": "string"})})


@place
def default(text: str) -> Graph:
    return graph(inputs={"n": Input({"type": "string"}, False, text)})


@place
def parameter(text: str) -> Graph:
    inputs = {**OPEN, "properties": {text: {}}, "required": [text]}
    return graph(Node("x", "add", inputs={text: 1}), TaskSpec("tools:add", NOTHING, inputs))


@place
def schema(text: str) -> Graph:
    said = {"title": text, "type": "object", "properties": {text: {"type": text}}, text: text}
    return graph(spec=TaskSpec("tools:add", NOTHING, OPEN, said), inputs={"n": Input(said)})


@place
def record(text: str) -> Graph:
    said = {
        "title": text,
        "type": "object",
        "properties": {text: {}},
        "additionalProperties": False,
    }
    return graph(spec=TaskSpec("tools:add", NOTHING, OPEN, said))


@place
def part_of_a_result(text: str) -> Graph:
    at = "/" + text.replace("~", "~0").replace("/", "~1")
    second = Node("y", "add")
    found = graph(
        spec=TaskSpec("tools:add", NOTHING, OPEN), edges=(Edge("x", "y", "data", at, "/a"),)
    )
    return replace(found, nodes=(*found.nodes, second))


@place
def slot_and_task_of_a_growth(text: str) -> Graph:
    grows = Many(Leaf("add", text))
    return graph(spec=TaskSpec("tools:add", grows, OPEN))


@place
def promises(text: str) -> Graph:
    vowed = (
        Vowed(la.Count(se.TagIs(text), max=1), text, text, text),
        Vowed(la.Styled(se.TaskIs("add"), {text: (text,)})),
    )
    limit = Limit(se.TagIs(text), 1, text, text, text, pool=text)
    return graph(Node("x", "add", inputs={"a": 1}, tags=(text,)), promises=vowed, limits=(limit,))


@place
def exception(text: str) -> Graph:
    return graph(Node("x", "add", inputs={"a": 1}, options={"retry_on": [text]}))


@place
def result(text: str) -> Graph:
    return graph(output=Output({text: text}))


@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_no_text_becomes_code(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen: list[str] = []
    sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == "import" else None)
    written = 0
    for text in ATTEMPTS:
        found = make(text)
        before = len(seen)
        try:
            source = write(found, path=tmp_path / "flow.py")
        except ForetellError as error:
            assert not isinstance(error, GateError), "the gate alone has seen it"
            continue
        assert not {"os", "subprocess", "builtins", "tools", "a.b"} & set(seen[before:])
        written += 1
        assert set(identifiers(source)).isdisjoint(
            {"os", "system", "exec", "__import__", "pathlib"}
        )
        if written % 8 == 1:
            assert difference(found, registered(source, tmp_path, found.name)) == ""
    assert not (tmp_path / "canary").exists()
    assert written


def identifiers(source: str) -> list[str]:
    """All names that a source uses as names."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "name", "attr", "arg", "module", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.append(value)
    return found


FLOW = (
    "from foretell import task, workflow\n\n\n@task(extern='tools:add')\ndef add(a: int) -> int:\n"
    "    raise NotImplementedError\n\n\n@workflow\ndef flow(n: int) -> int:\n    x = add(n)\n    return x\n"
)
SMUGGLED = {
    "an import": ("from foretell", "import os\nfrom foretell"),
    "an import of a name": ("from foretell", "from os import system\nfrom foretell"),
    "a word that is none": ("import task", "import task, compile_workflow"),
    "a call of a builtin": ("x = add(n)", "x = add(exec('1'))"),
    "a call of a method": ("x = add(n)", "x = add(n.__class__())"),
    "an attribute": ("return x", "return x.__dict__"),
    "a call of a parameter": ("x = add(n)", "x = n(1)"),
    "an f-string": ("x = add(n)", "x = add(f'{n}')"),
    "a comprehension": ("x = add(n)", "x = add([i for i in n])"),
    "a walrus": ("x = add(n)", "x = add(y := n)"),
    "a body": ("raise NotImplementedError", "print(1)"),
    "a cause": ("raise NotImplementedError", "raise NotImplementedError from a"),
    "a second decorator": ("@workflow\n", "@workflow\n@staticmethod\n"),
    "a decorator that is computed": ("@workflow\n", "@[workflow][0]\n"),
    "a default": ("n: int)", "n: int = print(1))"),
    "an annotation": ("a: int)", "a: print(1))"),
    "a statement": ("    x = add(n)", "    del n"),
    "a loop": ("    x = add(n)", "    for i in n:\n        x = add(i)"),
    "a class with a metaclass": ("@workflow\n", "class A(task, metaclass=task):\n    pass\n\n\n@workflow\n"),
    "a method": ("@workflow\n", "class A(task):\n    def f(self) -> None: ...\n\n\n@workflow\n"),
    "a module's attribute": ("    x = add(n)", "    x.y = add(n)"),
    "a class that Python keeps": ("@workflow\n", "class __build_class__(task):\n    pass\n\n\n@workflow\n"),
    "a name that Python keeps": ("@workflow\n", "__builtins__ = task\n\n\n@workflow\n"),
    "a parameter of a type": ("def flow(", "def flow[T: exec('1')]("),
    "no Python": ("return x", "return x)"),
}  # fmt: skip


def test_the_gate_lets_a_flow_pass() -> None:
    check_source(FLOW)


@pytest.mark.parametrize("title", SMUGGLED)
def test_the_gate_refuses(title: str) -> None:
    old, new = SMUGGLED[title]
    assert old in FLOW
    with pytest.raises(GateError):
        check_source(FLOW.replace(old, new, 1))
