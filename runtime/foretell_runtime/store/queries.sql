-- Every statement the store runs, by name. `store/queries.py` cuts this file at the name lines.

-- name: insert_run
-- A new run, already owned by its maker.
INSERT INTO runs (id, name, base, jobs, start, created, changed, events, status, owner, owned_since)
VALUES (:id, :name, :base, :jobs, :start, :time, :time, 0, 'running', :owner, :time);

-- name: advance_run
-- Moves a run's summary on. Changes no row if the run has another owner by now, or another
-- number of events than the writer believes: then nothing of the batch may be kept. What was only
-- in the queue has begun by that, if its owner begins it.
UPDATE runs
SET events = events + :count, changed = max(changed, :time),
    status = CASE WHEN status = 'queued' AND :begins THEN 'running'
        WHEN status = 'held' AND :starts THEN 'paused' ELSE status END
WHERE key = :key AND owner = :owner AND events = :expected;

-- name: end_run
-- The outcome, in the same transaction as the `ended` event.
UPDATE runs SET status = :status, output = :output, error = :error WHERE key = :key;

-- name: reopen_run
-- A run that may have ended goes on.
UPDATE runs SET status = CASE WHEN status IN ('paused', 'held') THEN status ELSE 'running' END, output = 'null', error = '' WHERE key = :key;

-- name: pause_run
-- It is paused, or goes on after that. What is held is paused and has not begun: it is queued again then.
UPDATE runs SET status = CASE
    WHEN status IN ('queued', 'held') THEN CASE WHEN :paused THEN 'held' ELSE 'queued' END
    WHEN :paused THEN 'paused' ELSE 'running' END
WHERE key = :key;

-- name: insert_event
INSERT INTO events (run, seq, time, kind, node, cause, data) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: insert_log
INSERT INTO logs (run, time, node, trial, stream, text) VALUES (?, ?, ?, ?, ?, ?);

-- name: claim_run
-- Makes a process the owner, whatever the queue says. The caller holds the run's lock.
UPDATE runs SET owner = :owner, owned_since = :time, jobs = :jobs, start = :start, due = NULL,
    deaths = 0, error = CASE status WHEN 'dead' THEN '' ELSE error END,
    status = CASE WHEN status IN ('waiting', 'dead') THEN 'running' ELSE status END
WHERE key = :key;

-- name: take_run
-- Makes a worker the owner. The caller holds the run's lock. What only waited is not attempted anew, nor
-- what is taken to be failed because it is too late.
UPDATE runs SET owner = :owner, owned_since = :time, due = NULL, deaths = :deaths,
    attempts = attempts + (status != 'waiting' AND NOT :late),
    status = CASE status WHEN 'waiting' THEN 'running' ELSE status END
WHERE key = :key;

-- name: release_run
-- Gives a run up, if it is still the caller's; what has not ended may be waiting for something.
UPDATE runs SET owner = '', due = :due, queued = max(queued, :queued),
    deaths = CASE WHEN :well THEN 0 ELSE deaths END,
    status = CASE WHEN status = 'running' AND :waiting THEN 'waiting' ELSE status END
WHERE key = :key AND owner = :owner;

-- name: bury_run
-- No worker takes it any more. The caller holds the run's lock.
UPDATE runs SET owner = '', status = 'dead', error = :error, deaths = :deaths, due = NULL
WHERE key = :key;

-- name: count_death
UPDATE runs SET deaths = :deaths WHERE key = :key;

-- name: submit_run
-- A new run that nobody owns. `status` is 'queued', or how it ended if there was nothing to do.
INSERT INTO runs (id, name, base, jobs, start, created, changed, events, status, owner,
    queued, priority, after, deadline, patience, key_given, fingerprint)
VALUES (:id, :name, :base, :jobs, :start, :time, :time, :count, 'queued', '',
    1, :priority, :after, :deadline, :patience, :key_given, :fingerprint);

-- name: enqueue_run
-- Puts a run into the queue that is in the store already. What was never begun need not be begun by its
-- deadline any more.
UPDATE runs SET queued = 1, deaths = 0, priority = :priority, after = coalesce(:after, after),
    patience = :patience, error = CASE status WHEN 'dead' THEN '' ELSE error END,
    status = CASE status WHEN 'dead' THEN 'running' ELSE status END
WHERE key = :key;

-- name: same_key
-- The run that a key stands for.
SELECT * FROM runs WHERE key_given = :key_given
    AND status NOT IN ('failed', 'broken', 'cancelled') ORDER BY key DESC LIMIT 1;

-- name: same_fingerprint
SELECT * FROM runs WHERE fingerprint = :fingerprint
    AND status NOT IN ('failed', 'broken', 'cancelled') ORDER BY key DESC LIMIT 1;

-- name: claimable
-- What workers may take, the first one first. Those that have an owner may have lost it: the caller
-- finds out by their locks.
SELECT * FROM runs
WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting') AND coalesce(after, 0) <= :now
    AND status != 'held' AND (status != 'waiting' OR due <= :now)
    AND (status != 'queued' OR coalesce(deadline, :now + 1) > :now)
ORDER BY priority DESC, key;

-- name: claimable_by_post
-- The same, of what was left or has ended but has something in its inbox.
SELECT * FROM runs
WHERE key IN (SELECT run FROM inbox) AND queued = 1 AND coalesce(after, 0) <= :now
    AND status NOT IN ('queued', 'running', 'dead')
ORDER BY priority DESC, key;

-- name: late
-- What should have been begun by now.
SELECT * FROM runs
WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting')
    AND status IN ('queued', 'held') AND deadline <= :now
