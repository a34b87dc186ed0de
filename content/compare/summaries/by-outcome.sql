-- title = "Outcomes stated, by force and conduct rules"
-- description = "One panel for each force and set of rules. The Metropolitan Police Service's 97 officers still under investigation are left out; the other two responses do not say which matters are closed."
-- counts = "records"
-- smallCells = "Small numbers: each response lists its records one by one, and the counts can be read off it."
-- notes = [
--   "The forces count different things, found by different searches, under different rules. Compare within a panel, not between panels.",
--   "The rules changed on 1 February 2020. For the Metropolitan Police Service's records of 2020 it is not known which applied, since only the year is given.",
--   "The groups are our reading of each response's words. Each number leads to its records, where the words stand beside the group.",
--   "West Midlands Police was asked only for people who were disciplined, so its outcomes cannot show how often no action followed.",
--   "Three of the 22 officers with a formal sanction under the rules of 2012 also have \"No Case to Answer\" and \"No Action\"; so has one with management advice.",
-- ]
-- [labels]
-- panel = "Authority and rules"
-- outcome = "Group of outcomes"
-- kind = "Officer or staff"
-- records = "Records"
-- [chart]
-- mark = "bar"
-- x = "records"
-- y = "outcome"
-- color = "kind"
-- facet = "panel"
-- sort = ["Police officer", "Police staff, not an officer", "Officer or staff, not known"]
-- format = "d"
SELECT
    records.authority || ': ' || regimes.label AS panel,
    outcomes.label AS outcome,
    kinds.label AS kind,
    count(*) AS records,
    list(records._record ORDER BY records._record) AS trail
FROM p_police_conduct_records.records AS records
INNER JOIN p_police_conduct_vocabulary.codes AS outcomes
    ON outcomes.list = 'outcome_group' AND outcomes.code = records.outcome_group
INNER JOIN p_police_conduct_vocabulary.codes AS regimes
    ON regimes.list = 'regime' AND regimes.code = records.regime
INNER JOIN p_police_conduct_vocabulary.codes AS kinds
    ON kinds.list = 'kind_of_staff' AND kinds.code = records.kind_of_staff
WHERE records.status IS DISTINCT FROM 'live'
GROUP BY panel, outcome, kind, outcomes._record
ORDER BY panel, outcomes._record, kind;
