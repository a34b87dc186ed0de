-- title = "Records, by response and kind of person"
-- description = "How many records each response has, of officers, of staff, and of people of whom it is not known which they are."
-- counts = "records"
-- smallCells = "Each row counts rows of one response by that response's own rank or role."
-- notes = [
--   "The rows count different things and must not be added together.",
--   "The forces searched in different ways and over different periods.",
-- ]
-- [labels]
-- authority = "Authority"
-- unit = "One record is one of"
-- lists = "What the response lists"
-- kind = "Officer or staff"
-- records = "Records"
SELECT
    authority,
    unit,
    CASE matter WHEN 'complaints_and_conduct' THEN 'Complaints and conduct matters, together' ELSE 'Not said' END AS lists,
    CASE kind_of_staff WHEN 'officer' THEN 'Officer' WHEN 'staff' THEN 'Staff' ELSE 'Not known' END AS kind,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM records
GROUP BY ALL
ORDER BY authority, unit, lists, kind;
