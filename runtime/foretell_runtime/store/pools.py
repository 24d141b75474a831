"""Places in pools: what several runs of a store may do together, counted where all of them can see it.

A place is reserved before the machine decides a start, in one transaction with the count; it is taken in
the transaction that says that the node has started, and free in the one that says that it has ended. A
run that nobody runs has no place: who owns a run is a lock, which the kernel gives back.

Every function works within the caller's transaction. Knows limits and rows; not what runs.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Sequence

from foretell.errors import RunBusy
from foretell.promises.limits import Limit
from foretell_runtime.machine.events import Move, Taken
from foretell_runtime.store.protocol import Place
from foretell_runtime.store.queries import sql

NEVER = float("inf")


PATIENCE_S = 5.0
"""Who has not asked again so long after it was to lets others go first."""


def reserve(
    db: sqlite3.Connection,
    lives: Callable[[int], bool],
    key: int,
    limits: Sequence[Limit],
    priority: int = 0,
) -> tuple[int | None, float | None]:
    """A place in the pools of all `limits`; or none, and in how many seconds there may be one, where the
    clock alone decides. Of several runs that wait for one the highest `priority` comes first, then
    who has waited longest. `lives`: whether somebody runs a run."""
    now = time.time()
    moments: dict[str, float] = {}
    for limit in limits:
        db.execute(sql("widen_pool"), {"pool": limit.pool, "longest": _longest(limit)})
        found = {"pool": limit.pool, "now": now}
        db.execute(sql("set_places_back"), found)
        db.execute(sql("forget_places"), found)
        places = places_in(db, limit.pool)
        others = {place.key for place in places if place.ended is None} - {key}
        dead = [other for other in others if not lives(other)]
        for other in dead:
            free_all(db, other)
        places = places_in(db, limit.pool) if dead else places
        at = _opens(limit, places, now)
        if at <= now and _has_others_first(db, lives, key, limit, priority, places, now):
            at = NEVER
        moments[limit.pool] = max(at, moments.get(limit.pool, now))
    if any(at > now for at in moments.values()):
        last = max(moments.values())
        wait_s = None if last == NEVER else last - now
        for pool, at in moments.items():
            # Where a place is free others may have it meanwhile.
            _stand_in_line(db, key, pool, priority, now, wait_s or 0.0, waits=at > now)
        return None, wait_s
    place: int = db.execute(sql("next_place")).fetchone()[0]
    for pool in moments:
        row = {"pool": pool, "place": place, "key": key, "now": now}
        db.execute(sql("reserve_place"), row)
        db.execute(sql("wait_for_pool_no_more"), {"key": key, "pool": pool})
    return place, None


def _has_others_first(
    db: sqlite3.Connection,
    lives: Callable[[int], bool],
    key: int,
    limit: Limit,
    priority: int,
    places: Sequence[Place],
    now: float,
) -> bool:
    """Whether all that is free is for others whose turn is before that of the run `key`."""
    line = db.execute(sql("line_of"), {"pool": limit.pool, "now": now}).fetchall()
    mine = next((row["since"] for row in line if row["run"] == key), now)
    rank = (-priority, mine, key)
    first = [row["run"] for row in line if (-row["priority"], row["since"], row["run"]) < rank]
    ahead = sum(1 for run in first if run != key and lives(run))
    return ahead > 0 and ahead >= _free(limit, places, now)


def _free(limit: Limit, places: Sequence[Place], now: float) -> int:
    """How many `limit` lets start now, where it lets any."""
    free = [] if limit.rest_s is None else [1]
    if limit.running is not None:
        free.append(limit.running - sum(place.ended is None for place in places))
    if limit.window is not None:
        n, per_s = limit.window
        free.append(n - sum(place.since > now - per_s for place in places))
    return min(free)


def _stand_in_line(
    db: sqlite3.Connection,
    key: int,
    pool: str,
    priority: int,
    now: float,
    wait_s: float,
    *,
    waits: bool,
) -> None:
    line = db.execute(sql("line_of"), {"pool": pool, "now": now})
    since = next((row["since"] for row in line if row["run"] == key), now)
    if waits:
        until = now + wait_s + PATIENCE_S
        row = {"key": key, "pool": pool, "priority": priority, "since": since, "now": now}
        db.execute(sql("wait_for_pool"), {**row, "until": until})
    else:
        db.execute(sql("wait_for_pool_no_more"), {"key": key, "pool": pool})


def _opens(limit: Limit, places: Sequence[Place], now: float) -> float:
    """From when on `limit` lets one more start."""
    running = sum(place.ended is None for place in places)
    if limit.running is not None and running >= limit.running:
        return NEVER
    at = now
    if limit.window is not None:
        n, per_s = limit.window
        starts = [place.since for place in places]
        if len(starts) >= n:
            at = max(at, starts[-n] + per_s)
    ends = [place.ended for place in places if place.ended is not None]
    if limit.rest_s is not None and ends:
        at = max(at, max(ends) + limit.rest_s)
    return at


def _longest(limit: Limit) -> float:
    return max(limit.window[1] if limit.window else 0.0, limit.rest_s or 0.0)


def places_in(db: sqlite3.Connection, pool: str) -> list[Place]:
    """By when they were taken."""
    return [Place(*row) for row in db.execute(sql("places_in"), {"pool": pool})]


def move(db: sqlite3.Connection, key: int, moves: Sequence[Move]) -> set[str]:
    """Takes and frees places. Returns the pools in which one is free now."""
    freed: set[str] = set()
    for one in moves:
        row = {"key": key, "place": one.place, "now": time.time()}
        if isinstance(one, Taken):
            if not db.execute(sql("take_place"), {**row, "node": one.node}).rowcount:
                raise RunBusy(
                    f"the place of {one.node!r} in a pool was given to somebody else meanwhile, as if this "
                    f"process were gone; nothing more is written from here"
                )
        else:
            freed |= _pools_of(db, key, one.place)
            db.execute(sql("free_place"), row)
    return freed


def give_back(db: sqlite3.Connection, key: int, place: int) -> set[str]:
    pools = _pools_of(db, key, place)
    db.execute(sql("give_place_back"), {"key": key, "place": place})
    return pools


def free_all(db: sqlite3.Connection, key: int) -> set[str]:
    """Nobody runs this run any more."""
    pools = _pools_of(db, key)
    if pools:
        db.execute(sql("free_places_of"), {"key": key, "now": time.time()})
        db.execute(sql("give_places_of_back"), {"key": key})
    db.execute(sql("wait_for_pool_no_more"), {"key": key, "pool": None})
    return pools


def _pools_of(db: sqlite3.Connection, key: int, place: int | None = None) -> set[str]:
    return {row[0] for row in db.execute(sql("pools_of"), {"key": key, "place": place})}


def waiting(db: sqlite3.Connection, key: int, pools: Collection[str]) -> set[int]:
    """The runs that wait for a place in one of these."""
    rows = [db.execute(sql("waiting_for_pool"), {"pool": pool, "key": key}) for pool in pools]
    return {row[0] for found in rows for row in found}
