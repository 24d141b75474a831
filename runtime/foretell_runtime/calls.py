"""A call of a workflow in Python, as the inputs of a run; and the output of one, as that call gives it."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Mapping,
)
from typing import Any

from foretell.author.ports import Wires, to_json
from foretell.author.specialising import static_ports
from foretell.author.tasks import Workflow
from foretell.errors import CannotCancel, OutputError, UserError, WiringError
from foretell.graph.model import Json


def require_workflow(workflow: object) -> None:
    if not isinstance(workflow, Workflow):
        raise UserError(
            f"what is run must be a workflow (a function with @workflow), not {workflow!r:.80}"
        )


def inputs_of(
    workflow: Workflow[..., Any], args: tuple[Any, ...], inputs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Json]]:
    """The static inputs of a workflow, and the others as JSON, checked by its annotations."""
    ports = workflow.ports
    bound = ports.bind(args, inputs)
    static = {name: bound.pop(name) for name in static_ports(workflow) if name in bound}
    given, wires = ports.dump_inputs(bound)
    if wires:
        raise WiringError(
            f"{workflow!r}: an input of a run must be a value, and this is known only when a workflow runs"
        )
    return static, given


def output_of(node: str, value: object) -> Json:
    """What somebody gives as the output of a node, as JSON."""
    from foretell.author.mismatch import Mismatch

    try:
        return to_json(value, Wires(), "")
    except Mismatch as fault:
        raise CannotCancel(
            f"the output of {node!r}: expected {fault.expected}, got {fault.got}"
        ) from None


def reader_of(workflow: Workflow[..., Any]) -> Callable[[Json], Any]:
    """From a workflow's output to the type it is annotated with."""
    from foretell.author.mismatch import Mismatch
    from foretell.author.readers import reader_of as reader_of_type

    read, _ = reader_of_type(workflow.ports.result)

    def typed(output: Json) -> Any:
        try:
            return read(output)
        except Mismatch as fault:
            raise OutputError(workflow.ports.task, fault.expected, fault.got) from None

    return typed
