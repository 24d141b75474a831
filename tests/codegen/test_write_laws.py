"""L1 and L8: what is written registers as the same graph, and is the same text whatever the order
of keys."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from foretell import Graph
from foretell_codegen.essence import difference
from foretell_codegen.writing import write
from tests.codegen.graphs import graphs
from tests.codegen.registered import registered


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(graph=graphs())
def test_what_is_written_of_any_graph_registers_as_the_same_graph(
    graph: Graph, tmp_path: Path
) -> None:
    again = registered(write(graph), tmp_path, graph.name)
    assert difference(graph, again) == ""
