"""Column types: what goes in comes out the same on both databases, and accidents are refused at the border."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from dispatch.store.engine import Record
from dispatch.store.sealedbytes import SealedBytes
from dispatch.store.sealing import Sealer
from dispatch.store.types import Duration, Json, Sealed, UtcDateTime

things = Table(
    "things",
    MetaData(),
    Column("n", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("span", Duration),
    Column("json", Json),
    Column("sealed", Sealed),
)
MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def record(record: Record) -> Record:
    with record.write() as conn:
        things.create(conn)
    return record


def keep(record: Record, **values: object) -> object:
    """Store one value and read it back."""
    (name,) = values
    with record.write() as conn:
        conn.execute(things.delete())
        conn.execute(insert(things), {"n": 1, **values})
    with record.read() as conn:
        return conn.execute(select(things.c[name])).scalar_one()


@MANY
@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_comes_back_as_the_same_moment_in_utc(record: Record, at: datetime) -> None:
    back = keep(record, at=at)
    assert isinstance(back, datetime)
    # Compared in UTC: Python calls an hour that the clocks repeat unequal to everything.
    assert back == at.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(record: Record) -> None:
    with pytest.raises(StatementError, match="needs a zone"):
        keep(record, at=datetime(2026, 1, 5, 12))  # noqa: DTZ001


def test_moments_compare_in_sql_across_zones_and_seconds(record: Record) -> None:
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    later = (noon + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=-5)))
    with record.write() as conn:
        conn.execute(insert(things), [{"n": 1, "at": noon}, {"n": 2, "at": later}])
        assert conn.scalars(select(things.c.n).where(things.c.at > noon)).all() == [2]
        assert conn.scalars(select(things.c.n).order_by(things.c.at)).all() == [1, 2]


@MANY
@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_span_keeps_its_milliseconds(record: Record, milliseconds: int) -> None:
    assert keep(record, span=timedelta(milliseconds=milliseconds)) == timedelta(milliseconds=milliseconds)


TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@MANY
@given(st.dictionaries(st.sampled_from(["z", "a", "é"]), JSON))
def test_json_comes_back_equal(record: Record, value: dict[str, object]) -> None:
    assert keep(record, json=value) == value


def test_no_value_is_null_for_every_type(record: Record) -> None:
    with record.write() as conn:
        conn.execute(insert(things), {"n": 1, "at": None, "span": None, "json": None, "sealed": None})
        nulls = select(things.c.n).where(
            things.c.at.is_(None), things.c.span.is_(None), things.c.json.is_(None), things.c.sealed.is_(None)
        )
        assert conn.scalar(nulls) == 1


def test_a_sealed_field_comes_back_as_it_was_sealed(record: Record, sealer: Sealer) -> None:
    sealed = sealer.seal("things", "sealed", "1", sealer.new_subject_key(), "Ana Ruiz")
    back = keep(record, sealed=sealed)
    assert isinstance(back, SealedBytes)
    assert back == sealed


@pytest.mark.parametrize("clear", ["Ana Ruiz", b"Ana Ruiz", bytearray(b"Ana"), {"name": "Ana"}, 12025550143])
def test_a_clear_value_cannot_enter_a_sealed_column(record: Record, clear: object) -> None:
    with pytest.raises(StatementError, match="seal the value first"):
        keep(record, sealed=clear)


@pytest.mark.parametrize("clear", [b"", b"Ana Ruiz", b"Ana Ruiz, 12 Some Street, third floor, rings twice", b"\x01"])
def test_clear_bytes_cannot_be_called_sealed(clear: bytes) -> None:
    with pytest.raises(ValueError, match="not a sealed field"):
        SealedBytes(clear)
