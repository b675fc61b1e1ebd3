-- Its part in one config.
INSERT INTO pretargeting_application_configs (
    account_id, application_id, config_id, position, before_snapshot_id, target_snapshot_id, change_ids, target, calls)
VALUES (
    :account_id, :application_id, :config_id, :position, :before_snapshot_id, :target_snapshot_id, :change_ids,
    :target, :calls);
