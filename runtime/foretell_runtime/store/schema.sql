-- The tables of a store, as layout 1 had them; each later layout adds what its own file says. The
-- number is kept in `PRAGMA user_version`, which is checked on opening.

-- One row a run: what a list of runs shows, without reading any journal.
-- `owner` is the token of the process that writes the run, empty when nobody does. Each append
-- names it and the number of events it expects, so that a process which lost the run cannot write.
CREATE TABLE runs (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: it is also a lock's address
    id       TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    base     TEXT NOT NULL,
    jobs     INTEGER NOT NULL,
    start    TEXT NOT NULL,
    created  REAL NOT NULL,
    changed  REAL NOT NULL,
    events   INTEGER NOT NULL,
    status   TEXT NOT NULL,
    output   TEXT NOT NULL DEFAULT 'null',
    error    TEXT NOT NULL DEFAULT '',
    owner    TEXT NOT NULL DEFAULT ''
) STRICT;

-- The journal. `data` is the whole fact as JSON; `kind` and `node` repeat parts of it for people
-- who look with other tools. `cause` is the seq of the event that led to this one.
CREATE TABLE events (
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,
    time     REAL NOT NULL,
    kind     TEXT NOT NULL,
    node     TEXT,
    cause    INTEGER,
    data     TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- What trials wrote, line by line, in the order in which it was read.
CREATE TABLE logs (
    number   INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    time     REAL NOT NULL,
    node     TEXT NOT NULL,
    trial    INTEGER NOT NULL,
    stream   TEXT NOT NULL,
    text     TEXT NOT NULL
) STRICT;

CREATE INDEX logs_of_node ON logs (run, node);
