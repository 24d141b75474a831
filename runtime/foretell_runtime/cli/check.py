"""`foretell check`: registers the workflows of a file and reports what they are; runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from foretell.horizon.bounds import left_of
from foretell_runtime.cli.foresight import before, foreseen
from foretell_runtime.cli.options import json_option, print_json
from foretell_runtime.cli.targets import Target, load_targets
from foretell_runtime.cli.words import brief
from foretell_runtime.inputs import in_words


@click.command("check")
@click.argument("file", metavar="FILE[:WORKFLOW]")
@json_option
def command(file: str, as_json: bool) -> None:
    """Register every workflow of FILE (or the one named) and report: its inputs, nodes, tasks,
    promises, and what may grow. Runs nothing."""
    targets = load_targets(file)
    if as_json:
        print_json([_as_json(target) for target in targets])
        return
    for target in targets:
        for line in _told(target):
            click.echo(line)


def _as_json(target: Target) -> dict[str, Any]:
    from foretell.graph.plain import encode

    graph, horizon = target.graph, before(target.graph, target.base)
    left = left_of(horizon)
    return {
        "workflow": graph.name,
        "inputs": {name: encode(given) for name, given in graph.inputs.items()},
        "nodes": [node.id for node in graph.nodes],
        "tasks": sorted(graph.tasks),
        "promises": [encode(vowed) for vowed in graph.promises],
        "left": {"low": left.low, "high": left.high},
        "horizon": encode(horizon),
    }


def _told(target: Target) -> Iterator[str]:
    graph, horizon = target.graph, before(target.graph, target.base)
    yield f"{graph.name}: ok"
    for head, rows in (
        ("inputs", [_input(name, given) for name, given in graph.inputs.items()]),
        ("nodes", [", ".join(node.id for node in graph.nodes)]),
        ("tasks", [f"{name} ({spec.where})" for name, spec in sorted(graph.tasks.items())]),
        ("promises", [f"{vowed.says} ({vowed.where})" for vowed in graph.promises]),
    ):
        for i, row in enumerate(rows or ["none"]):
            yield f"  {'' if i else head:<8} {row}"
    yield from foreseen(horizon)
    yield f"  {'in all':<8} {str(left_of(horizon)).removesuffix(' left')} nodes will have run"


def _input(name: str, given: Any) -> str:
    return f"{name}: {in_words(given.schema)}" + (
        "" if given.required else f" = {brief(given.default)}"
    )
