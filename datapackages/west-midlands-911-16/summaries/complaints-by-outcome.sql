-- title = "Complaints from the public by what became of them, 2010 to 2015"
-- description = "The nine complaints that a keyword search found. Those still on-going when the response was written are shown apart."
-- counts = "complaints"
-- notes = [
--   "The force has no category for social media: these are the complaints that a search for listed keywords found.",
--   "Three complaints were on-going, and so have no outcome yet.",
--   "\"Resigned\" is neither a sanction nor an admission, and no further action does not say whether a complaint was justified.",
-- ]
-- [labels]
-- outcome = "Outcome (as written)"
-- stage = "Stage"
-- complaints = "Complaints"
-- [chart]
-- mark = "bar"
-- x = "complaints"
-- y = "outcome"
-- color = "stage"
-- sort = ["outcome stated", "on-going"]
-- format = "d"
SELECT
    outcome,
    CASE outcome WHEN 'on-going' THEN 'on-going' ELSE 'outcome stated' END AS stage,
    CAST(sum(complaints) AS BIGINT) AS complaints,
    list(_record ORDER BY _record) AS trail
FROM complaints_by_outcome
GROUP BY ALL
ORDER BY stage DESC, complaints DESC, outcome;
