-- v_conversions_by_creative: what creatives sold and what that cost, over all days of the session.
-- Rows: one per account and creative id, whether a sync named the creative or not.
-- Reads: rtb_daily, kind bidder: only the bidder's own export knows conversions, and the spend beside them is its own.
-- Null: a metric that the export did not carry, and a ratio without a denominator. Money of two currencies is not added:
--   spend_micros, revenue_micros and currency are null where a row has both.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    creative_id,
    conversions,
    revenue_micros,
    spend_micros,
    currency,
    cpa(spend_micros, conversions) AS cpa,
    roas(spend_micros, revenue_micros) AS roas
FROM (
    SELECT
        account_id,
        creative_id,
        sum(conversions) AS conversions,
        CASE WHEN count(money) = 1 THEN sum(revenue_micros) END AS revenue_micros,
        CASE WHEN count(money) = 1 THEN sum(spend_micros) END AS spend_micros,
        CASE WHEN count(money) = 1 THEN nullif(max(money), '') END AS currency
    FROM (
        SELECT
            account_id,
            creative_id,
            CASE WHEN count(spend_micros) + count(revenue_micros) > 0 THEN coalesce(currency, '') END AS money,
            sum(conversions) AS conversions,
            sum(revenue_micros) AS revenue_micros,
            sum(spend_micros) AS spend_micros
        FROM rtb_daily
        WHERE report = 'bidder'
        GROUP BY account_id, creative_id, currency
    ) AS by_currency
    GROUP BY account_id, creative_id
) AS sold
