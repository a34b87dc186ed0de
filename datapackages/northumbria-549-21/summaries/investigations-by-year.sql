-- title = "Investigations by year, as dated in the response"
-- description = "One bar a year. The response gives a month and a year for each investigation and heads it \"Date\"."
-- counts = "investigations"
-- notes = [
--   "2021 is a part-year: the period asked about ended on 14 April 2021, and the last row is dated March 2021.",
--   "The period is known from the force's disclosure log; the response itself states none.",
--   "Several rows share the same wording and month, and may or may not concern one incident: the response does not say.",
--   "Officers and staff stand in one table and are counted together here, as the response has them.",
-- ]
-- [labels]
-- year = "Year"
-- investigations = "Investigations"
-- [chart]
-- mark = "bar"
-- x = "year"
-- y = "investigations"
-- format = "d"
SELECT
    CASE left(month, 4) WHEN '2021' THEN '2021 (to 14 April)' ELSE left(month, 4) END AS year,
    count(*) AS investigations,
    list(_record ORDER BY _record) AS trail
FROM investigations
GROUP BY ALL
ORDER BY year;
