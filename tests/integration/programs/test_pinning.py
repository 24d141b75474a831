"""Tasks that a running one brings: their images are pinned before anybody hears of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from foretell.document.model import Change, TaskSpec
from foretell.errors import UserError
from foretell.protocol.messages import Fail, Finish, FromTask, Propose, Ready
from foretell_runtime.executors.fresh import Fresh
from foretell_runtime.executors.pinning import Pinning
from foretell_runtime.executors.programs import Programs
from tests.integration.executors.talking import GENEROUS_S, hear
from tests.integration.programs.foreign import speaking, start_of


async def pin(change: Change) -> Change:
    async def of(spec: TaskSpec) -> TaskSpec:
        assert spec.program is not None and spec.program.container is not None
        if spec.program.container.image == "lost":
            raise UserError("the image 'lost' is not here")
        box = replace(spec.program.container, pinned="a" * 64)
        return replace(spec, program=replace(spec.program, container=box))

    return replace(change, tasks={name: await of(spec) for name, spec in change.tasks.items()})


def said(image: str, *, last: bool = False) -> list[FromTask]:
    """What is heard of a program that brings a task with this image."""
    change: Any = {"tasks": {"new": {"program": {"container": {"image": image}}}}}
    code = (
        f"ready(); sys.stdin.readline(); say(kind='finish', change={change!r})"
        if last
        else f"ready(); sys.stdin.readline(); say(kind='change', request=1, change={change!r})\n"
        "say(kind='finish', output=json.loads(sys.stdin.readline()))"
    )
    specs = {"tool": TaskSpec(program=speaking(code))}

    async def whole() -> list[FromTask]:
        executor = Pinning(Programs(Fresh(), lambda: specs), pin)
        try:
            return (await asyncio.wait_for(hear(executor, start_of({})), GENEROUS_S)).messages
        finally:
            await executor.close()

    return asyncio.run(whole())


def pinned(change: Change | None) -> str:
    assert change is not None
    program = change.tasks["new"].program
    assert program is not None and program.container is not None
    return program.container.pinned


def test_a_change_is_heard_with_its_images_pinned() -> None:
    ready, proposed, finished = said("near")
    assert isinstance(ready, Ready)
    assert isinstance(proposed, Propose)
    assert pinned(proposed.change) == "a" * 64
    assert isinstance(finished, Finish) and finished.output["ok"] is True


def test_so_is_a_last_one() -> None:
    _, finished = said("near", last=True)
    assert isinstance(finished, Finish)
    assert pinned(finished.change) == "a" * 64


def test_an_image_that_is_not_here_is_refused_and_nobody_hears_of_it() -> None:
    _, finished = said("lost")
    assert isinstance(finished, Finish)
    assert (finished.output["ok"], finished.output["why"]) == (
        False,
        "the image 'lost' is not here",
    )
    _, failed = said("lost", last=True)
    assert failed == Fail("its last change was refused: the image 'lost' is not here")
