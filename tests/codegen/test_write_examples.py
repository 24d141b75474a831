"""What is written of each example registers as the same graph, and is formatted and typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from foretell_codegen.essence import difference
from foretell_codegen.writing import write
from tests.codegen.registered import EXAMPLES, ROOT, graph_of_example, registered

BY_NAME = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


@BY_NAME
def test_what_is_written_of_an_example_registers_as_the_same_graph(
    path: Path, tmp_path: Path
) -> None:
    graph = graph_of_example(path)
    again = registered(write(graph), tmp_path, graph.name)
    assert difference(graph, again) == ""


@BY_NAME
def test_beside_an_example_its_tasks_are_imported(path: Path, tmp_path: Path) -> None:
    graph = graph_of_example(path)
    source = write(graph, path=path.with_name("flow.py"))
    assert f"from {path.stem} import " in source
    assert "raise NotImplementedError" not in source
    again = registered(source, tmp_path, graph.name, base=path.parent)
    assert difference(graph, again) == ""


def test_what_is_written_is_as_a_formatter_would_put_it_and_has_types(tmp_path: Path) -> None:
    for path in EXAMPLES[::3]:
        source = write(graph_of_example(path))
        (tmp_path / f"flow_of_{path.stem}.py").write_text(source, "utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100", "--check"]
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    for command in (ruff, mypy):
        done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout
