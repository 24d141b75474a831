"""A compiled graph finds the modules beside its workflow from wherever it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell_runtime.cli.targets import rebased


@pytest.mark.parametrize(
    ("entry", "moved"),
    [
        ("flow.py:t", "flows/flow.py:t"),
        ("helping:t", "flows/helping.py:t"),
        ("pack:t", "flows/pack/__init__.py:t"),
        ("pack.part:t", "flows/pack/part.py:t"),
        ("json.tool:t", "json.tool:t"),
    ],
)
def test_entries_follow_the_graph(tmp_path: Path, entry: str, moved: str) -> None:
    flows = tmp_path / "flows"
    (flows / "pack").mkdir(parents=True)
    for name in ("flow.py", "helping.py", "pack/__init__.py", "pack/part.py"):
        (flows / name).write_text("")
    graph = Graph("g", tasks={"t": TaskSpec(entry)})
    assert rebased(graph, flows, tmp_path).tasks["t"].entry == moved
