-- title = "Officers in closed cases, by sanction where the response gives one"
-- description = "One bar for each wording in the column \"Sanction\": 65 of the 312 officers in closed cases. For the other 247 it is blank."
-- counts = "officers"
-- notes = [
--   "The 97 officers still under investigation are left out.",
--   "A blank is left out here. The response does not say that it means that there was no sanction.",
--   "The column also holds \"No Action\", \"Not Proven\" and referrals, which are not sanctions; they are shown as written.",
--   "For four of the officers the result is \"No Case to Answer\", the action \"No Action\" and the sanction a warning or advice. The response does not explain it.",
--   "New conduct and complaints regulations apply to what came to a force's attention from 1 February 2020: the wordings before and after that are not one measure.",
--   "\"Closed\" is our reading: the response only marks with a star those still under investigation.",
--   "Public complaints and conduct matters are listed together, and the response does not say which row is which; specials are counted as officers.",
--   "\"Management Advice\" was a sanction after proceedings under the rules of 2012. Where the response shows no proceedings, what was meant is not known.",
-- ]
-- [labels]
-- sanction = "Sanction (as written)"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "officers"
-- y = "sanction"
-- format = "d"
SELECT
    sanction,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
WHERE status = 'closed' AND sanction IS NOT NULL
GROUP BY ALL
ORDER BY officers DESC, sanction;
