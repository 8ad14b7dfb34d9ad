"""All SQL of the project, for SQLite and PostgreSQL alike."""
