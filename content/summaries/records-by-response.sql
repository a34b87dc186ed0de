-- title = "What the records of each response are"
-- description = "One row for each kind of record: who answered, what one record stands for, and how many there are."
-- counts = "records"
-- smallCells = "Small numbers: each response lists its records one by one, and the counts can be read off it."
-- notes = [
--   "The rows count different things: officers, investigations and disciplinary outcomes. They must not be added together, and they do not rank the forces.",
--   "The forces searched in different ways and over different periods, and new regulations apply to what came to a force's attention from 1 February 2020.",
--   "West Midlands Police also states how many complaints it received. Those stand in tables of counts, which hold no records, and so are not here.",
--   "The Metropolitan Police Service states 412 officers; the text that we hold lists 409. Why is not known.",
-- ]
-- [labels]
-- authority = "Authority"
-- unit = "Records count"
-- kind = "Officer or staff"
-- records = "Records"
SELECT
    records.authority,
    records.unit,
    kinds.label AS kind,
    count(*) AS records,
    list(records._record ORDER BY records._record) AS trail
FROM p_police_conduct_records.records AS records
INNER JOIN p_police_conduct_vocabulary.codes AS kinds
    ON kinds.list = 'kind_of_staff' AND kinds.code = records.kind_of_staff
GROUP BY ALL
ORDER BY authority, unit, kind;
