-- title = "Officers by year: closed and still under investigation"
-- description = "One bar a year, counted from the rows of the response. Officers still under investigation are shown apart."
-- counts = "officers"
-- notes = [
--   "2022 is a part-year: the figures run to 16 August 2022.",
--   "The response states 74 officers for 2022; the text that we hold has 71 rows for that year. Why is not known.",
--   "Many officers of the later years are still under investigation, so their results are not yet known.",
--   "The figures count officers, not allegations, as the response says.",
--   "\"Closed\" is our reading: the response only marks with a star those still under investigation.",
--   "46 of the 71 rows of 2022 are starred, as of 16 August 2022. Of the three officers without a row, whether they are still under investigation is not known.",
--   "Public complaints and conduct matters are listed together, and the response does not say which row is which; specials are counted as officers.",
--   "The response heads the column \"Year\". It selected matters by the date on which they were received, so we take it as the year received; it does not say so.",
-- ]
-- [labels]
-- year = "Year (as written)"
-- status = "Status"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "year"
-- y = "officers"
-- color = "status"
-- sort = ["closed", "still under investigation"]
-- format = "d"
SELECT
    CASE year WHEN 2022 THEN '2022 (to 16 August)' ELSE CAST(year AS VARCHAR) END AS year,
    CASE status WHEN 'live' THEN 'still under investigation' ELSE 'closed' END AS status,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
GROUP BY ALL
ORDER BY year, status;
