-- What is live at a new snapshot; the check value follows when the row can be read.
INSERT INTO lake_snapshots (snapshot_id, files, rows, digest, check_value)
VALUES (?1, ?2, ?3, ?4, zeroblob(8))
