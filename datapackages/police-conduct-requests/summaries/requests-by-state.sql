-- title = "Requests, by what came of them"
-- description = "How many of the requests that this site knows of were answered, in full or in part. It is no rate of answers, since who else was asked is not known."
-- counts = "requests"
-- [labels]
-- series = "Series"
-- state = "State"
-- requests = "Requests"
SELECT
    series.title AS series,
    requests.state,
    count(*) AS requests,
    list(requests._record ORDER BY requests._record) AS trail
FROM requests
INNER JOIN series USING (series)
GROUP BY series.title, requests.state
ORDER BY series.title, requests.state;
