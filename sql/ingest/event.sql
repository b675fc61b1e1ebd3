-- What happened, for those who watch.
INSERT INTO events (account_id, happened_at, kind, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5);
