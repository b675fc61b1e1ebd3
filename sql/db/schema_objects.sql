-- Tables, indexes, triggers and views that a migration made; SQLite's own and implied ones have other names or no text.
SELECT type, name, sql
FROM sqlite_schema
WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql IS NOT NULL
ORDER BY type, name;
