-- title = "What the records of each response are"
-- description = "One row for each table of records: who answered, what one record stands for, and how many there are."
-- counts = "records"
-- notes = [
--   "The rows count different things: officers, investigations and disciplinary outcomes. They must not be added together, and they do not rank the forces.",
--   "The forces searched in different ways and over different periods, and new regulations apply to what came to a force's attention from 1 February 2020.",
--   "West Midlands Police also states how many complaints it received. Those stand in tables of counts, which hold no records, and so are not here.",
--   "The Metropolitan Police Service states 412 officers; the text that we hold lists 409. Why is not known.",
-- ]
-- [labels]
-- authority = "Authority"
-- period = "Period covered"
-- unit = "One record is"
-- records = "Records"
SELECT
    'Metropolitan Police Service' AS authority,
    '1 January 2017 to 16 August 2022' AS period,
    'an officer' AS unit,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM p_met_01_foi_22_026570.officers
UNION ALL
SELECT
    'Northumbria Police' AS authority,
    '1 January 2015 to 14 April 2021' AS period,
    'an investigation' AS unit,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM p_northumbria_549_21.investigations
UNION ALL
SELECT
    'West Midlands Police' AS authority,
    '2010 to 2015' AS period,
    'a disciplinary outcome' AS unit,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM p_west_midlands_911_16.disciplinary_outcomes
ORDER BY authority;