ORDER BY priority DESC, key;

-- name: next_moment
-- When the clock next makes something claimable, or too late.
SELECT min(moment) FROM (
    SELECT after AS moment FROM runs
    WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting') AND after > :now
        AND status != 'held'
    UNION ALL
    SELECT deadline FROM runs
    WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting')
        AND status IN ('queued', 'held') AND deadline > :now
    UNION ALL
    SELECT due FROM runs
    WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting')
        AND status = 'waiting' AND due > :now
);

-- name: owners_in_queue
SELECT DISTINCT owner FROM runs
WHERE queued = 1 AND status IN ('queued', 'held', 'running', 'waiting') AND owner != '';

-- name: last_sign
-- What a run was last seen to do.
SELECT seq, kind, node FROM events WHERE run = :key ORDER BY seq DESC LIMIT 1;

-- name: old_runs
-- In which nothing has happened for a while, and for which nothing waits.
SELECT * FROM runs
WHERE changed < :before AND key NOT IN (SELECT run FROM inbox) ORDER BY key;

-- name: delete_run
-- Its events, what its trials wrote and its inbox go along.
DELETE FROM runs WHERE key = :key;

-- name: insert_post
INSERT INTO inbox (run, time, data) VALUES (:key, :time, :data);

-- name: posts_of
-- What waits for a run, in the order in which it came.
SELECT number, time, data FROM inbox WHERE run = :key ORDER BY number;

-- name: delete_post
-- Takes it out, if the run is still the caller's.
DELETE FROM inbox
WHERE number = :number AND run = (SELECT key FROM runs WHERE key = :key AND owner = :owner);

-- name: all_runs
-- Newest first.
SELECT * FROM runs ORDER BY key DESC LIMIT :limit;

-- name: run_of_key
SELECT * FROM runs WHERE key = :key;

-- name: run_called
SELECT * FROM runs WHERE id = :name;

-- name: runs_like
-- Runs whose id starts with a word, or ends with it after a dash; two are enough to know that
-- the word is ambiguous, a few more make a better message.
SELECT * FROM runs
WHERE substr(id, 1, length(:name)) = :name OR substr(id, -length(:name) - 1) = '-' || :name
ORDER BY key DESC LIMIT 5;

-- name: events_of
-- A run's journal, from behind event `after` to event `upto`.
SELECT seq, time, cause, data FROM events
WHERE run = :key AND seq > :after AND seq <= :upto ORDER BY seq;

-- name: mentioning
-- What holds, or may hold, references to values that are kept outside of the database.
SELECT data FROM events WHERE instr(data, '"$value"') > 0
UNION ALL SELECT data FROM inbox WHERE instr(data, '"$value"') > 0;

-- name: places
-- Where runs keep such values; empty: beside the database.
SELECT DISTINCT coalesce(json_extract(data, '$.values'), '') FROM events WHERE seq = 1;

-- name: logs_of
SELECT time, node, trial, stream, text FROM logs WHERE run = :key ORDER BY number;

-- name: logs_of_node
SELECT time, node, trial, stream, text FROM logs WHERE run = :key AND node = :node ORDER BY number;

-- name: widen_pool
INSERT INTO pools (pool, longest) VALUES (:pool, :longest)
ON CONFLICT (pool) DO UPDATE SET longest = max(longest, :longest);

-- name: set_places_back
-- A clock that was set back must hold nobody up.
UPDATE places SET since = min(since, :now), ended = min(ended, :now)
WHERE pool = :pool AND (since > :now OR ended > :now);

-- name: forget_places
-- What no limit asks about any more.
DELETE FROM places WHERE pool = :pool AND ended IS NOT NULL
    AND ended < :now - (SELECT longest FROM pools WHERE pool = :pool);

-- name: places_in
SELECT places.pool, places.place, places.run, places.node, places.since, places.ended, runs.id
FROM places JOIN runs ON runs.key = places.run WHERE places.pool = :pool ORDER BY since;

-- name: next_place
SELECT coalesce(max(place), 0) + 1 FROM places;

-- name: reserve_place
INSERT INTO places (pool, place, run, since) VALUES (:pool, :place, :key, :now);

-- name: take_place
-- In the transaction that says that the node has started.
UPDATE places SET node = :node, since = :now
WHERE place = :place AND run = :key AND node = '' AND ended IS NULL;

-- name: free_place
UPDATE places SET ended = :now WHERE place = :place AND run = :key AND ended IS NULL;

-- name: give_place_back
DELETE FROM places WHERE place = :place AND run = :key AND node = '';

-- name: free_places_of
-- Its owner is gone, or gives it up.
UPDATE places SET ended = :now WHERE run = :key AND node != '' AND ended IS NULL;

-- name: give_places_of_back
DELETE FROM places WHERE run = :key AND node = '';

-- name: pools_of
SELECT DISTINCT pool FROM places WHERE run = :key AND (:place IS NULL OR place = :place);

-- name: wait_for_pool
INSERT OR REPLACE INTO pool_waits (pool, run, priority, since, asked, until)
VALUES (:pool, :key, :priority, :since, :now, :until);

-- name: wait_for_pool_no_more
DELETE FROM pool_waits WHERE run = :key AND (:pool IS NULL OR pool = :pool);

-- name: line_of
-- Those who wait for a place and are going to ask for it again, in their turn.
SELECT run, priority, since FROM pool_waits
WHERE pool = :pool AND asked <= :now AND until >= :now ORDER BY priority DESC, since, run;

-- name: waiting_for_pool
SELECT run FROM pool_waits WHERE pool = :pool AND run != :key;
