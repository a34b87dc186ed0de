-- title = "Mappings, by list and how sure we are"
-- description = "How many mappings give a code of each list, and how sure we are of them. Where a month or a rank is read as something more, it is inferred, and said to be."
-- counts = "mappings"
-- [labels]
-- list = "List"
-- confidence = "Confidence"
-- mappings = "Mappings"
-- [chart]
-- mark = "bar"
-- x = "mappings"
-- y = "list"
-- color = "confidence"
-- sort = ["stated", "inferred", "guess"]
SELECT list, confidence, count(*) AS mappings, list(_record ORDER BY _record) AS trail
FROM mappings
GROUP BY list, confidence
ORDER BY list, confidence;
