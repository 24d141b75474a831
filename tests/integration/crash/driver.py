"""An orchestrator to be killed: `driver.py run|resume|live STORE START JOBS [WHEN K]`.

WHEN says at which moment of the K-th transaction the process kills itself: `before` it, `within` it
(all rows written, not committed), or `after` it. In a new store transaction 0 makes the tables and
transaction 1 registers the run; all others are appends to the journal. K may also be a kind of
fact, such as `due:timeout`: the first append that holds one, `before` or `after` it.
`message`: before the K-th message of any child is passed on; `child`: that child is killed instead.
The workflow is the one of flow.py that FLOW in the environment names. `live` leads the one of
everything.py from wherever it stands to its end, as people would: it is submitted, a worker runs it as
far as it goes, and they answer, skip, pause, cancel, mend, restart.
Prints the outcome as one line of JSON, and how many transactions and messages there were.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from foretell.author.entry import load_file
from foretell.errors import RunNotFound, StoreMissing
from foretell_runtime import Runtime
from foretell_runtime.machine import replay
from foretell_runtime.machine.events import Cancelled, Fact, Paused, Restarted
from foretell_runtime.orchestrator.trials import Trial
from foretell_runtime.store import layout
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.worker import Worker

HERE = Path(__file__).parent
everything = load_file(HERE / "everything.py")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


SEEN = {"transactions": 0, "messages": 0}


def count(what: str) -> int:
    SEEN[what] += 1
    return SEEN[what] - 1


def kill_at(when: str, number: int) -> None:
    whole = layout.transaction

    def transaction(db: sqlite3.Connection, work: Any) -> Any:
        mine = count("transactions") == number
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


def kill_at_message(when: str, number: int) -> None:
    owner: Any = Trial
    whole = owner._hear

    async def hear(self: Any, message: Any) -> None:
        mine = count("messages") == number
        if mine and when == "message":
            die()
        if mine and when == "child":
            with suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)
        await whole(self, message)

    owner._hear = hear


class Silent:
    """Looks on at a worker, and says nothing."""

    def taken(self, run: Any) -> None:
        pass

    def over(self, run: Any, outcome: Any) -> None:
        pass

    def failed(self, run: Any, error: Exception) -> None:
        raise error

    def dead(self, run: Any) -> None:
        pass

    def draining(self, runs: int) -> None:
        pass


def live(runtime: Runtime, flow: Any) -> dict[str, Any]:
    """Leads a run of `flow` to its end, whatever was done with it before."""
    try:
        outcome = runtime.resume("last")
    except (StoreMissing, RunNotFound):
        asyncio.run(runtime.submit_graph(flow.compile(), {"size": 2}, HERE))
        asyncio.run(Worker(runtime.store, runtime, Silent()).work("drained"))
        outcome = runtime.resume("last")
    while outcome.status != "done":
        match outcome.status:
            case "waiting" if not has_been(runtime, Paused):
                asyncio.run(runtime.pause("last", "ada", "tea"))
            case "paused":
                asyncio.run(runtime.unpause("last", "ada"))
            case "waiting" if not has_been(runtime, Cancelled, Restarted):
                asyncio.run(runtime.cancel("last", "ada", "lunch"))
            case "waiting":
                for asked in asyncio.run(runtime.questions("last")):
                    if asked.says in everything.SKIPPED:
                        value = everything.SKIPPED[asked.says]
                        asyncio.run(runtime.skip("last", asked.node, value))
                    if asked.says in everything.ANSWERS and not asked.posted:
                        asyncio.run(
                            runtime.answer("last", asked.node, everything.ANSWERS[asked.says])
                        )
            case "cancelled":
                asyncio.run(runtime.restart("last", "text"))
            case "failed":
                everything.mend()
                asyncio.run(runtime.restart("last", *to_be_done_again(runtime)))
            case other:
                raise AssertionError(f"{other}: {outcome}")
        outcome = runtime.resume("last")
    return {"status": outcome.status, "output": outcome.output}


def events_in(runtime: Runtime) -> list[Event]:
    async def read() -> list[Event]:
        async with SqliteStore(runtime.store, reading=True) as store:
            return await store.events(await store.run("last"))

    return asyncio.run(read())


def has_been(runtime: Runtime, *kinds: type[Fact]) -> bool:
    return any(isinstance(event.fact, kinds) for event in events_in(runtime))


def to_be_done_again(runtime: Runtime) -> list[str]:
    """What has failed and is not meant to. Not only what nobody waited for to fail: where all ways have
    failed, whoever wanted one of them can do no better."""
    nodes = replay(event.fact for event in events_in(runtime)).judge.graph.nodes.values()
    failed = [live.id for live in nodes if live.status == "failed"]
    return [name for name in failed if not name.endswith((".flaky", ".slow"))]


def main() -> None:
    what, store, start, jobs, *fault = sys.argv[1:]
    inline = everything.INLINE
    runtime = Runtime(Path(store), int(jobs), start, inline=inline)  # type: ignore[arg-type]
    if fault:
        when, at = fault
        if not at.isdigit():
            kill_at_fact(when, at)
        elif when in ("message", "child"):
            kill_at_message(when, int(at))
        else:
            kill_at(when, int(at))
    if what == "live":
        if not fault:
            kill_at("", -1)
            kill_at_message("", -1)
        found = live(runtime, everything.everything)
        print(json.dumps({**found, **SEEN}))
        return
    flow = getattr(load_file(HERE / "flow.py"), os.environ["FLOW"])
    if what == "run":
        print(json.dumps({"status": "done", "output": runtime.run(flow)}))
    else:
        outcome = runtime.resume("last")
        print(json.dumps({"status": outcome.status, "output": outcome.output}))


if __name__ == "__main__":
    main()
