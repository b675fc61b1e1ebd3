-- A piece of work that waits for its turn: account, kind, what it is about, when it was asked for, by whom.
INSERT INTO jobs (account_id, kind, state, arguments, created_at, created_by, run_after)
VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?4)
