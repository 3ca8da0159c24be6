"""`among(column, "ids")`: one of the texts in the list that the statement is given as `ids`.

SQLAlchemy spells out a list value by value, so each length is another statement, which both databases must read and
plan anew; on the way of a case that was a tenth of the work. Here the list is one value: JSON on SQLite, an array on
PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Texts(TypeDecorator[Iterable[str]]):
    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> list[str] | str:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class among(ColumnElement[bool]):  # noqa: N801 - reads as the words of SQL that it is
    """Whether a column of text holds one of the values of the parameter `name`, any iterable; an empty one holds
    nothing."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's own name and form
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=_Texts())

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002 - SQLAlchemy's own form
        """As it stands: SQLAlchemy would write `= 1` behind a truth on SQLite, which then finds no index to look in and
        reads the whole table."""
        return self


@compiles(among, "sqlite")
def _on_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter, no value


@compiles(among, "postgresql")
def _on_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY ({compiler.process(element.values, **kw)})"
