-- One row for each record of the three responses: its own words, and beside them the codes that the mappings of
-- police-conduct-vocabulary give to these words. Nothing is converted; what does not fit its rules is flagged.
WITH

-- Every record with the words that it has of each kind. Allegations and summaries stay where they are.
written AS (
    SELECT
        _record AS record,
        source_line,
        year AS year,
        CAST(year AS VARCHAR) AS date_as_written,
        rank AS rank_as_written,
        NULL AS platform_as_written,
        result AS result_as_written,
        action AS action_as_written,
        sanction AS sanction_as_written,
        NULL AS outcome_as_written
    FROM p_met_01_foi_22_026570.officers
    UNION ALL
    SELECT
        _record AS record,
        source_line,
        CAST(left(month, 4) AS INTEGER) AS year,
        date AS date_as_written,
        rank AS rank_as_written,
        social_media AS platform_as_written,
        NULL AS result_as_written,
        NULL AS action_as_written,
        NULL AS sanction_as_written,
        outcome AS outcome_as_written
    FROM p_northumbria_549_21.investigations
    UNION ALL
    SELECT
        _record AS record,
        source_line,
        NULL AS year,
        NULL AS date_as_written,
        role AS rank_as_written,
        incident AS platform_as_written,
        NULL AS result_as_written,
        NULL AS action_as_written,
        NULL AS sanction_as_written,
        outcome AS outcome_as_written
    FROM p_west_midlands_911_16.disciplinary_outcomes
),

-- The same words one below the other, under the field's own name, as the mappings name them.
-- '*' is the field and the value of what holds of every row of a table.
words AS (
    SELECT _record AS record, unnest([
        {'field': '*', 'value': '*'},
        {'field': 'status', 'value': status},
        {'field': 'year', 'value': CAST(year AS VARCHAR)},
        {'field': 'rank', 'value': rank},
        {'field': 'result', 'value': result},
        {'field': 'action', 'value': action},
        {'field': 'sanction', 'value': sanction}
    ]) AS word
    FROM p_met_01_foi_22_026570.officers
    UNION ALL
    SELECT _record AS record, unnest([
        {'field': '*', 'value': '*'},
        {'field': 'month', 'value': month},
        {'field': 'social_media', 'value': social_media},
        {'field': 'rank', 'value': rank},
        {'field': 'outcome', 'value': outcome}
    ]) AS word
    FROM p_northumbria_549_21.investigations
    UNION ALL
    SELECT _record AS record, unnest([
        {'field': '*', 'value': '*'},
        {'field': 'role', 'value': role},
        {'field': 'outcome', 'value': outcome},
        {'field': 'incident', 'value': incident}
    ]) AS word
    FROM p_west_midlands_911_16.disciplinary_outcomes
),

-- What each word is taken to mean.
mapped AS (
    SELECT words.record, mappings.field, mappings.list, mappings.code, mappings.confidence, mappings._record.row AS mapping
    FROM words
    INNER JOIN p_police_conduct_vocabulary.mappings AS mappings
        ON mappings.package = words.record.package
        AND mappings.resource = words.record.resource
        AND mappings.field = words.word.field
        AND mappings.value = words.word.value
    WHERE mappings.list <> 'unmappable'
),

-- Staff before date: where a rank says which rules applied, or that they are not known, the month does not.
meant AS (
    SELECT mapped.*
    FROM mapped
    WHERE NOT (
        mapped.list = 'regime'
        AND mapped.field = 'month'
        AND mapped.record IN (SELECT other.record FROM mapped AS other WHERE other.list = 'regime' AND other.field = 'rank')
    )
),

-- The one group of outcomes of a record: that of its code with the lowest precedence. The grouping is our own, so that
-- it is never more certain than inferred.
grouped AS (
    SELECT
        meant.record,
        'outcome_group' AS list,
        groups."group" AS code,
        CASE meant.confidence WHEN 'guess' THEN 'guess' ELSE 'inferred' END AS confidence
    FROM meant
    INNER JOIN p_police_conduct_vocabulary.groups AS groups USING (list, code)
    QUALIFY groups.precedence = min(groups.precedence) OVER (PARTITION BY meant.record)
),

-- Each record and list: its codes, and how sure we are, which is as sure as of the least sure of them.
cells AS (
    SELECT
        record,
        list,
        string_agg(DISTINCT code, '|' ORDER BY code) AS codes,
        ['guess', 'inferred', 'stated'][min(list_position(['guess', 'inferred', 'stated'], confidence))] AS confidence
    FROM (
        SELECT record, list, code, confidence FROM meant
        UNION ALL
        SELECT record, list, code, confidence FROM grouped
    )
    GROUP BY record, list
),

