"""The containers of a run as a whole: that they can be had before it begins, which images they are
made from, and that none is left over.

Images are pinned when a run is registered. So its journal says what it was run with, a resume uses
the same, and what a name means by then is only told.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from foretell.document.model import Change, Graph, TaskSpec
from foretell.document.programs import Container
from foretell.errors import UserError
from foretell_runtime.executors.engines import Engine, find_engine
from foretell_runtime.executors.protocol import HELPER
from foretell_runtime.leftovers import carrying, end_leftovers
from foretell_runtime.settings import ENGINE_FLAGS_VARIABLE, ENGINE_VARIABLE, SETTINGS_FILE

PATIENCE_S = 30.0
"""How long a container may take to be made or ended, if nobody runs its run any more."""


@dataclass(frozen=True, slots=True)
class Containers:
    """Finds the engine, once it is needed. None: what the environment or the file of settings says."""

    command: str | None = None
    flags: str | None = None

    @property
    def engine(self) -> Engine:
        """Raises `UserError` if there is none."""
        written = _written()
        command = self.command or os.environ.get(ENGINE_VARIABLE) or written.get("engine", "")
        flags = self.flags or os.environ.get(ENGINE_FLAGS_VARIABLE) or written.get("flags", "")
        return find_engine(command, flags)

    async def prepared(self, graph: Graph) -> Graph:
        """The graph with its images pinned. Raises `UserError` where what its programs need is not
        there."""
        for why in missing_programs(graph):
            raise UserError(why)
        pinned = await self.pin(graph.tasks, get=True)
        return replace(graph, tasks=pinned) if pinned != graph.tasks else graph

    async def pin_change(self, change: Change) -> Change:
        """The same for a change that brings tasks of its own, but nothing is got from elsewhere."""
        if not any(_unpinned(spec) for spec in change.tasks.values()):
            return change
        return replace(change, tasks=await self.pin(change.tasks, get=False))

    async def pin(self, tasks: Mapping[str, TaskSpec], *, get: bool) -> dict[str, TaskSpec]:
        """Tasks with their images pinned. Raises `UserError`."""
        wanted = sorted({box.image for spec in tasks.values() if (box := _unpinned(spec))})
        if not wanted:
            return dict(tasks)
        engine = self.engine
        await engine.check()
        ids: dict[str, str] = {}
        for image in wanted:
            found = await engine.image_id(image)
            if found is None and get:
                await engine.pull(image)
                found = await engine.image_id(image)
            if found is None:
                raise UserError(
                    f"the image {image!r} is not here: {engine} knows none of that name"
                )
            ids[image] = found
        return {name: _pinned(spec, ids) for name, spec in tasks.items()}

    async def moved(self, tasks: Mapping[str, TaskSpec]) -> list[str]:
        """What there is to tell of images since they were pinned."""
        boxes = {
            box.image: box.pinned for spec in tasks.values() if (box := _box(spec)) and box.pinned
        }
        if not boxes:
            return []
        said: list[str] = []
        try:
            engine = self.engine
            for image, pinned in sorted(boxes.items()):
                if await engine.image_id(pinned) is None:
                    said.append(
                        f"The image {image} that the run began with ({pinned[:12]}) is no longer here; "
                        f"what needs it will fail."
                    )
                elif (now := await engine.image_id(image)) != pinned:
                    other = f"is {now[:12]} now" if now else "means nothing now"
                    said.append(
                        f"The image {image} {other}; the run goes on with {pinned[:12]}, with which it "
                        f"began."
                    )
        except UserError as error:
            said.append(f"Its containers cannot be run: {error}")
        return said

    async def end_leftovers(self, tasks: Mapping[str, TaskSpec], mark: str) -> None:
        """Ends the containers of a run that nobody runs any more, and waits for those who are at that
        already, or still make one."""
        if not any(_box(spec) for spec in tasks.values()):
            return
        until = time.monotonic() + PATIENCE_S
        with suppress(UserError):  # it is told when one is to be run
            engine = self.engine
            helpers = True
            while helpers and time.monotonic() < until:
                helpers = bool(carrying(mark, HELPER))
                for name in await engine.containers(mark):
                    await engine.remove(name)
                await asyncio.sleep(0.1 if helpers else 0)
        end_leftovers(mark, HELPER)


def missing_programs(graph: Graph) -> Iterator[str]:
    """Programs that are needed for sure, and are nowhere on the PATH. One that is named by a path may
    be made by the run itself."""
    for task in dict.fromkeys(node.task for node in graph.nodes):
        program = graph.tasks[task].program
        if program is None or program.container is not None or "PATH" in program.env:
            continue
        name = program.words[0]
        if "/" not in name and shutil.which(name) is None:
            yield (
                f"task {task!r} runs {name!r}, and there is no such program on the PATH of this machine"
            )


def _box(spec: TaskSpec) -> Container | None:
    return spec.program.container if spec.program else None


def _unpinned(spec: TaskSpec) -> Container | None:
    box = _box(spec)
    return box if box and not box.pinned else None


def _pinned(spec: TaskSpec, ids: Mapping[str, str]) -> TaskSpec:
    box = _unpinned(spec)
    if box is None or spec.program is None:
        return spec
    return replace(
        spec, program=replace(spec.program, container=replace(box, pinned=ids[box.image]))
    )


def _written() -> Mapping[str, str]:
    """The table `containers` of the file of settings. Raises `UserError` if it is none."""
    try:
        text = SETTINGS_FILE.read_text()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{SETTINGS_FILE} cannot be read: {error}") from None
    import tomllib

    try:
        table: Any = tomllib.loads(text).get("containers", {})
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{SETTINGS_FILE} is not TOML: {error}") from None
    if not isinstance(table, Mapping):
        raise UserError(f"{SETTINGS_FILE}: [containers] must be a table")
    for name, value in table.items():
        if name not in ("engine", "flags") or not isinstance(value, str):
            raise UserError(
                f"{SETTINGS_FILE}: [containers] holds two texts, engine and flags, and not "
                f"{name!r:.40} = {value!r:.80}"
            )
    return table
