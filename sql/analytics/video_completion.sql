-- name: video_completion
-- topic: quality
-- answers: Which videos are seen to the end?
-- reads: rtb_daily performance
-- parameter: limit int64 = 50: rows of the answer, the most starts first
-- columns: one row per creative with a video start, completion or VAST error; vast_error_rate_pct is of starts and errors together
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    impressions,
    video_starts,
    video_completions,
    vast_errors,
    round(vcr_pct(video_starts, video_completions), 2) AS vcr_pct,
    round(vast_error_rate_pct(video_starts, vast_errors), 2) AS vast_error_rate_pct
FROM (
    SELECT
        account_id,
        creative_id,
        sum(impressions) AS impressions,
        sum(video_starts) AS video_starts,
        sum(video_completions) AS video_completions,
        sum(vast_errors) AS vast_errors
    FROM v_performance
    GROUP BY account_id, creative_id
) AS videos
WHERE video_starts > 0 OR video_completions > 0 OR vast_errors > 0
ORDER BY video_starts DESC NULLS LAST, account_id, creative_id
LIMIT $limit
