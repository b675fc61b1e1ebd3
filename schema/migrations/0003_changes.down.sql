DROP TABLE snapshot_comparisons;
DROP TABLE pretargeting_snapshots;
DROP TABLE pretargeting_history;
DROP TABLE pretargeting_pending_changes;
