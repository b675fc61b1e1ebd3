-- Adds calls to Google to what their account, day and route have so far.
INSERT INTO api_usage
    (account_id, usage_date, api, method, route, calls, errors, retries, bytes_sent, bytes_received, elapsed_ms)
VALUES
    (:account_id, :usage_date, 'realtimebidding', :method, :route, :calls, :errors, :retries, :bytes_sent,
     :bytes_received, :elapsed_ms)
ON CONFLICT (api, coalesce(account_id, 0), coalesce(key_id, 0), usage_date, method, route) DO UPDATE SET
    calls = calls + excluded.calls,
    errors = errors + excluded.errors,
    retries = retries + excluded.retries,
    bytes_sent = bytes_sent + excluded.bytes_sent,
    bytes_received = bytes_received + excluded.bytes_received,
    elapsed_ms = elapsed_ms + excluded.elapsed_ms;
