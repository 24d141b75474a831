"""The values of a workflow's static inputs, for which its graph is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from foretell.author.mismatch import Mismatch
from foretell.author.ports import Port
from foretell.errors import InputError, WiringError, nearest

if TYPE_CHECKING:
    from foretell.author.tasks import Workflow


def static_ports(flow: Workflow[..., Any]) -> dict[str, Port]:
    """The static inputs of a workflow."""
    return {port.name: port for port in flow.ports.inputs.values() if port.static}


def static_values(flow: Workflow[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every static input; raises for one that is missing, unknown or wrong."""
    ports = static_ports(flow)
    for name, value in given.items():
        if name not in ports:
            _refuse_unknown(flow, name, ports)
        try:
            ports[name].dump(value)
        except Mismatch as fault:
            at = name + fault.path()
            raise InputError(at, fault.expected, fault.got, flow.ports.task) from None
    missing = [port.name for port in ports.values() if port.required and port.name not in given]
    if missing:
        name = missing[0]
        raise WiringError(
            f"workflow {flow.__name__!r}: its Static input {name!r} must be known when it is "
            f"registered: {flow.__name__}.compile({name}=...), or -i {name}=... on the command line"
        )
    return {port.name: given.get(port.name, port.default) for port in ports.values()}


def refuse_static(flow: Workflow[..., Any], why: str) -> None:
    """Raises `WiringError` if `flow` has static inputs, where nobody could give them."""
    names = ", ".join(map(repr, static_ports(flow)))
    if names:
        raise WiringError(
            f"workflow {flow.__name__!r} has the Static input {names}, and {why}; let the input be "
            f"an ordinary one, or call the workflow with a value in a workflow of its own"
        )


def _refuse_unknown(flow: Workflow[..., Any], name: str, ports: Mapping[str, Port]) -> None:
    if name in flow.ports.inputs:
        raise WiringError(
            f"workflow {flow.__name__!r}: the input {name!r} is given when it runs, not to "
            f"compile(); Static[...] in its annotation would change that"
        )
    known = f"its Static inputs are {', '.join(ports)}" if ports else "it has no Static inputs"
    raise WiringError(
        f"workflow {flow.__name__!r} has no input {name!r}{nearest(name, ports)} ({known})"
    )
