"""The ledger: gap-free, chained, provable, and closed to anything personal."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from dispatch.priority import Urgency
from dispatch.store import ledger
from dispatch.store.engine import Record
from dispatch.store.ledger import HISTORY, LOOKS, Broken, Chain, Entry, NotForLedger
from dispatch.store.ledgerdata import checked
from dispatch.store.tables_infra import GENESIS

NOW = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
CASE = "c0b1d6f2a94e"
chains = pytest.mark.parametrize("chain", [HISTORY, LOOKS], ids=["history", "looks"])


def entry(kind: str = "paged", /, **data: Any) -> Entry:
    return Entry(NOW, "user:ana", kind, CASE, "default", data)


def write(record: Record, *entries: Entry, chain: Chain = HISTORY) -> int:
    with record.write() as conn:
        return ledger.append(conn, entries, chain=chain)


def verdict(record: Record, chain: Chain = HISTORY) -> Broken | None:
    with record.read() as conn:
        return ledger.verify(conn, chain=chain)


@chains
def test_an_empty_chain_holds_and_the_first_number_is_one(record: Record, chain: Chain) -> None:
    assert verdict(record, chain) is None
    assert write(record, chain=chain) == 0
    assert write(record, entry(), entry(), chain=chain) == 2
    assert write(record, entry(), chain=chain) == 3
    with record.read() as conn:
        assert ledger.last(conn, chain=chain) == 3
    assert verdict(record, chain) is None


def test_the_two_chains_count_apart(record: Record) -> None:
    assert write(record, entry(), entry()) == 2
    assert write(record, entry("looked"), chain=LOOKS) == 1


def test_the_hash_covers_exactly_the_documented_text(record: Record) -> None:
    at = NOW.astimezone(timezone(timedelta(hours=-5)))
    with record.write() as conn:
        ledger.append(conn, [Entry(at, "system", "due", None, None, {"b": 2, "a": [True, None, NOW]})])
    preimage = (
        '{"actor":"system","at":"2026-01-05T12:00:00.123456Z","case_id":null,'
        '"data":{"a":[true,null,"2026-01-05T12:00:00.123456Z"],"b":2},'
        f'"kind":"due","n":1,"prev":"{GENESIS}","team":null}}'
    )
    with record.read() as conn:
        (row,) = ledger.since(conn, 0, 10)
    assert row.hash == hashlib.sha256(preimage.encode("ascii")).hexdigest()
    assert row.prev == GENESIS


def test_reading_goes_on_where_it_stopped(record: Record) -> None:
    write(record, *(entry(step=i) for i in range(7)))
    with record.read() as conn:
        assert [row.n for row in ledger.since(conn, 0, 3)] == [1, 2, 3]
        assert [row.n for row in ledger.since(conn, 3, 100)] == [4, 5, 6, 7]
        assert ledger.since(conn, 7, 100) == []


def test_a_chain_longer_than_a_batch_is_walked_to_its_end(record: Record) -> None:
    write(record, *(entry(step=i) for i in range(2500)))
    assert verdict(record) is None
    with record.write() as conn:
        conn.execute(update(HISTORY.links).where(HISTORY.links.c.n == 2400).values(kind="closed"))
    assert verdict(record) == Broken(2400, "its content does not match its hash")


LINKS, HEAD = HISTORY.links, HISTORY.head
FORGERIES: dict[str, tuple[Any, int]] = {
    "the moment": (update(LINKS).where(LINKS.c.n == 3).values(at=NOW + timedelta(microseconds=1)), 3),
    "the actor": (update(LINKS).where(LINKS.c.n == 3).values(actor="user:ben"), 3),
    "the case": (update(LINKS).where(LINKS.c.n == 3).values(case_id=None), 3),
    "the team": (update(LINKS).where(LINKS.c.n == 3).values(team="other"), 3),
    "the data": (update(LINKS).where(LINKS.c.n == 3).values(data={"step": 9}), 3),
    "the hash": (update(LINKS).where(LINKS.c.n == 3).values(hash="f" * 64), 3),
    "one removed": (delete(LINKS).where(LINKS.c.n == 3), 3),
    "the first removed": (delete(LINKS).where(LINKS.c.n == 1), 1),
    "the last removed": (delete(LINKS).where(LINKS.c.n == 5), 5),
    "the end cut off with its head": (update(HEAD).values(n=4), 4),
    "another number": (update(LINKS).where(LINKS.c.n == 5).values(n=6), 5),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_named_by_its_first_broken_link(record: Record, name: str) -> None:
    write(record, *(entry(step=i) for i in range(5)))
    forgery, n = FORGERIES[name]
    with record.write() as conn:
        conn.execute(forgery)
    broken = verdict(record)
    assert broken is not None
    assert broken.n == n


def test_rewriting_an_entry_with_its_hash_breaks_the_next(record: Record) -> None:
    write(record, *(entry(step=i) for i in range(3)))
    with record.write() as conn:
        conn.execute(update(LINKS).where(LINKS.c.n == 2).values(hash="a" * 64, kind="other"))
    assert verdict(record) == Broken(2, "its content does not match its hash")


def test_an_entry_that_was_rolled_back_leaves_no_gap(record: Record) -> None:
    write(record, entry())

    def lost() -> None:
        with record.write() as conn:
            ledger.append(conn, [entry()])
            raise LookupError

    with pytest.raises(LookupError):
        lost()
    assert write(record, entry()) == 2
    assert verdict(record) is None


def test_writers_at_the_same_time_leave_no_gap_and_readers_never_see_a_number_late(record: Record) -> None:
    seen: list[int] = []
    done = threading.Event()

    def write_many() -> None:
        for i in range(25):
            write(record, *(entry(step=i) for _ in range(1 + i % 3)))

    def follow() -> None:
        finished = False
        while not finished:
            finished = done.is_set()  # asked first: what was written before it is then read once more
            with record.read() as conn:
                rows = ledger.since(conn, seen[-1] if seen else 0, 1000)
            seen.extend(row.n for row in rows)

    total = 6 * sum(1 + i % 3 for i in range(25))
    writers = [threading.Thread(target=write_many) for _ in range(6)]
    follower = threading.Thread(target=follow)
    for thread in (*writers, follower):
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    follower.join(60)
    assert seen == list(range(1, total + 1))
    assert verdict(record) is None


PERSONAL: list[Any] = [
    "Ana Ruiz",
    "by the bridge",
    "Zoë",
    "ana@example.org",
    "(202)5550143",
    "+12025550143",
    "12025550143",
    "202-555-0143",
    "202.555.0143",
    "5550143",
    "caller:+12025550143",
    "caller:2025550143",
    "x" * 65,
    "",
    "line\nbreak",
    12025550143,
    2025550143,
    -2025550143,
    38.9072,
    b"bytes",
    {"Ana Ruiz"},
    object(),
    datetime(2026, 1, 5),  # noqa: DTZ001
]


@pytest.mark.parametrize("value", PERSONAL, ids=lambda value: repr(value).partition(" at 0x")[0])
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"inner": v}], ids=["plain", "list", "mapping"])
def test_what_could_be_personal_fails_loudly(value: Any, wrap: Callable[[Any], Any]) -> None:
    with pytest.raises(NotForLedger) as error:
        checked(entry(note=wrap(value)))
    assert "data.note" in str(error.value)
    assert str(value) not in str(error.value) or value == "", "the refusal repeats what it refused"


@pytest.mark.parametrize("place", ["actor", "kind", "case_id", "team"])
def test_every_column_is_checked(place: str) -> None:
    values = {"actor": "ana", "kind": "paged", "case_id": CASE, "team": "default"} | {place: "Ana Ruiz"}
    with pytest.raises(NotForLedger, match=place):
        checked(Entry(NOW, **values, data={}))


@pytest.mark.parametrize("key", ["Ana Ruiz", "+12025550143", "", 7])
def test_keys_are_checked_like_values(key: Any) -> None:
    with pytest.raises(NotForLedger, match="a key of data"):
        checked(Entry(NOW, "ana", "paged", None, None, {key: 1}))


def test_a_refused_entry_touches_nothing(record: Record) -> None:
    write(record, entry())
    with pytest.raises(NotForLedger), record.write() as conn:
        ledger.append(conn, [entry(), entry(name="Ana Ruiz")])
    with record.read() as conn:
        assert ledger.last(conn) == 1


ALLOWED: dict[str, Any] = {
    "case": CASE,
    "uuid": "12345678-1234-4123-8123-123456789012",
    "urgency": Urgency.VERY_URGENT,
    "mode": "911",
    "code": "K7Q",
    "title": "QMHP-T",
    "zone": "America/New_York",
    "date": "2026-01-05",
    "at": NOW,
    "hash": "0" * 32 + "abcdef" * 5 + "ab",
    "version": "1.0.2",
    "seconds": 259200,
    "none": None,
    "yes": True,
    "people": ["ana", "ben"],
    "layers": {"primary": 2},
}


@pytest.mark.parametrize("name", ALLOWED)
def test_ids_enumerations_numbers_and_times_pass(name: str) -> None:
    checked(entry(**{name: ALLOWED[name]}))


@given(st.uuids(version=4))
def test_an_id_is_never_taken_for_a_telephone(value: Any) -> None:
    checked(entry(dashed=str(value), plain=value.hex, actor=f"user:{value.hex}"))


def test_all_allowed_values_survive_storing(record: Record) -> None:
    write(record, entry(**ALLOWED))
    assert verdict(record) is None
