-- title = "Codes, by list"
-- description = "How many codes each list has. The lists are never merged with one another."
-- counts = "codes"
-- [labels]
-- list = "List"
-- codes = "Codes"
-- [chart]
-- mark = "bar"
-- x = "codes"
-- y = "list"
SELECT list, count(*) AS codes, list(_record ORDER BY _record) AS trail
FROM codes
GROUP BY ALL
ORDER BY codes DESC, list;
