-- name: signal_days
-- topic: programs
-- answers: Of how many days are there rows by which creatives can be judged?
-- reads: rtb_daily performance
-- columns: one row with one number
-- cost: one look at the days of the window
SELECT count(DISTINCT metric_date) AS days
FROM v_performance
