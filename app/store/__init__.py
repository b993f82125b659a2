"""The database: the only SQLAlchemy in the house. SQLite and PostgreSQL behind the same statements."""

from app.store.opening import open_store

__all__ = ["open_store"]
