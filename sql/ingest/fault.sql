-- One rejected row; of several faults with one reason on one line the first is enough.
INSERT OR IGNORE INTO import_faults (batch_id, account_id, line, "column", reason, value)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
