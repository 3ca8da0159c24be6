"""Insert, or give way to the row that is there: the same words on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of that dialect, with its `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_if_new(conn: Connection, table: Table, row: Mapping[str, Any], key: tuple[str, ...]) -> bool:
    """Insert one row unless another has the same `key` columns; False when one has.

    A row of that key in a transaction still running is waited for.
    """
    return conn.execute(_if_new(conn.dialect.name, table, key), row).one_or_none() is not None


@cache
def _if_new(dialect: str, table: Table, key: tuple[str, ...]) -> Executable:
    # RETURNING tells whether it went in; the drivers' row counts of an INSERT do not.
    return insert_for(dialect, table).on_conflict_do_nothing(index_elements=key).returning(literal_column("1"))
