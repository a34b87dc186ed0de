-- title = "Records with a warning"
-- description = "Records whose code does not fit the rules that applied, or of which something is missing that the word supposes. They are flagged and not converted."
-- counts = "records"
-- smallCells = "Each row counts rows of one response by that response's own words."
-- [labels]
-- authority = "Authority"
-- rules = "Conduct rules"
-- kind = "Officer or staff"
-- warning = "Warning"
-- records = "Records"
SELECT
    authority,
    CASE kind_of_staff WHEN 'officer' THEN 'Officer' WHEN 'staff' THEN 'Staff' ELSE 'Not known' END AS kind,
    CASE regime
        WHEN 'CR2012' THEN 'Conduct rules of 2012'
        WHEN 'CR2020' THEN 'Conduct rules of 2020'
        WHEN 'STAFF' THEN 'The force’s own rules for staff'
        ELSE 'Rules not known'
    END AS rules,
    replace(replace(flags, '_', ' '), '|', ', and ') AS warning,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM records
WHERE flags IS NOT NULL
GROUP BY ALL
ORDER BY authority, kind, rules, warning;