coded AS (
    SELECT
        record,
        max(codes) FILTER (list = 'year_coverage') AS year_coverage,
        max(codes) FILTER (list = 'regime') AS regime,
        max(confidence) FILTER (list = 'regime') AS regime_confidence,
        max(codes) FILTER (list = 'kind_of_staff') AS kind_of_staff,
        max(confidence) FILTER (list = 'kind_of_staff') AS kind_of_staff_confidence,
        max(codes) FILTER (list = 'matter') AS matter,
        max(confidence) FILTER (list = 'matter') AS matter_confidence,
        max(codes) FILTER (list = 'status') AS status,
        max(confidence) FILTER (list = 'status') AS status_confidence,
        max(codes) FILTER (list = 'rank_group') AS rank_group,
        max(confidence) FILTER (list = 'rank_group') AS rank_group_confidence,
        max(codes) FILTER (list = 'platform') AS platform,
        max(confidence) FILTER (list = 'platform') AS platform_confidence,
        max(codes) FILTER (list = 'handling') AS handling,
        max(confidence) FILTER (list = 'handling') AS handling_confidence,
        max(codes) FILTER (list = 'finding') AS finding,
        max(confidence) FILTER (list = 'finding') AS finding_confidence,
        max(codes) FILTER (list = 'action') AS action,
        max(confidence) FILTER (list = 'action') AS action_confidence,
        max(codes) FILTER (list = 'sanction') AS sanction,
        max(confidence) FILTER (list = 'sanction') AS sanction_confidence,
        max(codes) FILTER (list = 'leaving') AS leaving,
        max(confidence) FILTER (list = 'leaving') AS leaving_confidence,
        max(codes) FILTER (list = 'outcome_group') AS outcome_group,
        max(confidence) FILTER (list = 'outcome_group') AS outcome_group_confidence
    FROM cells
    GROUP BY record
),

-- The rows of the table of mappings that a record's codes come from.
sources AS (
    SELECT record, string_agg(CAST(mapping AS VARCHAR), '|' ORDER BY mapping) AS mapped_by
    FROM meant
    GROUP BY record
),

-- What a reader should be warned of: a code that is known of other rules only, advice without proceedings, and a
-- sanction in a row that also says that there was no action.
warnings AS (
    SELECT meant.record, meant.code || '_under_' || coded.regime AS flag
    FROM meant
    INNER JOIN coded USING (record)
    INNER JOIN p_police_conduct_vocabulary.codes AS codes USING (list, code)
    WHERE codes.regime IS NOT NULL
        AND meant.list <> 'regime'
        AND coded.regime <> 'unknown'
        AND NOT list_contains(string_split(codes.regime, '|'), coded.regime)
    UNION
    SELECT record, 'management_advice_no_proceedings_shown' AS flag
    FROM coded
    WHERE sanction = 'management_advice'
        AND coalesce(action, '') <> 'referral_to_proceedings'
        AND coalesce(handling, '') <> 'proceedings'
    UNION
    SELECT record, 'sanction_beside_no_action' AS flag
    FROM coded
    WHERE action = 'none' AND sanction <> 'none'
    UNION
    SELECT record, 'sanction_beside_reflective_practice' AS flag
    FROM coded
    WHERE action = 'reflective_practice' AND sanction IN (
        'verbal_warning', 'written_warning', 'final_written_warning', 'dismissal_with_notice',
        'dismissal_without_notice', 'dismissal', 'would_have_been_dismissed'
    )
),

flagged AS (
    SELECT record, string_agg(flag, '|' ORDER BY flag) AS flags
    FROM warnings
    GROUP BY record
)

SELECT
    record.package AS package,
    record.resource AS resource,
    record.row AS row,
    tables.document,
    written.source_line,
    packages.version AS package_version,
    packages.authority,
    tables.unit,
    tables.basis,
    tables.search,
    written.year,
    coded.year_coverage,
    coded.regime,
    coded.regime_confidence,
    coded.kind_of_staff,
    coded.kind_of_staff_confidence,
    coded.matter,
    coded.matter_confidence,
    coded.status,
    coded.status_confidence,
    written.date_as_written,
    written.rank_as_written,
    coded.rank_group,
    coded.rank_group_confidence,
    written.platform_as_written,
    coded.platform,
    coded.platform_confidence,
    written.result_as_written,
    written.action_as_written,
    written.sanction_as_written,
    written.outcome_as_written,
    -- A closed matter of which nothing is written says so; a live one has nothing to say yet.
    CASE WHEN coded.status IS DISTINCT FROM 'live' THEN coalesce(coded.handling, 'not_stated') END AS handling,
    coded.handling_confidence,
    CASE WHEN coded.status IS DISTINCT FROM 'live' THEN coalesce(coded.finding, 'not_stated') END AS finding,
    coded.finding_confidence,
    CASE WHEN coded.status IS DISTINCT FROM 'live' THEN coalesce(coded.action, 'not_stated') END AS action,
    coded.action_confidence,
    CASE WHEN coded.status IS DISTINCT FROM 'live' THEN coalesce(coded.sanction, 'not_stated') END AS sanction,
    coded.sanction_confidence,
    CASE WHEN coded.status IS DISTINCT FROM 'live' THEN coalesce(coded.leaving, 'not_stated') END AS leaving,
    coded.leaving_confidence,
    coded.outcome_group,
    coded.outcome_group_confidence,
    sources.mapped_by,
    flagged.flags
FROM written
INNER JOIN coded USING (record)
INNER JOIN sources USING (record)
LEFT JOIN flagged USING (record)
INNER JOIN site.packages AS packages ON packages.package = record.package
INNER JOIN site.tables AS tables ON tables.package = record.package AND tables.resource = record.resource
ORDER BY package, resource, row;
