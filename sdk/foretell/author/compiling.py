"""`wf.compile()`: from a workflow to its graph document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foretell.author.entry import base_of
from foretell.author.mismatch import Mismatch
from foretell.author.names import defined_at, here
from foretell.author.ports import Port
from foretell.author.registering import Registering
from foretell.author.schemas import schema_of
from foretell.author.specialising import static_values
from foretell.author.specs import Specs
from foretell.author.tasks import Workflow, registrar
from foretell.author.writing import CheckTag
from foretell.document.model import Graph, Input
from foretell.errors import WiringError, nearest
from foretell.promises.shapes import is_open


def compile_workflow(
    flow: Workflow[..., Any], base: Path | None = None, static: Mapping[str, Any] | None = None
) -> Graph:
    """The graph of `flow` for these values of its static inputs, its file entry points relative
    to `base`.

    `base` is by default the folder from which the workflow's module is found (`entry.base_of`).
    """
    if registrar.get() is not None:
        raise WiringError(
            f"{here()}: {flow.__name__}.compile() inside a workflow; just call {flow.__name__}"
        )
    base = (base or base_of(flow)).resolve()
    specs = Specs(base)
    known = static_values(flow, static or {})
    template = specs.writer.write(flow, known, lambda now: _tag_check(now, specs))
    return Graph(
        name=flow.__name__,
        tasks=specs.all(),
        nodes=template.nodes,
        edges=template.edges,
        promises=template.promises,
        limits=template.limits,
        inputs=_inputs(flow),
        output=template.output,
    )


def _inputs(flow: Workflow[..., Any]) -> dict[str, Input]:
    where = f"{defined_at(flow._fn)}: workflow {flow.__name__!r}"
    ports = flow.ports.inputs.values()
    return {port.name: _input(port, where) for port in ports if not port.static}


def _input(port: Port, where: str) -> Input:
    try:
        schema = schema_of(port.hint)
        return Input(schema, port.required, None if port.required else port.dump(port.default))
    except WiringError as error:
        raise WiringError(f"{where}: input {port.name!r}: {error}") from None
    except Mismatch as fault:
        raise WiringError(
            f"{where}: the default of input {port.name!r} is {fault.got}, not {fault.expected}"
        ) from None


def _tag_check(now: Registering, specs: Specs) -> CheckTag:
    def check(tag: str) -> None:
        tasks = specs.all()
        known = {t for spec in tasks.values() for t in spec.tags}
        known |= {t for node in now.nodes for t in node.tags}
        anyones = any(spec.grows is None or is_open(spec.grows) for spec in tasks.values())
        if tag not in known and not anyones:
            raise WiringError(f"no node or task has the tag {tag!r}{nearest(tag, known)}")

    return check
