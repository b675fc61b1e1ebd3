-- v_rtb_daily: the rows of rtb_daily with the time of the import that wrote them.
-- Rows: those of rtb_daily. Several report kinds carry the same queries and money: filter by `report` before a sum.
-- Cost: a join with import_history; ask rtb_daily where created_at is not needed.
SELECT
    facts.*,
    import.imported_at AS created_at
FROM rtb_daily AS facts
LEFT JOIN import_history AS import
    ON import.account_id = facts.account_id AND import.batch_id = facts.import_batch_id
