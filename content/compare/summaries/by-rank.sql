-- title = "Records by rank or role"
-- description = "One panel for each force, with the ranks that it tells apart. Police staff and community support officers are no officers, and are not added to them."
-- counts = "records"
-- smallCells = "Small numbers: each response lists its records one by one, and the counts can be read off it."
-- notes = [
--   "The forces count different things, found by different searches. Compare within a panel, not between panels.",
--   "The Metropolitan Police Service gives no rank for the 97 officers still under investigation.",
--   "That SG is sergeant and IN is inspector is inferred: the response of Northumbria Police does not say so. What its CV Grade means is not known.",
-- ]
-- [labels]
-- authority = "Authority"
-- rank = "Rank or role"
-- kind = "Officer or staff"
-- records = "Records"
-- [chart]
-- mark = "bar"
-- x = "records"
-- y = "rank"
-- color = "kind"
-- facet = "authority"
-- sort = ["Police officer", "Police staff, not an officer", "Officer or staff, not known"]
-- format = "d"
SELECT
    records.authority,
    coalesce(ranks.label, 'No rank given (still under investigation)') AS rank,
    kinds.label AS kind,
    count(*) AS records,
    list(records._record ORDER BY records._record) AS trail
FROM p_police_conduct_records.records AS records
LEFT JOIN p_police_conduct_vocabulary.codes AS ranks
    ON ranks.list = 'rank_group' AND ranks.code = records.rank_group
INNER JOIN p_police_conduct_vocabulary.codes AS kinds
    ON kinds.list = 'kind_of_staff' AND kinds.code = records.kind_of_staff
GROUP BY ALL
ORDER BY authority, records DESC, rank, kind;
