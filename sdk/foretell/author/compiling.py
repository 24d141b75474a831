"""`wf.compile()`: from a workflow to its graph document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from foretell.author.bodies import guard_workflow
from foretell.author.entry import base_of
from foretell.author.limiting import limited
from foretell.author.ports import Json, Wires, to_json
from foretell.author.promising import Speaker, vowed
from foretell.author.readers import Mismatch
from foretell.author.refs import origin
from foretell.author.registering import Registering
from foretell.author.schemas import default_of, schema_of
from foretell.author.tasks import Workflow, registrar
from foretell.document.model import Graph, Input, TaskSpec
from foretell.errors import WiringError, nearest
from foretell.graph.model import Feed, Hole, Output
from foretell.promises.shapes import is_open


def compile_workflow(flow: Workflow[..., Any], base: Path | None = None) -> Graph:
    """The graph of `flow`, its file entry points relative to `base`.

    `base` is by default the folder from which the workflow's module is found (`entry.base_of`).
    """
    if registrar.get() is not None:
        raise WiringError(f"{flow.__name__}.compile() inside a workflow; just call {flow.__name__}")
    base = (base or base_of(flow)).resolve()
    now = Registering(flow.__name__, base)
    result = _run_body(flow, now)
    speakers = _speakers(now)
    # Before the tasks are listed: a vow or a limit may name one that the graph has not met.
    vows = tuple(
        vowed(s.said, speakers(s.section.scope), s.where, s.section.workflow) for s in now.vows
    )
    limits = tuple(
        limited(s.said, speakers(s.section.scope), s.where, s.section.workflow) for s in now.limits
    )
    return Graph(
        name=flow.__name__,
        tasks=now.specs.all(),
        nodes=tuple(now.nodes),
        edges=tuple(now.edges),
        promises=vows,
        limits=limits,
        inputs=_inputs(flow),
        output=_output(flow, result, now),
    )


def _run_body(flow: Workflow[..., Any], now: Registering) -> Any:
    guard_workflow(flow, frozenset(flow.ports.inputs))
    inputs = {port.name: now.input(port.name, port.hint) for port in flow.ports.inputs.values()}
    token = registrar.set(now)
    try:
        return flow._fn(**inputs)
    finally:
        registrar.reset(token)


def _inputs(flow: Workflow[..., Any]) -> dict[str, Input]:
    return {
        port.name: Input(
            schema_of(port.hint), port.required, None if port.required else default_of(port)
        )
        for port in flow.ports.inputs.values()
    }


def _output(flow: Workflow[..., Any], result: Any, now: Registering) -> Output:
    wires: Wires = []
    try:
        value: Json = to_json(result, wires, "")
    except Mismatch as fault:
        raise WiringError(
            f"workflow {flow.__name__!r} returns {fault.got}, which is not {fault.expected}"
        ) from None
    holes: list[Hole] = []
    feeds: list[Feed] = []
    for at, ref in wires:
        mine = origin(ref)
        if mine.owner is not now:
            raise WiringError(
                f"workflow {flow.__name__!r} returns {mine.name!r} of another workflow"
            )
        if mine.node is not None:
            holes.append(Hole(at, mine.node, mine.pointer))
        elif mine.feed is not None:
            feeds.append(Feed(mine.feed, mine.pointer, at))
    return Output(value, tuple(holes), tuple(feeds))


def _speakers(now: Registering) -> Callable[[str], Speaker]:
    def check_tag(tag: str) -> None:
        specs: dict[str, TaskSpec] = now.specs.all()
        known = {t for spec in specs.values() for t in spec.tags}
        known |= {t for node in now.nodes for t in node.tags}
        anyones = any(spec.grows is None or is_open(spec.grows) for spec in specs.values())
        if tag not in known and not anyones:
            raise WiringError(f"no node or task has the tag {tag!r}{nearest(tag, known)}")

    return lambda scope: Speaker(now.specs.name_of, check_tag, now, scope)
