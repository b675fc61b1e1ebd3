-- What SQLite does not have: check values, so that a bit that flips in this file is an error and not another number.
-- First 8 bytes of a BLAKE3 over all other columns of the row.
ALTER TABLE lake_files ADD COLUMN check_value BLOB CHECK (length(check_value) = 8);

-- What was live at each snapshot, written in its own transaction: how many files and rows, and the sum of the hashes of
-- the files' ids and check values.
CREATE TABLE lake_snapshots (
    snapshot_id INTEGER PRIMARY KEY REFERENCES ducklake_snapshot (snapshot_id) ON DELETE CASCADE,
    files       INTEGER NOT NULL CHECK (files >= 0),
    rows        INTEGER NOT NULL CHECK (rows >= files),
    digest      BLOB    NOT NULL CHECK (length(digest) = 32),
    -- Of this row and of the snapshot's row in ducklake_snapshot.
    check_value BLOB    NOT NULL CHECK (length(check_value) = 8)
) STRICT;
