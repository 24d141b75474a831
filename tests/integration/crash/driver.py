"""An orchestrator to be killed: `driver.py run|resume STORE START JOBS [WHEN K]`.

WHEN says at which moment of the K-th transaction the process kills itself: `before` it, `within` it
(all rows written, not committed), or `after` it. In a new store transaction 0 makes the tables and
transaction 1 registers the run; all others are appends to the journal. K may also be a kind of
fact, such as `due:timeout`: the first append that holds one, `before` or `after` it.
The workflow is the one of flow.py that FLOW in the environment names.
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
from foretell_runtime.store.sqlite import SqliteStore


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


def kill_at_fact(when: str, named: str) -> None:
    store: Any = SqliteStore
    whole = store.append

    async def append(self: Any, claim: Any, events: Any, *more: Any) -> None:
        found = named in {f"{e.fact.kind}:{getattr(e.fact, 'what', '')}" for e in events}
        if found and when == "before":
            die()
        await whole(self, claim, events, *more)
        if found:
            die()

    store.append = append


def main() -> None:
    what, store, start, jobs, *fault = sys.argv[1:]
    runtime = Runtime(Path(store), jobs=int(jobs), start=start)  # type: ignore[arg-type]
    if fault:
        when, at = fault
        kill_at(when, int(at)) if at.isdigit() else kill_at_fact(when, at)
    flow = getattr(load_file(Path(__file__).with_name("flow.py")), os.environ["FLOW"])
    if what == "run":
        print(json.dumps({"status": "done", "output": runtime.run(flow)}))
    else:
        outcome = runtime.resume("last")
        print(json.dumps({"status": outcome.status, "output": outcome.output}))


if __name__ == "__main__":
    main()
