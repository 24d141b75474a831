"""An orchestrator to be killed: `driver.py run|resume STORE START JOBS [WHEN K]`.

WHEN says at which moment of the K-th transaction the process kills itself: `before` it, `within` it
(all rows written, not committed), or `after` it. In a new store transaction 0 makes the tables and
transaction 1 registers the run; all others are appends to the journal.
Prints the outcome as one line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from foretell.author.entry import load_file
from foretell_runtime import Runtime
from foretell_runtime.store import layout


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(when: str, number: int) -> None:
    count = iter(range(1_000_000))
    whole = layout.transaction

    def transaction(db: sqlite3.Connection, work: Any) -> Any:
        mine = next(count) == number
        if mine and when == "before":
            die()

        def watched() -> Any:
            result = work()
            if mine and when == "within":
                die()
            return result

        result = whole(db, watched)
        if mine and when == "after":
            die()
        return result

    layout.transaction = transaction


def main() -> None:
    what, store, start, jobs, *fault = sys.argv[1:]
    runtime = Runtime(Path(store), jobs=int(jobs), start=start)  # type: ignore[arg-type]
    if fault:
        kill_at(fault[0], int(fault[1]))
    growing = load_file(Path(__file__).with_name("flow.py")).growing
    if what == "run":
        print(json.dumps({"status": "done", "output": runtime.run(growing)}))
    else:
        outcome = runtime.resume("last")
        print(json.dumps({"status": outcome.status, "output": outcome.output}))


if __name__ == "__main__":
    main()
