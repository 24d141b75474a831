"""JSON Schemas of our documents, as pydantic derives them from the dataclasses.

In one thing pydantic is too kind: where one of several classes may stand, it lets the `kind` that
tells them apart be left out, because the field has a default. Here, as in `foretell.graph.plain`,
it is required. pydantic is imported when a schema is asked for.
"""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: Any, title: str) -> dict[str, Any]:
    """The JSON Schema of a dataclass, or of a union of them."""
    from pydantic.json_schema import GenerateJsonSchema

    schema = GenerateJsonSchema().generate(_core_of(kind))
    return {"$schema": DIALECT, **schema, "title": title}


def validator_of(kind: Any) -> Any:
    """pydantic's strict reader of a dataclass or a union of them."""
    from pydantic_core import SchemaValidator

    return SchemaValidator(_core_of(kind))


def _core_of(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return _requiring_kind(TypeAdapter(kind).core_schema)


def _requiring_kind(schema: Any) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)([_requiring_kind(item) for item in schema])
    if not isinstance(schema, dict):
        return schema
    copy = {key: _requiring_kind(value) for key, value in schema.items()}
    if copy.get("type") == "dataclass-field" and copy["name"] == "kind":
        value = copy["schema"].get("schema", {})
        if len(value.get("expected", ())) == 1:  # a mark, unlike the kind of an edge
            copy["schema"] = value
    return copy
