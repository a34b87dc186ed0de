-- title = "Officers by year: the figures stated, and the rows in the text"
-- description = "The response states a figure for each year and also lists the officers. The two agree in every year but 2022."
-- counts = "officers"
-- notes = [
--   "2022 is a part-year: the figures run to 16 August 2022.",
--   "For 2022 the response states 74 and the text that we hold has 71 rows, so 412 are stated in all and 409 are listed. Why is not known.",
--   "The two charts show the same officers, and are not to be added together.",
-- ]
-- [labels]
-- year = "Year (as written)"
-- source = "Where the figure comes from"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "year"
-- y = "officers"
-- facet = "source"
-- format = "d"
SELECT
    CASE year WHEN 2022 THEN '2022 (to 16 August)' ELSE CAST(year AS VARCHAR) END AS year,
    'stated in the response' AS source,
    CAST(sum(officers) AS BIGINT) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers_by_year
GROUP BY ALL
UNION ALL
SELECT
    CASE year WHEN 2022 THEN '2022 (to 16 August)' ELSE CAST(year AS VARCHAR) END AS year,
    'rows in the text' AS source,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
GROUP BY ALL
ORDER BY year, source DESC;
