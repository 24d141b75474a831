"""WfCommons' WfFormat (1.5, 1.6): what its documents look like, for the reader and the writer of them.

An instance is a workflow that ran somewhere: tasks with parents and children, the files that they read
and make, and, under `execution`, what was measured. Here each task becomes a stand-in (`STAND_IN`): it
gives the list of files that it makes, and each file that another task reads is an edge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from foretell.document.model import TaskSpec
from foretell.graph.model import Json
from foretell_codegen.interchange import standins

NAME = "WfFormat"
VERSIONS = ("1.5", "1.6")
TASKS = "$.workflow.specification.tasks"
FILES = "$.workflow.specification.files"
EXECUTION = "$.workflow.execution"

ID = re.compile(r"[0-9a-zA-Z_.#:/-]+")
"""What the id of a task or a file looks like there."""

MAKES, READS, MEASURED, SECONDS = "makes", "reads", "measured", "seconds"
"""The inputs of a stand-in: the files that it makes, and reads; what was measured of it; how long it is to
take."""

ORIGIN = "origin"
"""Where the layout of a graph keeps what its source said of itself. Nothing here depends on it."""

FILE: dict[str, Any] = standins.record(
    {"id": {"type": "string"}, "sizeInBytes": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
    ["id", "sizeInBytes"],
    "File",
)


def stand_in(name: str, fewest: int, most: int, paced: bool) -> TaskSpec:
    """The task for all of one name, which make from `fewest` to `most` files."""
    files = {"type": "array", "items": FILE}
    anything = {"type": "object", "additionalProperties": True}
    inputs: dict[str, Any] = {
        MAKES: files,
        READS: {**files, "default": []},
        MEASURED: {**anything, "default": {}},
    }
    required = [MAKES]
    if paced:
        inputs[SECONDS] = {"type": "number"}
        required.append(SECONDS)
    output: dict[str, Any] = {"type": "array", "minItems": fewest, "maxItems": most}
    if most:
        output["prefixItems"] = [FILE] * most
    if fewest != most:
        output = {"title": f"{name}_files", **output}
    return TaskSpec(
        inputs=standins.inputs_of(inputs, required),
        output=output,
        program=standins.giving_input(MAKES, SECONDS if paced else None),
    )


def is_stand_in(spec: TaskSpec) -> bool:
    """Whether nodes of this task say which files they make and read."""
    words = standins.giving_input(MAKES), standins.giving_input(MAKES, SECONDS)
    return spec.program in words and MAKES in spec.inputs.get("properties", {})


def file(name: str, sizes: Mapping[str, int]) -> dict[str, Json]:
    """A file as a value. Its size may be unknown."""
    return {"id": name, "sizeInBytes": sizes.get(name)}
