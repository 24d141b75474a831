-- Layout 3 has a queue: runs that any worker may take. It is no table of its own, because such a run is a
-- run like any other.

-- Whether workers may take it. It is taken in the order of `priority`, then of submission.
ALTER TABLE runs ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- No worker takes it before `after`. If none has begun by `deadline`, it fails.
ALTER TABLE runs ADD COLUMN after REAL;
ALTER TABLE runs ADD COLUMN deadline REAL;
-- Of a run that waits: when it goes on by itself, if it does.
ALTER TABLE runs ADD COLUMN due REAL;
-- How often it was taken by a worker, and how many of those have died of it since it was last given up
-- in order; when there are `patience` of these, it is dead.
ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN patience INTEGER NOT NULL DEFAULT 3;
-- By what a second submission of the same is known; and what of the graph and its inputs.
ALTER TABLE runs ADD COLUMN key_given TEXT;
ALTER TABLE runs ADD COLUMN fingerprint TEXT;
-- Since when its owner has it.
ALTER TABLE runs ADD COLUMN owned_since REAL;

CREATE INDEX runs_queued ON runs (priority DESC, key)
    WHERE queued = 1 AND status IN ('queued', 'running', 'waiting');

CREATE INDEX runs_of_key ON runs (key_given) WHERE key_given IS NOT NULL;

CREATE INDEX runs_of_fingerprint ON runs (fingerprint) WHERE fingerprint IS NOT NULL
