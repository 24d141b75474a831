"""The published JSON Schemas are those of the code. `--rewrite-golden` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from foretell.document import jsonform
from foretell.document.schemas import schema_of
from foretell.graph import plain
from foretell.horizon.model import Horizon
from foretell.protocol.messages import Finish, FromTask, Progress, Propose, Start, ToTask
from foretell_runtime.drawing import as_json
from foretell_runtime.eventlines import EventLine
from foretell_runtime.machine.events import Ended, Fact, Registered
from tests.unit.author.test_registration import nested, outer
from tests.unit.author.test_vows import vowing
from tests.unit.drawing.test_golden import SAMPLES

FOLDER = Path(__file__).parents[3] / "docs" / "schemas"

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "graph": jsonform.schema,
    "to-task": lambda: schema_of(ToTask, "A line to a running task"),
    "from-task": lambda: schema_of(FromTask, "A line from a running task"),
    "journal": lambda: schema_of(Fact, "The data of a journal entry"),
    "events": lambda: schema_of(EventLine, "A line of `foretell run --events`"),
    "horizon": lambda: schema_of(Horizon, "What may still happen, as `draw --format json` prints"),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_published_schemas_are_current(name: str, rewrite_golden: bool) -> None:
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    file = FOLDER / f"{name}.schema.json"
    text = json.dumps(schema, indent=2, sort_keys=True) + "\n"
    if rewrite_golden:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text, "run pytest with --rewrite-golden and look at the difference"


@pytest.mark.parametrize("flow", [nested, outer, vowing], ids=lambda flow: flow.__name__)
def test_compiled_graphs_fit_the_published_schema(flow: Any) -> None:
    validator = Draft202012Validator(SCHEMAS["graph"]())
    data = json.loads(flow.compile().to_json())
    validator.validate(data)
    assert not validator.is_valid({**data, "colour": "red"})


def test_messages_and_facts_fit_their_published_schemas() -> None:
    graph = outer.compile()
    cases: list[tuple[str, list[Any]]] = [
        ("to-task", [Start("r", "n", 1, "t", "m:t", "/base", {"n": 1})]),
        ("from-task", [Propose(1, graph.as_change()), Progress(1.5), Finish({"a": [1]})]),
        ("events", [EventLine("r-1", 2, 1.5, 1, Ended("done", 3))]),
        ("journal", [Registered(graph, {"n": 1}, "/base"), Ended("done", 3)]),
    ]
    for name, messages in cases:
        validator = Draft202012Validator(SCHEMAS[name]())
        for message in messages:
            validator.validate(json.loads(json.dumps(plain.encode(message))))
        assert not validator.is_valid({"kind": "nonsense"})


@pytest.mark.parametrize("name", SAMPLES)
def test_drawn_horizons_fit_the_published_schema(name: str) -> None:
    validator = Draft202012Validator(SCHEMAS["horizon"]())
    data = json.loads(as_json(SAMPLES[name]))
    validator.validate(data)
    assert not validator.is_valid({**data, "exact": "perhaps"})
