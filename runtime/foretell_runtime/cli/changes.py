"""`foretell check --change`: what would become of a change, said before anybody makes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from foretell.errors import DocumentError
from foretell_runtime.cli.app import BAD_INPUT, BROKEN, DONE
from foretell_runtime.cli.foresight import foreseen
from foretell_runtime.cli.options import print_json
from foretell_runtime.cli.targets import foresight_of
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import names, visible
from foretell_runtime.foresight import Foresight, Judged

REFUSED = {"": DONE, "law": BAD_INPUT, "promise": BROKEN}


def tell_change(
    target: str, words: Iterable[str], store: Path, file: Path, by: str | None, *, as_json: bool
) -> int:
    """Tells whether the change in `file`, made by the node `by`, would be allowed in `target`;
    the exit code says it too."""
    from foretell.document import jsonform

    try:
        change = jsonform.loads_change(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except DocumentError as error:
        raise CommandError(f"{file} is not a change: {error}") from None
    ahead = foresight_of(target, store, words)
    ahead.check_goes_on()
    maker = _only_one(ahead) if by is None else by
    judged = ahead.would(change, maker)
    if as_json:
        print_json(_as_json(judged))
    else:
        for line in _told(judged, maker):
            click.echo(visible(line))
    return REFUSED[judged.against]


def _only_one(ahead: Foresight) -> str:
    """The node that can only be meant: the one that runs, or else the one that may grow."""
    running = list(ahead.state.running)
    growers = [live.id for live in ahead.state.judge.growers]
    for found in (running, growers):
        if len(found) == 1:
            return found[0]
    could = running or growers
    known = f"; it could be {names(could)}" if could else ", and none may grow anything"
    raise CommandError(f"--by NODE says who makes the change{known}")


def _as_json(judged: Judged) -> dict[str, Any]:
    from foretell.graph.plain import encode

    return {
        "allowed": bool(judged),
        "against": judged.against,
        "why": judged.why,
        "nodes": [encode(node) for node in judged.nodes],
        "edges": [encode(edge) for edge in judged.edges],
        "horizon": encode(judged.horizon),
    }


def _told(judged: Judged, maker: str) -> Iterator[str]:
    if not judged:
        what = {"law": "refused", "promise": "breaks the run"}[judged.against]
        yield f"{what}: {judged.why}"
        return
    yield f"allowed, if {maker} runs and nothing else has happened until then"
    for node in judged.nodes:
        yield f"  node     {node.id} ({node.task})"
    for edge in judged.edges:
        follows = ", which follows from growth" if edge.kind == "structural" else ""
        yield f"  edge     {edge.source} -> {edge.target} ({edge.kind}{follows})"
    assert judged.horizon is not None
    yield from foreseen(judged.horizon)
