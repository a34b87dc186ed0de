-- title = "Officers in closed cases, by result as written"
-- description = "One bar for each wording in the column \"Result\"."
-- counts = "officers"
-- notes = [
--   "The 97 officers still under investigation are left out.",
--   "\"Case to Answer\" is a threshold for going further, not proof. \"The service provided was acceptable\" is not the same as \"No Case to Answer\" or \"Not Upheld\".",
--   "New conduct and complaints regulations apply to what came to a force's attention from 1 February 2020: the wordings before and after that are not one measure.",
--   "\"Closed\" is our reading: the response only marks with a star those still under investigation.",
--   "Public complaints and conduct matters are listed together, and the response does not say which row is which; specials are counted as officers.",
--   "\"The service provided was acceptable\" is a finding of the complaint rules in force since February 2020; one row of 2018 and one of 2019 carry it too, and the response does not explain it.",
-- ]
-- [labels]
-- result = "Result (as written)"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "officers"
-- y = "result"
-- format = "d"
SELECT
    result,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
WHERE status = 'closed'
GROUP BY ALL
ORDER BY officers DESC, result;
