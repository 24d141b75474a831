-- Layout 5 tells a run that is paused (`paused`) from one that is paused before it has begun (`held`), whose
-- deadline still holds.

DROP INDEX runs_queued;

CREATE INDEX runs_queued ON runs (priority DESC, key)
    WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting')
