-- v_campaign_performance: what each campaign reached, won and wasted, over all days of the session.
-- Rows: one per campaign, with traffic or without, and per account one with a null campaign_id for the creatives that are
--   in none: shown, never hidden.
-- Reads: v_performance, campaign_creatives, campaigns.
-- Null: metrics of a campaign without rows; a metric that the reports did not carry; a rate without a denominator. creatives
--   counts those with rows. Money of two currencies is not added: spend_micros and currency are null where a row has both.
-- column: name: the name of the campaign; null for creatives that are in none
-- Cost: one aggregate over the days of the session; the joins are of its creatives.
SELECT
    coalesce(campaigns.account_id, traffic.account_id) AS account_id,
    coalesce(campaigns.campaign_id, traffic.campaign_id) AS campaign_id,
    campaigns.name,
    campaigns.status,
    coalesce(traffic.creatives, 0) AS creatives,
    traffic.reached_queries,
    traffic.impressions,
    traffic.reached_queries - traffic.impressions AS wasted_queries,
    traffic.clicks,
    traffic.spend_micros,
    traffic.currency,
    traffic.video_starts,
    traffic.video_completions,
    win_rate_pct(traffic.reached_queries, traffic.impressions) AS win_rate_pct,
    waste_rate_pct(traffic.reached_queries, traffic.impressions) AS waste_rate_pct,
    ctr_pct(traffic.impressions, traffic.clicks) AS ctr_pct,
    cpm(traffic.spend_micros, traffic.impressions) AS cpm,
    cpc(traffic.spend_micros, traffic.clicks) AS cpc,
    vcr_pct(traffic.video_starts, traffic.video_completions) AS vcr_pct
FROM campaigns
FULL OUTER JOIN (
    SELECT
        account_id,
        campaign_id,
        count(DISTINCT creative_id) AS creatives,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        CASE WHEN count(DISTINCT money) = 1 THEN sum(spend_micros) END AS spend_micros,
        CASE WHEN count(DISTINCT money) = 1 THEN nullif(min(money), '') END AS currency,
        sum(video_starts) AS video_starts,
        sum(video_completions) AS video_completions
    FROM (
        SELECT
            facts.*,
            members.campaign_id,
            CASE WHEN facts.spend_micros IS NOT NULL THEN coalesce(facts.currency, '') END AS money
        FROM (
            SELECT
                account_id,
                creative_id,
                currency,
                sum(reached_queries) AS reached_queries,
                sum(impressions) AS impressions,
                sum(clicks) AS clicks,
                sum(spend_micros) AS spend_micros,
                sum(video_starts) AS video_starts,
                sum(video_completions) AS video_completions
            FROM v_performance
            GROUP BY account_id, creative_id, currency
        ) AS facts
        LEFT JOIN campaign_creatives AS members
            ON members.account_id = facts.account_id AND members.creative_id = facts.creative_id
    ) AS of_campaigns
    GROUP BY account_id, campaign_id
) AS traffic
    ON traffic.account_id = campaigns.account_id AND traffic.campaign_id = campaigns.campaign_id
