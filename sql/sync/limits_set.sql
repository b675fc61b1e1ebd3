-- Keeps what Google last said of its limits for an account.
INSERT INTO api_rate_limits (account_id, api, remaining, resets_at, observed_at)
VALUES (:account_id, 'realtimebidding', :remaining, :resets_at, :observed_at)
ON CONFLICT (account_id, api) DO UPDATE SET
    remaining = excluded.remaining, resets_at = excluded.resets_at, observed_at = excluded.observed_at;
