"""Putting edited graphs back, case by case: what becomes of comments, lines, names and imports, and what
is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import DocumentError
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import NOTHING
from foretell_codegen.reading import read
from foretell_codegen.updating import sidecar
from foretell_codegen.updating.edits import applied, difference
from foretell_codegen.updating.trouble import CannotUpdate, NotVerified
from foretell_codegen.updating.update import update
from foretell_runtime.cli.app import answer

HEAD = """from foretell import task, workflow


@task
def one(x: int, k: int = 0) -> int:
    return x


@workflow
def flow(a: int) -> int:
"""

Edit = Callable[[Graph], Graph]


def put_back(body: str, edit: Edit, head: str = HEAD) -> str:
    """The body after an edit."""
    source = (head + body).encode()
    new = applied(source, update(source, edit(read(source).graph))).decode()
    assert new.startswith(head)
    return new.removeprefix(head)


def without(*gone: str) -> Edit:
    def edit(graph: Graph) -> Graph:
        return replace(
            graph,
            nodes=tuple(node for node in graph.nodes if node.id not in gone),
            edges=tuple(e for e in graph.edges if not {e.source, e.target} & set(gone)),
        )

    return edit


def having(node: Node, *edges: Edge, **tasks: TaskSpec) -> Edit:
    return lambda graph: replace(
        graph,
        nodes=(*graph.nodes, node),
        edges=(*graph.edges, *edges),
        tasks={**graph.tasks, **tasks},
    )


def labelled(node: str) -> Edit:
    return lambda graph: replace(
        graph,
        nodes=tuple(replace(n, label="L") if n.id == node else n for n in graph.nodes),
    )


def test_a_node_that_goes_takes_the_comments_on_it_along() -> None:
    body = "    x = one(a)\n    # on y\n    y = one(1)  # beside\n    # on z\n    z = one(2)\n    return x\n"
    assert put_back(body, without("y")) == body.replace(
        "    # on y\n    y = one(1)  # beside\n", ""
    )


def test_a_comment_that_opens_a_paragraph_stays() -> None:
    body = "    x = one(a)\n\n    # both\n    y = one(1)\n    z = one(2)\n\n    return x\n"
    assert put_back(body, without("y")) == body.replace("    y = one(1)\n", "")


def test_with_the_last_of_a_paragraph_its_blank_line_goes() -> None:
    body = "    x = one(a)\n\n    # on y\n    y = one(1)\n\n    return x\n"
    assert put_back(body, without("y")) == "    x = one(a)\n\n    return x\n"


def test_of_a_line_of_several_only_one_goes() -> None:
    body = "    x = one(a); y = one(1); z = one(2)  # three\n    return x\n"
    assert put_back(body, without("y")) == "    x = one(a); z = one(2)  # three\n    return x\n"
    assert put_back(body, without("z")) == "    x = one(a); y = one(1)  # three\n    return x\n"


def test_a_body_on_the_line_of_its_head_stays_there() -> None:
    head = HEAD.removesuffix("\n")
    new = having(Node("y", "one", inputs={"x": 3}))
    source = (head + " x = one(a); return x\n").encode()
    wanted = new(read(source).graph)
    assert b" x = one(a); y = one(x=3); return x\n" in applied(source, update(source, wanted))


def test_a_new_node_stands_below_what_it_needs_or_above_what_needs_it() -> None:
    body = "    x = one(a)\n    y = one(x)\n    return y\n"
    assert put_back(body, having(Node("n", "one"), Edge("x", "n", "data", "", "/x"))) == (
        "    x = one(a)\n    n = one(x=x)\n    y = one(x)\n    return y\n"
    )
    assert put_back(body, having(Node("n", "one", inputs={"x": 1}), Edge("n", "y"))) == (
        "    x = one(a)\n    n = one(x=1)\n    y = one.after(n)(x)\n    return y\n"
    )


def test_a_result_that_is_wanted_gets_a_variable() -> None:
    body = "    return one(one(a))\n"
    new = having(Node("n", "one"), Edge("one", "n", "data", "", "/x"))
    assert put_back(body, new) == (
        '    one_result = one.options(id="one")(a)\n    n = one(x=one_result)\n'
        "    return one(one_result)\n"
    )


def test_an_id_that_no_variable_can_have_is_said() -> None:
    new = having(Node("new-one", "one", inputs={"x": 1}))
    assert put_back("    return one(a)\n", new) == (
        '    new_one = one.options(id="new-one")(x=1)\n    return one(a)\n'
    )


def test_an_expression_that_is_a_number_by_another_name_is_written_as_one() -> None:
    body = "    k = 3\n    x = one(a, k=k)\n    return x\n"

    def edit(graph: Graph) -> Graph:
        (node,) = graph.nodes
        return replace(graph, nodes=(replace(node, inputs={"k": 4}),))

    assert put_back(body, edit) == body.replace("k=k", "k=4")


def test_a_task_beside_the_source_is_imported(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(
        "from foretell import task\n\n\n@task\ndef two(x: int) -> int:\n    return x\n"
    )
    path = tmp_path / "flow.py"
    source = (HEAD + "    return one(a)\n").encode()
    path.write_bytes(source)
    graph = read(source, path=path).graph
    spec = replace(graph.tasks["one"], entry="other:two", inputs={
        "type": "object", "properties": {"x": {"type": "integer"}},
        "additionalProperties": False, "required": ["x"],
    })  # fmt: skip
    wanted = having(Node("n", "two", inputs={"x": 1}), two=spec)(graph)
    new = applied(source, update(source, wanted, path=path)).decode()
    assert "from foretell import task, workflow\nfrom other import two\n" in new
    assert "    n = two(x=1)\n" in new


def test_a_task_that_is_nowhere_is_declared() -> None:
    spec = TaskSpec(
        "far.away:two",
        NOTHING,
        {
            "type": "object", "properties": {"x": {"type": "integer"}},
            "additionalProperties": False, "required": ["x"],
        },
        {"type": "integer"},
    )  # fmt: skip
    source = (HEAD + "    return one(a)\n").encode()
    wanted = having(Node("n", "two", inputs={"x": 1}), two=spec)(read(source).graph)
    new = applied(source, update(source, wanted)).decode()
    assert '@task(extern="far.away:two")\ndef two(x: int) -> int:\n' in new
    assert "    n = two(x=1)\n" in new


def test_one_of_several_nodes_of_one_call_is_refused() -> None:
    body = "    for i in [1, 2]:\n        one(i)\n    return a\n"
    with pytest.raises(CannotUpdate, match=r"line 12: node 'one_2' is one of several"):
        put_back(body, labelled("one_2"))


def test_what_could_not_be_read_is_never_touched() -> None:
    body = "    x = one(a)\n    odd = open('x')\n    return x\n"
    assert put_back(body, labelled("x")) == body.replace("one(a)", 'one.options(label="L")(a)')
    source = (HEAD + body).encode()
    (frozen,) = read(source).provenance.frozen
    with pytest.raises(CannotUpdate, match="never touched"):
        put_back(body, labelled(frozen.node))


def test_another_scope_is_refused() -> None:
    def scoped(graph: Graph) -> Graph:
        return replace(graph, nodes=(replace(graph.nodes[0], scope="s"),))

    with pytest.raises(CannotUpdate, match="another scope"):
        put_back("    return one(a)\n", scoped)


def test_graphs_that_are_none_are_refused() -> None:
    body = "    x = one(a)\n    y = one(x)\n    return y\n"
    with pytest.raises(DocumentError, match="cycle"):
        put_back(body, lambda graph: replace(graph, edges=(*graph.edges, Edge("y", "x"))))
    with pytest.raises(DocumentError):
        put_back(body, lambda graph: replace(graph, nodes=(*graph.nodes, graph.nodes[0])))


def test_what_would_not_give_the_graph_is_not_written() -> None:
    def other(graph: Graph) -> Graph:
        spec = replace(graph.tasks["one"], output={"type": "string"})
        return replace(graph, tasks={"one": spec})

    with pytest.raises(NotVerified, match="task one"):
        put_back("    return one(a)\n", other)


def test_a_diff_says_where_a_file_ends_without_a_newline() -> None:
    source = (HEAD + "    return one(a)").encode()
    edits = update(source, labelled("one")(read(source).graph))
    assert difference(source, edits, "flow.py").count("\\ No newline at end of file") == 2


def test_positions_lie_one_node_a_line_and_are_harmless() -> None:
    text = sidecar.dumps({"b": {"y": 2, "x": 1}, "a": [1]})
    assert text == '{"version": 1, "nodes": {\n  "a": [1],\n  "b": {"x": 1, "y": 2}\n}}\n'
    assert sidecar.loads(text) == {"a": [1], "b": {"x": 1, "y": 2}}
    assert sidecar.loads(sidecar.dumps({})) == {}
    for damaged in (
        "",
        "[]",
        "{",
        '{"version": 2, "nodes": {"a": 1}}',
        '{"version": 1, "nodes": [NaN]}',
    ):
        assert sidecar.loads(damaged) == {}
    graph = Graph(
        "flow", nodes=(Node("a", "t"), Node("c", "t")), layout={"nodes": {"c": 3}, "k": 1}
    )
    assert sidecar.moved({"a": 1, "b": 2, "gone": 4}, graph, {"b": "c"}) == {"a": 1, "c": 3}
    assert sidecar.placed(graph, {"a": 1, "gone": 4}).layout == {"k": 1, "nodes": {"a": 1}}


def test_the_command_shows_tells_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("flow.py")
    path.write_bytes(HEAD.replace("\n", "\r\n").encode() + b"    return one(a)\r\n")
    assert answer(["read", "flow.py", "-o", "graph.json"]) == 0
    assert answer(["update", "flow.py", "graph.json", "--check"]) == 0
    text = Path("graph.json").read_text()
    label = text.replace('"task": "one"', '"task": "one", "label": "L"')
    Path("new.json").write_text(
        label.replace('"layout": {', '"layout": {"nodes": {"one": [1, 2]}, ')
    )
    before = path.read_bytes()
    assert answer(["update", "flow.py", "new.json", "--check"]) == 1
    capsys.readouterr()
    assert answer(["update", "flow.py", "new.json"]) == 0
    assert '+    return one.options(label="L")(a)' in capsys.readouterr().out
    assert path.read_bytes() == before
    assert answer(["update", "flow.py", "new.json", "--write"]) == 0
    assert path.read_bytes() == before.replace(b"one(a)", b'one.options(label="L")(a)')
    assert sidecar.loads(Path("flow.flow.json").read_text()) == {"one": [1, 2]}
    assert answer(["update", "flow.py", "graph.json", "--write"]) == 2  # made from an older version
    assert "another version" in capsys.readouterr().err
    assert answer(["read", "flow.py", "-o", "again.json"]) == 0
    assert '"one": [1, 2]' in Path("again.json").read_text().replace("\n", "")
