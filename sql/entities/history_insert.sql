-- One changed field of a pretargeting config: old, new, source, who, when.
INSERT INTO pretargeting_history (
    account_id, config_id, bidder_id, billing_id, change_type, field_changed, old_value, new_value, change_source,
    changed_by, changed_at, reason, step, change_id, application_id)
VALUES (
    :account_id, :config_id, :bidder_id, :billing_id, :change_type, :field_changed, :old_value, :new_value,
    :change_source, :changed_by, :changed_at, :reason, :step, :change_id, :application_id);
