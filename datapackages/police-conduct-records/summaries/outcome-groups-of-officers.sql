-- title = "Officers: groups of outcomes, by response and rules"
-- description = "One panel for each response and set of rules, in the only grouping that is held safe over several. Matters still under investigation are left out, and so is whoever is not known to be an officer."
-- counts = "records"
-- smallCells = "Each row counts rows of one response by that response's own words."
-- notes = [
--   "Each force and each set of rules has a panel of its own: the forces count different things, found in different ways, and cannot be ranked.",
--   "Which rules applied is inferred from the date. It is not known of the Met's rows of 2020, and of any row of West Midlands.",
--   "The groups say nothing about what was found.",
-- ]
-- [labels]
-- panel = "Authority and rules"
-- unit = "One record is one of"
-- outcome = "Group of outcomes"
-- records = "Records"
-- [chart]
-- mark = "bar"
-- x = "records"
-- y = "outcome"
-- facet = "panel"
SELECT
    authority || ': ' || CASE regime
            WHEN 'CR2012' THEN 'Conduct rules of 2012'
            WHEN 'CR2020' THEN 'Conduct rules of 2020'
            WHEN 'STAFF' THEN 'The force’s own rules for staff'
            ELSE 'Rules not known'
        END AS panel,
    unit,
    CASE outcome_group
        WHEN 'formal_sanction' THEN 'Formal sanction'
        WHEN 'management_advice' THEN 'Management advice, by itself'
        WHEN 'informal_or_learning' THEN 'Informal action or learning'
        WHEN 'left_force' THEN 'Left the force'
        WHEN 'no_action_recorded' THEN 'No action recorded'
        ELSE 'In none of these groups'
    END AS outcome,
    count(*) AS records,
    list(_record ORDER BY _record) AS trail
FROM records
WHERE kind_of_staff = 'officer' AND status IS DISTINCT FROM 'live'
GROUP BY ALL
ORDER BY panel, outcome, unit;
