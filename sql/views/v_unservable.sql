-- v_unservable: how much of the reached queries the account could never serve, over all days of the session.
-- Rows: one per account with rows.
-- Reads: v_size_coverage: its servable, unservable and unknown sizes add up to reached_queries.
-- Null: servable_queries, unservable_queries and the rate where of no size it is known; unknown sizes (Dynamic, Unmatched,
--   Audio, and rows that name no size) are shown and count as neither.
-- Cost: that of v_size_coverage.
SELECT
    account_id,
    reached_queries,
    servable_queries,
    unservable_queries,
    unknown_queries,
    unservable_rate_pct(reached_queries, unservable_queries) AS unservable_rate_pct
FROM (
    SELECT
        account_id,
        sum(reached_queries) AS reached_queries,
        sum(CASE WHEN is_servable IS NULL THEN NULL WHEN reached_queries IS NULL THEN NULL
                 WHEN is_servable THEN reached_queries ELSE 0 END) AS servable_queries,
        sum(CASE WHEN is_servable IS NULL THEN NULL WHEN reached_queries IS NULL THEN NULL
                 WHEN is_servable THEN 0 ELSE reached_queries END) AS unservable_queries,
        sum(CASE WHEN is_servable IS NULL THEN reached_queries WHEN reached_queries IS NULL THEN NULL
                 ELSE 0 END) AS unknown_queries
    FROM v_size_coverage
    GROUP BY account_id
) AS coverage
