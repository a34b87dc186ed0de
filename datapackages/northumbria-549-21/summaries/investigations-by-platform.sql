-- title = "Investigations by social media, as written"
-- description = "One bar for each entry in the column \"Social Media\", spelt as the response spells it."
-- counts = "investigations"
-- notes = [
--   "An entry that names several services, such as \"Text messages & Facebook\", is counted once, under its own wording.",
--   "Five rows are dated 2021, which is a part-year.",
-- ]
-- [labels]
-- social_media = "Social media (as written)"
-- investigations = "Investigations"
-- [chart]
-- mark = "bar"
-- x = "investigations"
-- y = "social_media"
-- format = "d"
SELECT
    social_media,
    count(*) AS investigations,
    list(_record ORDER BY _record) AS trail
FROM investigations
GROUP BY ALL
ORDER BY investigations DESC, social_media;
