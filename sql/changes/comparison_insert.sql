-- A comparison begins; its deltas come later.
INSERT INTO snapshot_comparisons (
    account_id, config_id, billing_id, comparison_name, before_snapshot_id, before_start_date, before_end_date,
    after_start_date, after_end_date, created_at)
VALUES (
    :account_id, :config_id, :billing_id, :comparison_name, :before_snapshot_id, :before_start_date,
    :before_end_date, :after_start_date, :after_end_date, :created_at);
