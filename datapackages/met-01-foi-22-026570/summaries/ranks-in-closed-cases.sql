-- title = "Officers in closed cases, by rank"
-- description = "One bar for each wording in the column \"Rank\"."
-- counts = "officers"
-- notes = [
--   "The 97 officers still under investigation are left out. The response gives no rank for them.",
--   "The response groups inspectors and all above them as \"Inspector +\", to protect the identity of individuals.",
--   "How many officers hold each rank is not in the response, so the bars say nothing of how likely a case is.",
--   "\"Closed\" is our reading: the response only marks with a star those still under investigation.",
-- ]
-- [labels]
-- rank = "Rank (as written)"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "officers"
-- y = "rank"
-- format = "d"
SELECT
    rank,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
WHERE status = 'closed'
GROUP BY ALL
ORDER BY officers DESC, rank;
