"""Values on their way: a node's inputs put together, and holes in outputs filled.

A value may hold another one many times over and cost nothing, until it is written down: how much
that would be is weighed before anybody does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from foretell.graph.model import Feed, Hole, Json, NodeId, Output
from foretell.graph.pointers import CannotPutTogether, Draft, get
from foretell.protocol.messages import DEEPEST

LARGEST = 64 * 1024 * 1024
"""Characters in one value that is put together."""
_EACH = 8
"""What every array, object and scalar counts besides its characters."""


class TooMuch(CannotPutTogether):
    """What is put together is too large or too deep to be written down."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How many characters a value is when written down, roughly, and how deep they lie."""

    size: int = _EACH
    depth: int = 0

    def __post_init__(self) -> None:
        if self.size > LARGEST:
            raise TooMuch(
                f"it is more than {LARGEST:,} characters; large values belong in a file whose path "
                f"is passed on"
            )
        if self.depth > DEEPEST:
            raise TooMuch(f"it is nested deeper than {DEEPEST} levels")


@dataclass(frozen=True, slots=True)
class Completed(Output):
    """An output whose holes are filled; `said` is the one that had them."""

    weight: Weight = Weight()
    said: Output | None = None


def feed(draft: Draft, feeds: Iterable[Feed], inputs: Mapping[str, Json]) -> None:
    """Puts workflow inputs where `feeds` say."""
    for item in feeds:
        draft.put(item.input, get(inputs.get(item.name), item.output))


def complete(outputs: dict[str, Output], node: str) -> Json:
    """The output of `node` (or of a port: `port_key`) with all its holes filled, transitively; remembered in `outputs`.

    The nodes that fill holes have ended, because they lie before whoever reads. Raises
    `CannotPutTogether` before anything is made that could not be written down.
    """
    stack = [node]
    while stack:
        current = stack[-1]
        output = outputs[current]
        _refuse_lacking(output, outputs)
        inner = [hole.source for hole in output.holes if outputs[hole.source].holes]
        if inner:
            stack.extend(inner)
            continue
        stack.pop()
        if output.holes:
            weight = weigh_filled(output.value, output.holes, outputs)
            value = fill(output.value, output.holes, outputs)
            outputs[current] = Completed(value, weight=weight, said=output)
    return outputs[node].value


def open_again(outputs: dict[str, Output], node: str) -> bool:
    """What fills the holes of the output of `node` is no longer what it was. Returns whether any
    were filled."""
    output = outputs.get(node)
    if not isinstance(output, Completed) or output.said is None:
        return False
    outputs[node] = output.said
    return True


def _refuse_lacking(output: Output, outputs: Mapping[NodeId, Output]) -> None:
    for hole in output.holes:
        if hole.source not in outputs:
            raise CannotPutTogether(f"{hole.node!r} did not end well, so it has no result")


def fill(value: Json, holes: Iterable[Hole], outputs: Mapping[NodeId, Output]) -> Json:
    """`value` with each hole filled from an output that has none."""
    draft = Draft(value)
    for hole in holes:
        draft.put(hole.at, get(outputs[hole.source].value, hole.pointer))
    return draft.value


def weigh_filled(value: Json, holes: Iterable[Hole], outputs: dict[NodeId, Output]) -> Weight:
    """How much `value` will be once its holes are filled; at most, where only a part of an output
    goes into one. Every output is weighed once."""
    whole = weigh(value)
    size, depth = whole.size, whole.depth
    for hole in holes:
        output = outputs[hole.source]
        if not isinstance(output, Completed):
            output = outputs[hole.source] = Completed(output.value, weight=weigh(output.value))
        size += output.weight.size
        depth = max(depth, hole.at.count("/") + output.weight.depth)
    return Weight(size, depth)


def weigh(value: Json) -> Weight:
    """Counts no more than is allowed."""
    size = depth = 0
    stack: list[tuple[Json, int]] = [([value], 0)]
    while stack:
        container, depth_here = stack.pop()
        depth = max(depth, depth_here)
        size += _EACH * len(container)
        if isinstance(container, dict):
            size += sum(len(key) for key in container)
            container = container.values()
        for item in container:
            if isinstance(item, str):
                size += len(item)
            elif isinstance(item, (dict, list)):
                stack.append((item, depth_here + 1))
        if size > LARGEST or depth > DEEPEST:
            break
    return Weight(size, depth)
