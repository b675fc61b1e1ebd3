DROP TABLE saved_queries;
DROP TABLE thumbnail_status;
DROP TABLE waste_signals;
DROP TABLE recommendations;
