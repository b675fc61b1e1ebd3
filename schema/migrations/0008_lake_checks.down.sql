DROP TABLE lake_snapshots;
ALTER TABLE lake_files DROP COLUMN check_value;
