"""Columns that nearly every table of the domain has."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String

ID = String(64)
WORD = String(40)


def row_id() -> Column[str]:
    return Column("id", ID, primary_key=True)


def version() -> Column[int]:
    return Column("version", Integer, nullable=False)


def key() -> Column[str]:
    """The data key of whoever the row's sealed fields speak of."""
    return Column("key_id", String(32), ForeignKey("data_keys.id"), nullable=False)
