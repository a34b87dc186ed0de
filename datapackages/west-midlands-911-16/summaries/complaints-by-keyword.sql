-- title = "Complaints from the public by keyword, 2010 to 2015"
-- description = "The nine complaints by the keyword that found them, as written."
-- counts = "complaints"
-- notes = [
--   "Five keywords of the search have no count in the response: plenty of fish, linkdin, ok cupid, instagram and whatsapp. Not stated is not zero.",
--   "The force says that its list is not an exhaustive list of all social media sites.",
-- ]
-- [labels]
-- keyword = "Keyword (as written)"
-- complaints = "Complaints"
-- [chart]
-- mark = "bar"
-- x = "complaints"
-- y = "keyword"
-- format = "d"
SELECT
    keyword,
    CAST(sum(complaints) AS BIGINT) AS complaints,
    list(_record ORDER BY _record) AS trail
FROM complaints_by_keyword
GROUP BY ALL
ORDER BY complaints DESC, keyword;
