-- A change that is staged.
INSERT INTO pretargeting_pending_changes (
    account_id, config_id, billing_id, change_type, field_name, value, reason, estimated_qps_impact, created_at,
    created_by)
VALUES (
    :account_id, :config_id, :billing_id, :change_type, :field_name, :value, :reason, :estimated_qps_impact,
    :created_at, :created_by);
