"""Trials forked from one warm parent, which has imported their modules already.

A trial costs a fork instead of a start of Python and the imports of its module. The parent is a
process of its own, small and single-threaded, not this one: what is copied at a fork is little,
and nothing that is running here is cut in half by it.

Modules that the parent cannot hold are imported by each of their trials instead: those that start
threads when imported, and those during whose import the parent died. That is slower, and the same.
"""

from __future__ import annotations

import asyncio

from foretell.protocol.messages import Start
from foretell_runtime.executors.child import PipedChild
from foretell_runtime.executors.fresh import kill_all, line_of
from foretell_runtime.executors.pipes import OurEnds
from foretell_runtime.executors.protocol import CannotStart, OnLog
from foretell_runtime.executors.warm import ForkedProcess, Imported, ParentLost, Spoiled, WarmParent

_MOST_LOSSES = 3
"""Warm parents that may die under one start before it is given up."""


class Forked:
    """Keeps one warm parent, and replaces it when it must be. All carry `mark`, as in `Fresh`."""

    def __init__(self, *, mark: str = "") -> None:
        self._mark = mark
        self._parent: WarmParent | None = None
        self._retiring: set[WarmParent] = set()
        self._cold: set[tuple[str, str]] = set()
        self._children: set[PipedChild] = set()

    async def start(self, start: Start, on_log: OnLog) -> PipedChild:
        line = line_of(start)
        process, ends = await self._fork(start, on_log)
        child = PipedChild(process, ends, on_log)
        self._children.add(child)
        process.ended.add_done_callback(lambda _: self._ended(child))
        child.write(line)
        return child

    async def close(self) -> None:
        await kill_all(self._children)
        if self._parent is not None:
            self._retiring.add(self._parent)
            self._parent = None
        await asyncio.gather(*(parent.close() for parent in self._retiring))
        self._retiring.clear()

    @property
    def warm_pid(self) -> int | None:
        """The process from which the next trial is forked, if it has been started."""
        return self._parent.pid if self._parent else None

    async def _fork(self, start: Start, on_log: OnLog) -> tuple[ForkedProcess, OurEnds]:
        losses = 0
        while True:
            parent = self._current_parent(on_log)
            what = (start.entry, start.base)
            if _home(what) not in self._cold:
                parent.warm(what, on_log)
            try:
                return await parent.fork()
            except Spoiled as spoiled:
                self._give_up(parent)
                self._leave_cold(spoiled.what, "starts a thread", on_log)
            except ParentLost as loss:
                losses += 1
                self._give_up(parent)
                if losses == _MOST_LOSSES:
                    raise CannotStart(f"the warm parent keeps dying: it {loss.how}") from None
                if loss.warming is not None:
                    self._leave_cold(loss.warming, "ends the process", on_log)

    def _current_parent(self, on_log: OnLog) -> WarmParent:
        if self._parent is None or self._parent.lost:
            self._parent = WarmParent(on_log, self._mark)
        return self._parent

    def _leave_cold(self, what: Imported, does: str, on_log: OnLog) -> None:
        home = _home(what)
        if home not in self._cold:
            self._cold.add(home)
            on_log(
                "note",
                f"importing {home[0]} {does}, so no process can be forked after it; its trials "
                "import it themselves, which takes longer",
            )

    def _give_up(self, parent: WarmParent) -> None:
        """Fork from it no more; it stays as long as its children need it."""
        if self._parent is parent:
            self._parent = None
        self._retiring.add(parent)
        self._let_idle_go()

    def _let_idle_go(self) -> None:
        for parent in self._retiring:
            if parent.idle:
                parent.hang_up()

    def _ended(self, child: PipedChild) -> None:
        self._children.discard(child)
        self._let_idle_go()


def _home(what: Imported) -> tuple[str, str]:
    """The module (or file) of an entry point, and its folder."""
    entry, base = what
    return entry.rpartition(":")[0], base
