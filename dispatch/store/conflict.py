"""Insert, or give way to the row that is there: the same words on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of this database's dialect, with its `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def insert_if_new(conn: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert one row unless another has the same `key` columns; False when one has.

    A row of that key in a transaction still running is waited for. RETURNING tells, because the drivers' row counts of
    an INSERT do not.
    """
    new: Executable = insert_for(conn, table).on_conflict_do_nothing(index_elements=key).returning(literal_column("1"))
    return conn.execute(new, row).one_or_none() is not None
