"""A tiny orchestrator that can be killed: starts trials, and lists them on stdout.

python orchestra.py KIND FOLDER TASK...
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tests.integration.executors.talking import EXECUTORS, start_of


async def main(kind: str, folder: str, tasks: list[str]) -> None:
    executor = EXECUTORS[kind]()
    listening: list[asyncio.Task[Any]] = []

    def tell(stream: str, line: str) -> None:
        if line.startswith("pid "):
            print(line, flush=True)

    for task in tasks:
        child = await executor.start(start_of_path(folder, task), tell)
        listening.append(asyncio.create_task(exhaust(child.messages())))
    await asyncio.gather(*listening)


async def exhaust(messages: Any) -> None:
    async for _ in messages:
        pass


def start_of_path(folder: str, task: str) -> Any:
    from pathlib import Path

    return start_of(Path(folder), task)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
