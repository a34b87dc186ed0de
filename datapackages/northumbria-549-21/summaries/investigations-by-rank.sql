-- title = "Investigations by rank or grade, as written"
-- description = "One bar for each entry in the column \"Rank\". Each code is a bar of its own; no two are added together."
-- counts = "investigations"
-- notes = [
--   "The response explains none of the codes. PC and SC are read as constable and special constable; that SG is sergeant and IN is inspector is inferred.",
--   "What \"CV Grade\" means is not explained in the response.",
--   "How many people hold each rank is not in the response, so the bars say nothing of how likely an investigation is.",
-- ]
-- [labels]
-- rank = "Rank (as written)"
-- investigations = "Investigations"
-- [chart]
-- mark = "bar"
-- x = "investigations"
-- y = "rank"
-- format = "d"
SELECT
    rank,
    count(*) AS investigations,
    list(_record ORDER BY _record) AS trail
FROM investigations
GROUP BY ALL
ORDER BY investigations DESC, rank;
