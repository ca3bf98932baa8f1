"""The database: the only code that imports duckdb."""

from affectcli.store.connection import Connection
from affectcli.store.context import Context, Outcome
from affectcli.store.database import Database
from affectcli.store.query import describe, query

__all__ = ["Connection", "Context", "Database", "Outcome", "describe", "query"]
