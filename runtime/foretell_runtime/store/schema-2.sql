-- Layout 2 has an inbox besides.

-- What came from outside for a run and is not in its journal yet: anybody writes, and the run's owner
-- takes it out in the transaction in which what follows from it is appended. `data` is the happening
-- as JSON.
CREATE TABLE inbox (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    time     REAL NOT NULL,
    data     TEXT NOT NULL
) STRICT;

CREATE INDEX inbox_of_run ON inbox (run);
