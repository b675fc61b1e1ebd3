DROP TABLE events;
DROP TABLE import_faults;
DROP TABLE import_history;
DROP TABLE accounts;
