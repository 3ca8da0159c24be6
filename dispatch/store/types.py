"""Column types of the record. Each refuses at the border what would be a silent accident inside.

    UtcDateTime   aware datetimes in, aware UTC out, microseconds kept, on both databases
    Duration      timedelta as whole milliseconds
    Json          JSON with sorted keys; JSONB on PostgreSQL
    Sealed        personal fields: takes `SealedBytes` and nothing else

None passes through all of them as NULL.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from dispatch.store.sealedbytes import SealedBytes


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. A naive value is refused: nobody can say later which zone it meant.

    SQLite has no time type, and the driver drops the zone; UTC goes in as fixed-width text, which also sorts as time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError(f"a time needs a zone, and {value.isoformat()} has none")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Duration(TypeDecorator[timedelta]):
    """A span of time in whole milliseconds; a finer part is cut off towards the past."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Dialect) -> int | None:
        return None if value is None else value // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(milliseconds=value)


class Json(TypeDecorator[Any]):
    """A JSON value; None is SQL NULL, never the JSON word null. Sorted keys make equal values equal text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value


class Sealed(TypeDecorator[SealedBytes]):
    """A personal field. Text or plain bytes are refused, so nothing personal can be stored in clear by accident."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: SealedBytes | None, _dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, SealedBytes):
            raise TypeError(f"a sealed column takes SealedBytes, not {type(value).__name__}: seal the value first")
        return bytes(value)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> SealedBytes | None:
        return None if value is None else SealedBytes(value)
