-- title = "Disciplinary outcomes by role, 2010 to 2015"
-- description = "One small chart for each role, one bar for each outcome as written: ten outcomes in all."
-- counts = "disciplinary_outcomes"
-- notes = [
--   "Police officers (PC), police community support officers (PCSO) and support staff come under different rules, and are not added together.",
--   "\"Written Warning\" and \"Written warning\" are the response's two spellings, shown as written.",
--   "The response does not say whether each outcome is of a different person.",
--   "Nor does it say whether any of these outcomes followed from the nine complaints: the two are not to be added together.",
--   "\"Management Advice\" was a sanction after proceedings under the rules of 2012. The response shows no proceedings and its period begins before those rules, so what was meant is not known.",
-- ]
-- [labels]
-- role = "Role"
-- outcome = "Outcome (as written)"
-- disciplinary_outcomes = "Disciplinary outcomes"
-- [chart]
-- mark = "bar"
-- x = "disciplinary_outcomes"
-- y = "outcome"
-- facet = "role"
-- format = "d"
SELECT
    role,
    outcome,
    count(*) AS disciplinary_outcomes,
    list(_record ORDER BY _record) AS trail
FROM disciplinary_outcomes
GROUP BY ALL
ORDER BY role, disciplinary_outcomes DESC, outcome;
