-- title = "Investigations by outcome, as written"
-- description = "One bar for each wording in the column \"Outcome\", exactly as the response has it."
-- counts = "investigations"
-- notes = [
--   "Nothing is merged: three spellings of \"No case to answer - No Action\" are three bars, and so are \"Local resolution\" and \"Local Resolution\".",
--   "The wordings are of different kinds: how a matter was handled, what was found, what was done, or that someone left. Local resolution says nothing of whether an allegation was true, and resigning is neither a sanction nor an admission.",
--   "New conduct and complaints regulations apply to what came to a force's attention from 1 February 2020: the wordings before and after that are not one measure.",
--   "Officers and staff stand in one table and are counted together here, and complaints with other matters, as the response has them.",
-- ]
-- [labels]
-- outcome = "Outcome (as written)"
-- investigations = "Investigations"
-- [chart]
-- mark = "bar"
-- x = "investigations"
-- y = "outcome"
-- format = "d"
SELECT
    outcome,
    count(*) AS investigations,
    list(_record ORDER BY _record) AS trail
FROM investigations
GROUP BY ALL
ORDER BY investigations DESC, outcome;
