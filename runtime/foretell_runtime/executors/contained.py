"""The process of a container, as seen from outside: the engine's client, and what it left behind.

The client is a child like any other, but it is not signalled: killing it does not end the container,
which is nobody's child, and if it was just making one, half of it would be left. So the container is
told by its name, and it has ended only when the container is gone, too.
"""

from __future__ import annotations

import asyncio
import signal

from foretell.errors import UserError
from foretell_runtime.executors.child import Process, ends_within
from foretell_runtime.executors.engines import Engine
from foretell_runtime.executors.protocol import OnLog

_NOT_RUN = 125
"""With which a client ends that could not run its container."""
_AGAIN_S = 0.1
_MOST = 300
"""How often a container is told, until there is one."""
_LINGER_S = 10.0
"""How long a client may outlive its container."""


class ContainerProcess:
    """A `Process`: `client`, and the container called `name`."""

    def __init__(self, client: Process, engine: Engine, name: str, on_log: OnLog) -> None:
        self._client = client
        self._engine = engine
        self._name = name
        self._on_log = on_log
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._tasks = {asyncio.ensure_future(self._until_gone())}

    @property
    def pid(self) -> int:
        return self._client.pid

    def signal_group(self, number: int) -> None:
        task = asyncio.ensure_future(self._tell(number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, number: int) -> None:
        try:
            for _ in range(_MOST):
                if self._client.ended.done() or await self._engine.signal(self._name, number):
                    break
                await asyncio.sleep(_AGAIN_S)
        except UserError as error:
            self._on_log("note", f"the container {self._name} cannot be stopped: {error}")
        if number == signal.SIGKILL:
            await ends_within(self._client, _LINGER_S)

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
