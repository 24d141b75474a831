"""The process of a container, as seen from outside: the engine's client, and what it left behind.

The client is a child like any other. Killing it for certain does not end the container, which is
nobody's child; so it has ended only when the container is gone, too.
"""

from __future__ import annotations

import asyncio
import signal

from foretell.errors import UserError
from foretell_runtime.executors.child import Process
from foretell_runtime.executors.engines import Engine
from foretell_runtime.executors.protocol import OnLog

_NOT_RUN = 125
"""With which a client ends that could not run its container."""


class ContainerProcess:
    """A `Process`: `client`, and the container called `name`."""

    def __init__(self, client: Process, engine: Engine, name: str, on_log: OnLog) -> None:
        self._client = client
        self._engine = engine
        self._name = name
        self._on_log = on_log
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._seeing_to_it = asyncio.ensure_future(self._until_gone())

    @property
    def pid(self) -> int:
        return self._client.pid

    def signal_group(self, number: int) -> None:
        """The client passes on what can be passed on."""
        self._client.signal_group(number)

    async def _until_gone(self) -> None:
        status = await asyncio.shield(self._client.ended)
        try:
            # One that ended by itself has been removed; of one that was cut off nobody knows.
            if status < 0 or status == _NOT_RUN or status == 128 + signal.SIGKILL:
                await self._engine.remove(self._name)
        except UserError as error:
            self._on_log("note", f"the container {self._name} may still be there: {error}")
        finally:
            if not self.ended.done():
                self.ended.set_result(status)
