-- A buyer seat as the API has it; what a user entered (user_name) stays.
INSERT INTO buyer_seats (
    account_id, buyer_id, bidder_id, display_name, active_creative_count, maximum_active_creative_count, billing_ids,
    raw_data, created_at, last_synced)
VALUES (
    :account_id, :buyer_id, :bidder_id, :display_name, :active_creative_count, :maximum_active_creative_count,
    :billing_ids, :raw_data, :now, :now)
ON CONFLICT (account_id, buyer_id) DO UPDATE SET
    bidder_id = excluded.bidder_id,
    display_name = excluded.display_name,
    active_creative_count = excluded.active_creative_count,
    maximum_active_creative_count = excluded.maximum_active_creative_count,
    billing_ids = excluded.billing_ids,
    raw_data = excluded.raw_data,
    last_synced = excluded.last_synced,
    active = 1,
    vanished_at = NULL;
