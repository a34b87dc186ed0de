-- title = "Records by year, and the conduct rules that applied"
-- description = "One panel for each force that dates its records, and for officers and others apart. The pattern of a bar shows which rules applied; a part of a year says so."
-- counts = "records"
-- smallCells = "Small numbers: each response lists its records one by one, and the counts can be read off it."
-- notes = [
--   "The forces count different things, found by different searches, by dates of different meaning. Compare within a panel, not between panels.",
--   "The rules changed on 1 February 2020. Which applied is inferred from the date; for the Metropolitan Police Service's records of 2020 it is not known.",
--   "That the Metropolitan Police Service's column \"Year\" is the year received is our reading. Officers still under investigation are included: 46 of its 71 of 2022.",
--   "2022 runs to 16 August in the one response, 2021 to 14 April in the other.",
--   "The Metropolitan Police Service states 74 officers for 2022; the text that we hold lists 71. Why is not known.",
-- ]
-- [labels]
-- panel = "Authority, and officer or staff"
-- year = "Year"
-- rules = "Conduct rules"
-- records = "Records"
-- [chart]
-- mark = "bar"
-- x = "year"
-- y = "records"
-- color = "rules"
-- facet = "panel"
-- sort = ["Conduct rules of 2012", "Rules not known", "Conduct rules of 2020"]
-- format = "d"
SELECT
    records.authority || ': ' || kinds.label AS panel,
    records.year || CASE records.year_coverage WHEN 'part_year' THEN ' (part)' ELSE '' END AS year,
    regimes.label AS rules,
    count(*) AS records,
    list(records._record ORDER BY records._record) AS trail
FROM p_police_conduct_records.records AS records
INNER JOIN p_police_conduct_vocabulary.codes AS regimes
    ON regimes.list = 'regime' AND regimes.code = records.regime
INNER JOIN p_police_conduct_vocabulary.codes AS kinds
    ON kinds.list = 'kind_of_staff' AND kinds.code = records.kind_of_staff
WHERE records.year IS NOT NULL
GROUP BY ALL
ORDER BY panel, year, rules;
