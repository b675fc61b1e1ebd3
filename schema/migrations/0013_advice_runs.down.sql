DROP TABLE advice_runs;
ALTER TABLE recommendations DROP COLUMN closed;
ALTER TABLE recommendations DROP COLUMN configs;
