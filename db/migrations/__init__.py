"""The history of the schema, one Alembic revision per change, applied by ``db.migrate``."""
