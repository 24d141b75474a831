"""What holds of every source of the corpus, whatever its style."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from sysconfig import get_path

import pytest

from foretell.author.entry import load_file, workflows_in
from foretell_codegen.provenance import BOM, Span, Written
from foretell_codegen.reading import read, read_file
from tests.codegen.corpora import copied, document, sources, without_places

SOURCES = sources("read")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path, modules = list(sys.path), set(sys.modules)
    yield copied("read", tmp_path_factory.mktemp("corpus"))
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name in ("helpers_of_corpus", "pkg") or name.startswith("pkg."):
            del sys.modules[name]
    importlib.invalidate_caches()


def test_the_corpus_is_large() -> None:
    assert len(SOURCES) >= 60


@pytest.mark.parametrize("name", SOURCES)
def test_it_is_read_as_it_is_compiled(name: str, corpus: Path) -> None:
    path = corpus / name
    found = read_file(path, workflow=path.stem, strict=True)
    flow = workflows_in(load_file(path))[path.stem]
    assert document(found.graph) == document(flow.compile())
    assert not found.notes


@pytest.mark.parametrize("name", SOURCES)
def test_every_node_is_found_where_it_is_written(name: str, corpus: Path) -> None:
    path = corpus / name
    found = read_file(path, workflow=path.stem)
    where = found.provenance
    tasks = {node.id: node.task for node in found.graph.nodes}
    elsewhere = {node.id for node in found.graph.nodes} - set(where.nodes)
    assert not elsewhere or name == "deep_modules.py"
    for node, written in where.nodes.items():
        assert written.node == node
        _check(where.source, where.workflow, written)
        properties = found.graph.tasks[tasks[node]].inputs.get("properties", {})
        assert isinstance(properties, dict)
        assert set(written.arguments) <= set(properties)


def _check(source: bytes, workflow: Span, written: Written) -> None:
    call = _parsed(written.call.of(source))
    assert isinstance(call, ast.Call)
    _parsed(written.callee.of(source))
    for span in (*written.arguments.values(), *written.options.values(), *written.after):
        assert written.call.holds(span)
        _parsed(span.of(source))
    assert written.statement.holds(written.call)
    if written.function == "":
        assert workflow.holds(written.statement)
    if written.name is not None:
        assert written.name.of(source).decode().isidentifier()


def _parsed(text: bytes) -> ast.expr:
    return ast.parse(b"(" + text + b"\n)", mode="eval").body


@pytest.mark.parametrize("name", SOURCES)
def test_it_means_the_same_in_pythons_own_format(name: str, corpus: Path) -> None:
    """Without comments, with other quotes, on other lines, and in UTF-8."""
    path = corpus / name
    found = read_file(path, workflow=path.stem)
    other = ast.unparse(ast.parse(path.read_bytes()))
    again = read(other, path=path, workflow=path.stem)
    assert without_places(found.graph) == without_places(again.graph)


def test_it_means_the_same_when_a_formatter_has_been_over_it(corpus: Path, tmp_path: Path) -> None:
    formatted = copied("read", tmp_path)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "-q"]
    odd = {"latin.py"}  # which ruff does not read
    names = [name for name in SOURCES if name not in odd]
    subprocess.run([*command, *(str(formatted / n) for n in names)], check=True, timeout=60)
    assert any((formatted / n).read_bytes() != (corpus / n).read_bytes() for n in names)
    for name in names:
        before = read_file(corpus / name, workflow=Path(name).stem)
        after = read_file(formatted / name, workflow=Path(name).stem)
        assert without_places(before.graph) == without_places(after.graph), name


INJECTED = b"""

from foretell import task as injected_task, workflow as injected_workflow

@injected_task
def injected_step(n: int, k: int = 1) -> int: return n

@injected_workflow
def injected(n: int) -> int:
    a = injected_step(n)
    b = injected_step(a, k=2)
    return injected_step.after(a)(b)
"""
STDLIB = sorted(Path(get_path("stdlib")).glob("*.py"))


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    return 1 if request.config.getoption("--long") else 6


def test_a_workflow_is_read_in_the_midst_of_whatever_else_a_module_does(
    every: int, tmp_path: Path
) -> None:
    """In modules of Python's own library, which were not written to be read."""
    alone = without_places(read(INJECTED, path=tmp_path / "x.py").graph)
    for path in STDLIB[::every]:
        source = path.read_bytes() + INJECTED
        found = read(source, path=tmp_path / "x.py", workflow="injected")
        assert without_places(found.graph) == alone, path.name
        assert found.provenance.source.removeprefix(BOM).endswith(INJECTED)
        assert not found.provenance.frozen
