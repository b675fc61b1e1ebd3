-- An RTB endpoint as the API has it.
INSERT INTO rtb_endpoints (
    account_id, endpoint_id, bidder_id, url, maximum_qps, trading_location, bid_protocol, raw_data, created_at, synced_at)
VALUES (
    :account_id, :endpoint_id, :bidder_id, :url, :maximum_qps, :trading_location, :bid_protocol, :raw_data, :now, :now)
ON CONFLICT (account_id, endpoint_id) DO UPDATE SET
    bidder_id = excluded.bidder_id,
    url = excluded.url,
    maximum_qps = excluded.maximum_qps,
    trading_location = excluded.trading_location,
    bid_protocol = excluded.bid_protocol,
    raw_data = excluded.raw_data,
    synced_at = excluded.synced_at;
