"""The inputs of a run against the schemas of its graph, which anybody may have written."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from foretell.document.model import Graph, Input
from foretell.errors import DocumentError, InputError
from foretell_runtime.inputs import checked_inputs


def given(schema: dict[str, Any], value: Any) -> Any:
    return checked_inputs(Graph("flow", inputs={"x": Input(schema)}), {"x": value})["x"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, 3, True),
        ({"type": "number"}, 3, True),
        ({"type": ["integer", "null"]}, None, "no"),
        ({"type": "array", "items": {"type": "integer"}}, [1, 2], [1, "2"]),
        ({"type": "array", "items": {"type": "integer"}}, [], "12"),
        ({"type": "array", "items": {"type": ["integer", "null"]}}, [1, None], ["no"]),
        ({"type": "array", "items": True}, [1, "2"], {}),
        ({"type": "array", "items": False}, [], [1]),
        ({"anyOf": [{"type": "null"}, {"enum": ["a"]}]}, "a", "b"),
        ({"anyOf": [False, {"const": 3}]}, 3, 4),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, 3, "no"),
        ({"type": "object", "required": ["n"]}, {"n": 1}, {}),
        ({"type": "string", "maxLength": 2}, "ab", "abc"),
    ],
)
def test_values_are_held_to_their_schema(schema: dict[str, Any], good: Any, bad: Any) -> None:
    assert given(schema, good) == good
    with pytest.raises(InputError, match="input 'x"):
        given(schema, bad)


def test_what_is_wrong_within_a_value_is_told_by_what_was_expected_there() -> None:
    sizes = {"type": "object", "properties": {"sizes": {"items": {"type": "integer"}}}}
    with pytest.raises(InputError, match=r"'sizes'.*expected integer .*, got string \"big\""):
        given(sizes, {"sizes": [1, "big"]})


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "nonsense"}, "nonsense"),
        ({"type": 3}, "3"),
        ({"type": "array", "items": 3}, "3"),
        ({"enum": 3}, "3"),
        ({"type": "string", "pattern": "("}, "regex"),
        ({"$ref": "#/$defs/nobody"}, "nobody"),
        ({"$ref": "#"}, "without end"),
    ],
)
def test_a_schema_that_is_none_is_told_by_its_place(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(DocumentError, match=why) as caught:
        given(schema, ["value"])
    assert caught.value.where == "$.inputs.x.schema"


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that knows a schema, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/schema.json", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_that_a_schema_names_is_fetched(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    with pytest.raises(DocumentError, match="which is not in it"):
        given({"$ref": address}, 3)
    assert paths == []


def test_an_input_is_missing_unknown_or_has_its_default() -> None:
    graph = Graph("flow", inputs={"n": Input({"type": "integer"}), "m": Input({}, False, 7)})
    assert checked_inputs(graph, {"n": 1}) == {"n": 1, "m": 7}
    with pytest.raises(InputError, match=r"'n'.*missing"):
        checked_inputs(graph, {})
    with pytest.raises(InputError, match=r"'nn'.*did you mean 'n'"):
        checked_inputs(graph, {"n": 1, "nn": 2})
