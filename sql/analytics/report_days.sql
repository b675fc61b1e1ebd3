-- name: report_days
-- answers: Of how many days are there performance reports?
-- reads: rtb_daily performance
-- columns: one row with one number
-- cost: one look at the days of the window
SELECT count(DISTINCT metric_date) AS days
FROM rtb_daily
WHERE report = 'performance'
