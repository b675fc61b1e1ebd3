DROP TABLE schedules;
DROP TABLE job_stages;
DROP TABLE jobs;
