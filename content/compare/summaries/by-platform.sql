-- title = "Records by the platform that they name"
-- description = "One panel for each force whose response names platforms, and for officers and others apart. A record that names more than one is counted once."
-- counts = "records"
-- smallCells = "Small numbers: each response lists its records one by one, and the counts can be read off it."
-- notes = [
--   "The forces count different things, found by different searches. Compare within a panel, not between panels.",
--   "The Metropolitan Police Service's response has no column for the platform, so its 409 officers are not here.",
--   "West Midlands Police gives no platform of its own: it is read from the words of each incident.",
--   "Of the records that name more than one platform, all name Facebook.",
-- ]
-- [labels]
-- panel = "Authority, and officer or staff"
-- platform = "Platform"
-- records = "Records"
-- [chart]
-- mark = "bar"
-- x = "records"
-- y = "platform"
-- facet = "panel"
-- format = "d"
SELECT
    records.authority || ': ' || kinds.label AS panel,
    CASE WHEN records.platform LIKE '%|%' THEN 'More than one, named' ELSE platforms.label END AS platform,
    count(*) AS records,
    list(records._record ORDER BY records._record) AS trail
FROM p_police_conduct_records.records AS records
LEFT JOIN p_police_conduct_vocabulary.codes AS platforms
    ON platforms.list = 'platform' AND platforms.code = records.platform
INNER JOIN p_police_conduct_vocabulary.codes AS kinds
    ON kinds.list = 'kind_of_staff' AND kinds.code = records.kind_of_staff
WHERE records.platform IS NOT NULL
GROUP BY ALL
ORDER BY panel, platform;
