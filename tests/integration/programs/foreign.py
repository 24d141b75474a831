"""What the tests of programs share: a trial of one, without a run around it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from foretell.document.model import TaskSpec
from foretell.document.programs import Program
from foretell.graph.secrets import secrets_in
from foretell.protocol.messages import Propose, Reply, Start, Would
from foretell_runtime.executors.fresh import Fresh
from foretell_runtime.executors.programs import Programs
from tests.integration.executors.talking import GENEROUS_S, PROLOGUE, Heard, hear

Answer = Callable[[Propose | Would], Reply]

ARGUMENTS = "import json, sys; json.dump(sys.argv[1:], sys.stdout)"
"""A program that says which arguments it was given."""


def verbatim(text: str) -> str:
    """The template that comes to `text`."""
    return text.replace("{", "{{").replace("}", "}}")


def python(code: str, *words: str, **said: Any) -> Program:
    """A program in Python, which is a program like any other."""
    return Program((sys.executable, "-c", verbatim(code), *words), **said)


def speaking(code: str, **said: Any) -> Program:
    return python(PROLOGUE + code, speaks=True, **said)


def start_of(inputs: dict[str, Any], base: str = "/", **more: Any) -> Start:
    secrets = {name: f"the {name}" for name in secrets_in(inputs)}
    return Start("run", "node", 1, "tool", "", base, inputs, secrets=secrets, scope="node", **more)


def ran(
    program: Program,
    given: dict[str, Any] | None = None,
    /,
    *,
    base: str | Path = "/",
    start: dict[str, Any] | None = None,
    others: dict[str, TaskSpec] | None = None,
    answer: Answer = lambda request: Reply(request.request, ok=True),
    **spec: Any,
) -> Heard:
    """A trial of a task that is `program`, to its end."""
    specs = {**(others or {}), "tool": TaskSpec(program=program, **spec)}

    async def whole() -> Heard:
        executor = Programs(Fresh(), lambda: specs)
        try:
            begun = start_of(dict(given or {}), str(base), **(start or {}))
            return await asyncio.wait_for(hear(executor, begun, answer), GENEROUS_S)
        finally:
            await executor.close()

    return asyncio.run(whole())


def word(heard: Heard) -> Any:
    """The last that was heard of it."""
    return heard.messages[-1]


def output(heard: Heard) -> Any:
    said = word(heard)
    assert said.kind == "finish", (said, heard.gone)
    return said.output


def failure(heard: Heard) -> str:
    """What a person is told of a trial that failed."""
    if heard.messages and heard.messages[-1].kind == "fail":
        return str(heard.messages[-1].error)
    assert not heard.end.over
    return heard.end.why


def takes(**kinds: Any) -> dict[str, Any]:
    """The schema of inputs of these types."""
    return {
        "type": "object",
        "properties": {n: {"type": k} if isinstance(k, str) else k for n, k in kinds.items()},
        "additionalProperties": False,
    }


def dumped(value: object) -> str:
    return json.dumps(value)
