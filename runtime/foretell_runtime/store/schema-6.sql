-- Layout 6 lets those who wait for a place in a pool have it in turn.

DROP TABLE pool_waits;

-- Who waits for a place that was not free: `since` when, with which `priority`, and that it `asked` last and
-- does so again before `until`. What is later than that, or has lost its owner, waits no more.
CREATE TABLE pool_waits (
    pool     TEXT NOT NULL,
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    priority INTEGER NOT NULL,
    since    REAL NOT NULL,
    asked    REAL NOT NULL,
    until    REAL NOT NULL,
    PRIMARY KEY (pool, run)
) STRICT
