"""Mistakes with values that are kept outside of the journal, and what befalls them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from foretell import register_codec
from foretell.document.model import Change
from foretell.graph.model import Hole, Node
from foretell.graph.references import JSON, Held, reference, small
from foretell.protocol.messages import Finish
from foretell.values.ground import Ground
from foretell.values.keeping import Keeper
from foretell.values.loading import Loader
from foretell.values.places import place_at
from foretell_runtime.machine.events import Happening, Heard
from foretell_runtime.values import ground_of
from tests.errors.answers import fill
from tests.errors.making import Make, body, command, file, growing

ROWS = list(range(100))
GONE = reference(JSON, "0" * 64, 12_300_000, by="load")


class Ghost:
    """Something that cannot be written."""


class Stone:
    """Something that cannot be read."""


def _fail(*_: object) -> Any:
    raise RuntimeError("no body")


register_codec(Ghost, name="ghost", dump=_fail, load=_fail)
register_codec(Stone, name="stone", dump=lambda _, file: file.write(b"x" * 3000), load=_fail)


def kept(value: Any, hidden: str = "") -> Make:
    return lambda folder: Keeper(
        Ground(str(folder), inline=10), "load", lambda: [hidden] if hidden else []
    ).lightened(value)


def loaded(value: Any, **files: str) -> Make:
    def make(folder: Path) -> None:
        for name, content in files.items():
            (folder / "00").mkdir()
            (folder / "00" / ("0" * 62 if name == "gone" else name)).write_text(content)
        Loader(Ground(str(folder), run="flow-1a2b")).loaded(value)

    return make


def in_the_way(folder: Path) -> None:
    (folder / "home").write_text("")
    Keeper(Ground(str(folder / "home"), inline=10)).lightened(ROWS)


def a_folder_for_a_file(folder: Path) -> None:
    (folder / "00" / ("0" * 62)).mkdir(parents=True)
    Loader(Ground(str(folder))).loaded(GONE)


def without_fsspec(folder: Path) -> None:
    with patch.dict(sys.modules, {"fsspec.core": None}):
        place_at("s3://bucket/values", folder)


def named_by_a_folder(folder: Path) -> None:
    (folder / "runs.db-values" / "name").mkdir(parents=True)
    ground_of(folder / "runs.db", "memory://bucket")


def about(*words: str, happenings: tuple[Happening, ...] = ()) -> Make:
    """A command about a run of two nodes."""

    def make(folder: Path) -> None:
        asyncio.run(fill(folder, [Node("first", "t"), Node("second", "t")], happenings))
        command(*words, "--store", "runs.db")(folder)

    return make


def registered(make: Callable[[], object]) -> Make:
    return lambda folder: make()


DONE = (Heard("first", 1, Finish({"rows": [1, 2]})),)
GROWING = Finish([None], (Hole("/0", "first.x"),), Change((Node("first.x", "t", "first"),)))

MISTAKES = {
    "a value that is gone": loaded(GONE),
    "the same, of an input of the run": loaded(reference(JSON, "0" * 64, 12)),
    "one that was changed": loaded(GONE, gone="[]"),
    "the same, of a codec": loaded(reference("stone", "0" * 64, 12, by="load"), gone="[]"),
    "one that cannot be read": a_folder_for_a_file,
    "a place where none are": lambda folder: Loader(None).loaded(GONE),
    "a codec that is not known": loaded(small("obsidian", "")),
    "another version of one": loaded(small("stone", "", 2)),
    "a codec that cannot read": loaded(small("stone", "eHg=")),
    "a codec that cannot write": kept(Held("ghost", Ghost())),
    "a secret in a large value": kept("x" * 3000 + "hunter2", "hunter2"),
    "the same, of a codec ": kept(Held("stone", Stone()), "xxx"),
    "a place where nothing can be written": in_the_way,
    "an address without fsspec": without_fsspec,
    "an address of an unknown kind": lambda folder: place_at("nowhere://x", folder),
    "a place that has no name": named_by_a_folder,
    "a limit that is none": lambda folder: ground_of(folder / "runs.db", inline=-1),
    "a codec for a list": registered(
        lambda: register_codec(list, name="rows", dump=_fail, load=_fail)
    ),
    "a codec for what is no class": registered(
        lambda: register_codec("rows", name="rows", dump=_fail, load=_fail)  # type: ignore[arg-type]
    ),
    "a codec without a name": registered(
        lambda: register_codec(Stone, name="", dump=_fail, load=_fail)
    ),
    "a codec of a name that is taken": registered(
        lambda: register_codec(Stone, name="json", dump=_fail, load=_fail)
    ),
    "a codec of no version": registered(
        lambda: register_codec(Stone, name="stone", dump=_fail, load=_fail, version=0)
    ),
    "an object that stands for a value": body(
        "double({'$value': {'codec': 'json', 'digest': '0' * 64, 'size': 1}})",
        before="@task\ndef double(rows: dict[str, object]) -> int: ...",
    ),
    "a cache for a task that grows": file(
        "@task(grows=Squares, cache=True)\ndef f(grow: Squares) -> int: ..."
    ),
    "a cache for a task that emits": file(
        "@task(ports=[Port('p', int)], cache=True)\ndef f(n: int) -> int: ..."
    ),
    "a cache for a node that grows": body("plan.options(cache=True)(n)"),
    "a cache for a node that emits": body(
        "told.options(cache=True)(n)",
        before="@task(ports=[Port('p', int)])\ndef told(n: int) -> int: ...",
    ),
    "a cache for what may be grown that grows": growing(
        "grow.plan.options(cache=True)(2)", grows="plan = many(plan)"
    ),
    "a cache that is a number": body("square.options(cache=3)(n)"),
    "a cache of negative age": body("square.options(cache=Cached(within=-1))(n)"),
    "pruning a cache of nothing": command("cache", "prune"),
    "the output of a run that has none": about("output", "last"),
    "of a node that is not there": about("output", "last", "frist"),
    "of a node that has not ended": about("output", "last", "second"),
    "of a node that others are still to fill": about(
        "output", "last", "first", happenings=(Heard("first", 1, GROWING),)
    ),
    "a place that is not in it": about(
        "output", "last", "first", "--at", "/rows/2", happenings=DONE
    ),
}
