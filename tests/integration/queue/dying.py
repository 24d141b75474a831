"""A worker that kills itself: `dying.py STORE WHEN K`, at its K-th transaction.

WHEN is `within` it (all is written, nothing committed) or `after` it. Transaction 0 looks for what is
too late, 1 takes the run, 2 keeps its first start, each later one what came next.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from itertools import count
from pathlib import Path
from typing import Any

from foretell_runtime import Runtime
from foretell_runtime.cli.worker import Teller
from foretell_runtime.store import layout
from foretell_runtime.worker import Worker


def kill_at(when: str, number: int) -> None:
    numbers = count()
    whole = layout.transaction

    def transaction(db: sqlite3.Connection, work: Any) -> Any:
        mine = next(numbers) == number

        def watched() -> Any:
            result = work()
            if mine and when == "within":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        result = whole(db, watched)
        if mine and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    layout.transaction = transaction


if __name__ == "__main__":
    store = Path(sys.argv[1])
    kill_at(sys.argv[2], int(sys.argv[3]))
    asyncio.run(Worker(store, Runtime(store, leave=True), Teller()).work("drained"))
