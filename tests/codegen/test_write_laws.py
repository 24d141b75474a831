"""L1 and L8: what is written reads, and registers, as the same graph; and it is the same text
whatever the order of keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretell import Graph
from foretell.document import jsonform
from foretell_codegen.essence import difference
from foretell_codegen.writing import write
from foretell_codegen.writing.flows import written
from tests.codegen.graphs import graphs
from tests.codegen.registered import registered

SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)
CASES = settings(max_examples=40, deadline=None, suppress_health_check=SLOW)


@CASES
@given(graph=graphs())
def test_what_is_written_of_any_graph_registers_as_the_same_graph(
    graph: Graph, tmp_path: Path
) -> None:
    again = registered(write(graph), tmp_path, graph.name)  # which has been read already
    assert difference(graph, again) == ""


@CASES
@given(graph=graphs(), seed=st.integers(0, 9))
def test_the_order_of_keys_changes_nothing(graph: Graph, seed: int) -> None:
    data = json.loads(graph.to_json())
    again = jsonform.loads(json.dumps(shuffled(data, Random(seed))))
    assert written(again) == written(graph)


def shuffled(value: Any, dice: Random) -> Any:
    """The same JSON value, its keys in another order."""
    if isinstance(value, list):
        return [shuffled(item, dice) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    dice.shuffle(keys)
    return {key: shuffled(value[key], dice) for key in keys}


def test_the_hash_seed_changes_nothing() -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-c", SEEDED], env={**os.environ, "PYTHONHASHSEED": seed},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(texts) == 1


SEEDED = (
    "from tests.codegen.registered import EXAMPLES, graph_of_example\n"
    "from foretell_codegen.writing.flows import written\n"
    "for path in EXAMPLES[::6]:\n"
    "    print(written(graph_of_example(path)).source)\n"
)
