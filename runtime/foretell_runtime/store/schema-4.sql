-- Layout 4 has pools: limits that several runs keep together.

-- How long starts and ends in a pool matter, by the longest limit that names it.
CREATE TABLE pools (
    pool     TEXT PRIMARY KEY,
    longest  REAL NOT NULL
) STRICT;

-- A place in a pool that a run has reserved (`node` is empty), has taken, or had until `ended`. A run that
-- has lost its owner has none, whatever stands here.
CREATE TABLE places (
    pool     TEXT NOT NULL,
    place    INTEGER NOT NULL,
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    node     TEXT NOT NULL DEFAULT '',
    since    REAL NOT NULL,
    ended    REAL
) STRICT;

CREATE INDEX places_of_pool ON places (pool);
CREATE INDEX places_of_run ON places (run);

-- Who is to be told when a place becomes free.
CREATE TABLE pool_waits (
    pool     TEXT NOT NULL,
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    PRIMARY KEY (pool, run)
) STRICT
