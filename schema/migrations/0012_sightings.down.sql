DROP TRIGGER creatives_sighted_before;
DROP TABLE creative_sightings;
