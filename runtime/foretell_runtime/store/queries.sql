-- Every statement the store runs, by name. `store/queries.py` cuts this file at the name lines.

-- name: insert_run
-- A new run, already owned by its maker.
INSERT INTO runs (id, name, base, jobs, start, created, changed, events, status, owner)
VALUES (:id, :name, :base, :jobs, :start, :time, :time, 0, 'running', :owner);

-- name: advance_run
-- Moves a run's summary on. Changes no row if the run has another owner by now, or another
-- number of events than the writer believes: then nothing of the batch may be kept.
UPDATE runs
SET events = events + :count, changed = max(changed, :time)
WHERE key = :key AND owner = :owner AND events = :expected;

-- name: end_run
-- The outcome, in the same transaction as the `ended` event.
UPDATE runs SET status = :status, output = :output, error = :error WHERE key = :key;

-- name: reopen_run
-- A run that may have ended goes on.
UPDATE runs SET status = CASE status WHEN 'paused' THEN status ELSE 'running' END, output = 'null', error = '' WHERE key = :key;

-- name: pause_run
-- It is paused, or goes on after that.
UPDATE runs SET status = CASE WHEN :paused THEN 'paused' ELSE 'running' END WHERE key = :key;

-- name: insert_event
INSERT INTO events (run, seq, time, kind, node, cause, data) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: insert_log
INSERT INTO logs (run, time, node, trial, stream, text) VALUES (?, ?, ?, ?, ?, ?);

-- name: claim_run
-- Makes a process the owner. The caller holds the run's lock.
UPDATE runs SET owner = :owner, jobs = :jobs, start = :start,
    status = CASE status WHEN 'waiting' THEN 'running' ELSE status END
WHERE key = :key;

-- name: release_run
-- Gives a run up, if it is still the caller's; what has not ended may be waiting for somebody.
UPDATE runs SET owner = '',
    status = CASE WHEN status = 'running' AND :waiting THEN 'waiting' ELSE status END
WHERE key = :key AND owner = :owner;

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

-- name: logs_of
SELECT time, node, trial, stream, text FROM logs WHERE run = :key ORDER BY number;

-- name: logs_of_node
SELECT time, node, trial, stream, text FROM logs WHERE run = :key AND node = :node ORDER BY number;
