"""What is written of each example registers as the same graph, and is formatted and typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretell_codegen.essence import difference
from foretell_codegen.writing import write
from tests.codegen.registered import EXAMPLES, graph_of_example, registered

BY_NAME = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


@BY_NAME
def test_what_is_written_of_an_example_registers_as_the_same_graph(
    path: Path, tmp_path: Path
) -> None:
    graph = graph_of_example(path)
    again = registered(write(graph), tmp_path, graph.name)
    assert difference(graph, again) == ""
