-- title = "Officers in closed cases, by action as written"
-- description = "One bar for each wording in the column \"Action\"."
-- counts = "officers"
-- notes = [
--   "The 97 officers still under investigation are left out.",
--   "For nine of the officers the response leaves the action blank; what that means it does not say.",
--   "Management action, reflective practice and referral to RPRP are kept apart; none of them is a sanction. \"Retired/Resigned\" is neither a sanction nor an admission.",
--   "New conduct and complaints regulations apply to what came to a force's attention from 1 February 2020: the wordings before and after that are not one measure.",
--   "\"Closed\" is our reading: the response only marks with a star those still under investigation.",
--   "Public complaints and conduct matters are listed together, and the response does not say which row is which; specials are counted as officers.",
--   "Three officers of 2020 have \"Management Action\", which the regulations of February 2020 abolished; which rules applied to them is not known.",
-- ]
-- [labels]
-- action = "Action (as written)"
-- officers = "Officers"
-- [chart]
-- mark = "bar"
-- x = "officers"
-- y = "action"
-- format = "d"
SELECT
    coalesce(action, 'left blank in the response') AS action,
    count(*) AS officers,
    list(_record ORDER BY _record) AS trail
FROM officers
WHERE status = 'closed'
GROUP BY ALL
ORDER BY officers DESC, action;
