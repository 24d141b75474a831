"""Writing down a workflow: its body, run once on values that are not there yet, as a template.

The template of the workflow that is run becomes the graph document; those of workflows that tasks
may grow are grown while it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, TypeAlias

from foretell.author.limiting import limited
from foretell.author.names import say_place
from foretell.author.ports import Wires, any_held, refuse_ending, standing_alone, to_json
from foretell.author.promising import Speaker, vowed
from foretell.author.refs import origin
from foretell.author.registering import NameOf, Noted, Registering, Said
from foretell.author.shaped import Shaped
from foretell.author.specialising import refuse_static
from foretell.author.tasks import Workflow
from foretell.author.vows import Vow
from foretell.author.wiring import owned
from foretell.document.template import Template
from foretell.errors import WiringError
from foretell.graph.model import Feed, Hole, Node, Output

CheckTag: TypeAlias = Callable[[str], None]
"""Raises `WiringError` for a tag that nobody has."""


@dataclass(frozen=True, slots=True)
class Written:
    """A workflow as a template, and `result`, what its body returned: with `Ref`s of `owner`."""

    flow: Workflow[..., Any]
    template: Template
    result: Any
    owner: object


class Writer:
    """Writes workflows down, where `name_of` gives the names of tasks in the graph and `place`
    says where in the source a frame is."""

    def __init__(self, name_of: NameOf, place: Callable[[FrameType], str] = say_place) -> None:
        self._name_of = name_of
        self._place = place
        self._grown: dict[int, Written] = {}

    def write(
        self,
        flow: Workflow[..., Any],
        static: Mapping[str, Any],
        tag_check: Callable[[Registering], CheckTag],
    ) -> Template:
        """The template of the workflow that is run, for these values of its static inputs."""
        now = Registering(flow.__name__, self._name_of, self._place)
        result = now.run(flow, static)
        return self._template(flow.__name__, Noted(now, result, flow), tag_check(now), grown=False)

    def grown(self, flow: Workflow[..., Any]) -> Written:
        """A workflow that is grown. Its body is run once, whatever its instances are given; what
        it promises is said of each of them. The tags it names may be anybody's."""
        known = self._grown.get(id(flow._origin))
        if known is None:
            refuse_static(flow, "it is grown while others run")
            now = Registering(flow.__name__, self._name_of, self._place)
            result = now.run(flow)
            template = self.noted(flow.__name__, Noted(now, result, flow))
            known = self._grown[id(flow._origin)] = Written(flow, template, result, now)
        return known

    def noted(self, name: str, noted: Noted) -> Template:
        """The template of what was noted to be grown."""
        for said in noted.now.vows:
            _refuse_shapes(said)
        _refuse_outcomes(name, noted.now)
        return self._template(name, noted, lambda tag: None, grown=True)

    def _template(
        self,
        name: str,
        noted: Noted,
        check_tag: CheckTag,
        *,
        grown: bool,
    ) -> Template:
        now = noted.now
        looped = frozenset(edge.target for edge in now.edges if edge.kind == "loop")

        def speaker(said: Said[Any]) -> Speaker:
            scope = said.section.scope
            return Speaker(
                self._name_of, check_tag, now, scope,
                grown=grown, template_of=self.of, looped=looped,
            )  # fmt: skip

        return Template(
            name,
            tuple(map(_complete, now.nodes)),
            tuple(now.edges),
            tuple(vowed(s.said, speaker(s), s.where, s.section.workflow) for s in now.vows),
            tuple(limited(s.said, speaker(s), s.where, s.section.workflow) for s in now.limits),
            _output(name, noted),
        )

    def of(self, flow: Workflow[..., Any]) -> Template:
        """The template of a workflow that is grown."""
        return self.grown(flow).template


def _refuse_shapes(said: Said[Vow]) -> None:
    todo: list[Any] = [said.said]
    for vow in todo:
        if isinstance(vow, Shaped):
            raise WiringError(
                f"{said.where}: {vow.says():.200}: workflow {said.section.workflow!r} is grown "
                f"while others run, and what nodes grow is promised before; let their task say it "
                f"(`@task(grows=...)`)"
            )
        todo += getattr(vow, "vows", ())


def _refuse_outcomes(name: str, now: Registering) -> None:
    for edge in now.edges:
        if edge.kind == "loop":
            raise WiringError(
                f"{name!r} is grown while others run, and in it a loop leads back from "
                f"{edge.source!r} to {edge.target!r}; loops are said in the workflow that is run, and what "
                f"is grown goes round by repeat, or by the shape loop(...)"
            )
        if edge.on != "ok":
            raise WiringError(
                f"{name!r} is grown while others run, and in it {edge.target!r} runs "
                f"after {edge.source!r} on={edge.on!r}; what follows a failure is said in the workflow "
                f"that is run; there a `fallback` may hold branches and maps, but not these a fallback"
            )


def _output(name: str, noted: Noted) -> Output:
    if noted.flow is None:
        wires = Wires()
        value = to_json(noted.result, wires, "")
    else:
        value, wires = noted.flow.ports.dump_result(noted.result)
    holes: list[Hole] = []
    feeds: list[Feed] = []
    for at, ref in wires:
        if not origin(ref).node and not origin(ref).feed:
            continue  # it returns nothing
        try:
            mine = owned(ref, noted.now)
            refuse_ending(mine)
        except WiringError as error:
            raise WiringError(f"workflow {name!r} returns what it cannot: {error}") from None
        if mine.node is not None:
            holes.append(Hole(at, mine.node, mine.pointer, mine.port))
        elif mine.feed is not None:
            feeds.append(Feed(mine.feed, mine.pointer, at))
    return Output(standing_alone(value), tuple(holes), tuple(feeds))


def _complete(node: Node) -> Node:
    """`node` with constants that stand in a document."""
    if not any(map(any_held, node.inputs.values())):
        return node
    return replace(node, inputs=standing_alone(dict(node.inputs)))
