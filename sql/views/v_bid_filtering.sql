-- v_bid_filtering: why Google took bids out before the auction, and what that cost, over all days of the session.
-- Rows: one per account and reason, in Google's words (null is "the report did not say").
-- Reads: rtb_bid_filtering, kind bid_filtering.
-- Null: a metric that the reports did not carry. countries counts those that the reports named, and is 0 where they named
--   none. Money of two currencies is not added: opportunity_cost_micros and currency are null where a row has both.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    filtering_reason,
    bids,
    share_pct(sum(bids) OVER (PARTITION BY account_id), bids) AS share_of_bids_pct,
    countries,
    opportunity_cost_micros,
    currency
FROM (
    SELECT
        account_id,
        filtering_reason,
        sum(bids) AS bids,
        count(DISTINCT country) AS countries,
        CASE WHEN count(DISTINCT money) = 1 THEN sum(opportunity_cost_micros) END AS opportunity_cost_micros,
        CASE WHEN count(DISTINCT money) = 1 THEN nullif(min(money), '') END AS currency
    FROM (
        SELECT
            account_id,
            filtering_reason,
            country,
            CASE WHEN sum(opportunity_cost_micros) IS NOT NULL THEN coalesce(currency, '') END AS money,
            sum(bids) AS bids,
            sum(opportunity_cost_micros) AS opportunity_cost_micros
        FROM rtb_bid_filtering
        WHERE report = 'bid_filtering'
        GROUP BY account_id, filtering_reason, country, currency
    ) AS by_country
    GROUP BY account_id, filtering_reason
) AS filtered
