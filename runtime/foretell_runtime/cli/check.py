"""`foretell check`: registers the workflows of a file and reports what they are, or what would
become of a change; runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell.document.model import Graph, TaskSpec
from foretell.document.wires import wires_of
from foretell.document.words import in_words
from foretell.errors import ForetellError
from foretell.horizon.bounds import in_rounds, left_of, without_bound
from foretell.horizon.model import Horizon
from foretell.promises.shapes import NOTHING
from foretell_runtime.cli.app import DONE
from foretell_runtime.cli.foresight import endless, foreseen
from foretell_runtime.cli.options import json_option, print_json, static_option, store_option
from foretell_runtime.cli.targets import Target, try_targets
from foretell_runtime.cli.trouble import CommandError, exit_code, explain
from foretell_runtime.cli.words import brief

if TYPE_CHECKING:
    from foretell.bodies.advice import Body


_MOST_WIRES = 10


@click.command("check")
@click.argument("file", metavar="FILE[:WORKFLOW]|RUN")
@click.option(
    "--change",
    type=click.Path(path_type=Path),
    help="Tell instead whether this change (JSON) would be allowed, in a FILE or a RUN.",
)
@click.option("--by", metavar="NODE", help="The node that makes the change.")
@static_option
@json_option
@store_option
def command(
    file: str,
    change: Path | None,
    by: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    store: Path,
) -> None:
    """Register every workflow of FILE (or the one named) and report: its inputs, nodes, tasks,
    promises, what may grow, and what the bodies of tasks are seen to grow. Runs nothing.

    With --change: judge a change that NODE would make, at the beginning of FILE or in a RUN as it
    stands. The answer is also the exit code: 0 allowed, 2 against a law, 3 against a promise.
    """
    if change is not None:
        from foretell_runtime.cli.changes import tell_change

        raise click.exceptions.Exit(
            tell_change(file, assignments, store, change, by, as_json=as_json)
        )
    if by is not None:
        raise CommandError("--by NODE goes with --change FILE")
    answers = [_answer(name, target) for name, target in try_targets(file, assignments).items()]
    if as_json:
        print_json([report for report, _, _ in answers])
    for _, lines, error in answers:
        if not as_json:
            click.echo("".join(f"{line}\n" for line in lines), nl=False)
        if error is not None:
            explain(error)
    raise click.exceptions.Exit(max((exit_code(error) for _, _, error in answers), default=DONE))


def _answer(
    name: str, target: Target | ForetellError
) -> tuple[dict[str, Any], list[str], ForetellError | None]:
    """One workflow as JSON, in lines, and what is wrong with it."""
    from foretell_runtime.containers import missing_programs
    from foretell_runtime.foresight import foresee_graph

    try:
        if isinstance(target, ForetellError):
            raise target
        ahead = foresee_graph(target.graph, target.base)
        bodies = _bodies(target)
        warnings = [
            *ahead.warnings,
            *(f"{b.task}: {why}" for b in bodies for why in b.warnings),
            *missing_programs(target.graph),
        ]
        report = {
            **_as_json(target.graph, ahead.horizon),
            "bodies": [_body_as_json(body) for body in bodies],
            "warnings": warnings,
        }
        lines = [
            *_told(target.graph, ahead.horizon),
            *(line for body in bodies for line in _body_told(body)),
            *(f"  warning  {why}" for why in warnings),
        ]
        return report, lines, None
    except ForetellError as error:
        return {"workflow": name, "error": str(error)}, [], error


def _as_json(graph: Graph, horizon: Horizon) -> dict[str, Any]:
    from foretell.graph.plain import encode

    left = left_of(horizon)
    return {
        "workflow": graph.name,
        "inputs": {name: encode(given) for name, given in graph.inputs.items()},
        "nodes": [node.id for node in graph.nodes],
        "tasks": sorted(graph.tasks),
        "promises": [encode(vowed) for vowed in graph.promises],
        "limits": [encode(limit) for limit in graph.limits],
        "wires": [
            {"from": wire.source, "to": wire.target, "fits": wire.fits} for wire in wires_of(graph)
        ],
        "left": {"low": left.low, "high": left.high, "unbounded": list(without_bound(horizon))},
        "horizon": encode(horizon),
    }


def _told(graph: Graph, horizon: Horizon) -> Iterator[str]:
    yield f"{graph.name}: ok"
    for head, rows in (
        ("inputs", [_input(name, given) for name, given in graph.inputs.items()]),
        ("nodes", [", ".join(node.id for node in graph.nodes)]),
        ("tasks", [_task(name, spec) for name, spec in sorted(graph.tasks.items())]),
        ("promises", [f"{vowed.says} ({vowed.where})" for vowed in graph.promises]),
        ("limits", [f"{limit.words} ({limit.where})" for limit in graph.limits]),
        ("wires", list(_left_to_the_run(graph))),
    ):
        if head in ("limits", "wires") and not rows:  # few have any
            continue
        for i, row in enumerate(rows or ["none"]):
            yield f"  {'' if i else head:<8} {row}"
    yield from foreseen(horizon)
    ran = str(left_of(horizon)).removesuffix(" left")
    nodes = "node" if ran == "1" else "nodes"
    unsure = any(edge.on != "ok" for edge in horizon.edges)
    been = " or been ruled out" if unsure else ""
    more = ", some of them perhaps again" if in_rounds(horizon) else ""
    yield f"  {'in all':<8} {ran} {nodes} will have run{been}{more}{endless(horizon)}"


def _bodies(target: Target) -> list[Body]:
    """What the bodies of growing tasks say; of a graph document no code is read."""
    from foretell.author.loading import load_entry
    from foretell.bodies.advice import look_at

    if target.workflow is None:
        return []
    growing = [
        spec
        for _, spec in sorted(target.graph.tasks.items())
        if spec.grows != NOTHING and spec.program is None
    ]
    looked = (look_at(load_entry(spec.entry, target.base)) for spec in growing)
    return [body for body in looked if body is not None]


def _body_as_json(body: Body) -> dict[str, Any]:
    return {
        "task": body.task,
        "grows": {right: str(amount) for right, amount in body.grows.items()},
        "unseen": body.unseen,
        "advice": body.advice,
    }


def _body_told(body: Body) -> Iterator[str]:
    if body.unseen:
        yield f"  {'unseen':<8} {body.task}: {'; '.join(body.unseen)}"
    if body.advice:
        yield f"  {'advice':<8} {body.task} needs no more than: {body.advice}"


def _left_to_the_run(graph: Graph) -> Iterator[str]:
    """Wires whose values fit sometimes, as far as the types say."""
    found = [wire for wire in wires_of(graph) if wire.fits == "checked"]
    for wire in found[:_MOST_WIRES]:
        yield f"checked when it runs: {wire}"
    if len(found) > _MOST_WIRES:
        yield f"and {len(found) - _MOST_WIRES} more"


def _task(name: str, spec: TaskSpec) -> str:
    where = f" ({spec.where})" if spec.where else ""
    return f"{name}{where}" + (f" runs {spec.program}" if spec.program else "")


def _input(name: str, given: Any) -> str:
    return f"{name}: {in_words(given.schema)}" + (
        "" if given.required else f" = {brief(given.default)}"
    )
