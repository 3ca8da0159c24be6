"""Sealing: only the right key opens, only in the right place, and never again once the key is destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import Forgotten, InvalidInput, Unreadable
from dispatch.store import datakeys
from dispatch.store.engine import Record
from dispatch.store.keyring import Keyring
from dispatch.store.sealing import DataKey, SealedBytes, Sealer

OLD = "the-old-made-up-secret,-long-enough"
NEW = "the-new-made-up-secret,-long-enough"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@given(st.text(st.characters(codec="utf-8")))
def test_text_opens_where_it_was_sealed(value: str) -> None:
    sealer = Sealer(Keyring([OLD]))
    key = sealer.new_subject_key()
    sealed = sealer.seal("cases", "narrative", "k7q", key, value)
    assert sealer.open_text("cases", "narrative", "k7q", key, sealed) == value


def test_a_mapping_opens_as_a_mapping_and_not_as_text(sealer: Sealer) -> None:
    key = sealer.new_subject_key()
    person: Mapping[str, object] = {"name": "Ana Ruiz", "phone": "+12025550101", "languages": ["en", "es"]}
    sealed = sealer.seal("contacts", "person", "c1", key, person)
    assert sealer.open_dict("contacts", "person", "c1", key, sealed) == person
    with pytest.raises(Unreadable, match="holds no text"):
        sealer.open_text("contacts", "person", "c1", key, sealed)


@pytest.mark.parametrize(
    "place",
    [
        ("cases", "narrative", "other"),
        ("cases", "place", "k7q"),
        ("contacts", "narrative", "k7q"),
        ("case", "snarrative", "k7q"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(sealer: Sealer, place: tuple[str, str, str]) -> None:
    key = sealer.new_subject_key()
    sealed = sealer.seal("cases", "narrative", "k7q", key, "she is by the bridge")
    with pytest.raises(Unreadable, match="altered, or belongs elsewhere"):
        sealer.open_text(*place, key, sealed)


def test_every_changed_byte_is_noticed(sealer: Sealer) -> None:
    key = sealer.new_subject_key()
    sealed = sealer.seal("cases", "narrative", "k7q", key, "short")
    for i in range(1, len(sealed)):
        changed = SealedBytes(sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :])
        with pytest.raises(Unreadable):
            sealer.open_text("cases", "narrative", "k7q", key, changed)


def test_another_persons_key_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal("cases", "narrative", "k7q", sealer.new_subject_key(), "text")
    with pytest.raises(Unreadable, match="another key"):
        sealer.open_text("cases", "narrative", "k7q", sealer.new_subject_key(), sealed)


def test_the_same_text_never_seals_to_the_same_bytes(sealer: Sealer) -> None:
    key = sealer.new_subject_key()
    assert len({sealer.seal("t", "c", "r", key, "same") for _ in range(100)}) == 100


def test_nothing_readable_is_in_the_sealed_bytes_or_their_description(sealer: Sealer) -> None:
    sealed = sealer.seal("t", "c", "r", sealer.new_subject_key(), "Ana Ruiz")
    assert b"Ana" not in bytes(sealed)
    assert "Ana" not in repr(sealed)


def test_what_is_neither_text_nor_mapping_is_not_sealed(sealer: Sealer) -> None:
    with pytest.raises(TypeError, match="only text or a mapping"):
        sealer.seal("t", "c", "r", sealer.new_subject_key(), b"bytes")  # type: ignore[arg-type]


def test_after_a_rotation_old_fields_open_and_new_keys_use_the_new_secret() -> None:
    before, during = Sealer(Keyring([OLD])), Sealer(Keyring.parse(f"{NEW}\n{OLD}\n"))
    old_key = before.new_subject_key()
    sealed = before.seal("t", "c", "r", old_key, "kept")
    assert during.open_text("t", "c", "r", old_key, sealed) == "kept"

    new_key = during.new_subject_key()
    after = Sealer(Keyring([NEW]))
    assert after.open_text("t", "c", "r", new_key, during.seal("t", "c", "r", new_key, "new")) == "new"
    with pytest.raises(Unreadable, match="no longer lists"):
        after.open_text("t", "c", "r", old_key, sealed)


def test_wrapped_keys_cannot_be_traded_between_people(sealer: Sealer) -> None:
    mine, theirs = sealer.new_subject_key(), sealer.new_subject_key()
    elsewhere = Sealer(Keyring(["a made-up secret that is long enough"]))
    with pytest.raises(Unreadable, match="data key was altered"):
        elsewhere.seal("t", "c", "r", DataKey(mine.id, theirs.wrapped), "x")


def test_look_ups_find_what_was_indexed_before_a_rotation() -> None:
    before, during = Sealer(Keyring([OLD])), Sealer(Keyring([NEW, OLD]))
    stored = before.blind_index("phone", "+12025550143")
    assert stored in during.blind_indexes("phone", "+12025550143")
    assert during.blind_index("phone", "+12025550143") != stored
    assert stored not in during.blind_indexes("phone", "+12025550144")
    assert stored not in during.blind_indexes("email", "+12025550143")


@pytest.mark.parametrize("setting", ["", " \n", "short", f"{NEW} short"])
def test_a_weak_or_missing_secret_is_named(setting: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Keyring.parse(setting)
    assert [fault.field for fault in error.value.faults] == ["DISPATCH_SECRET_KEY"]
    assert "short" not in str(error.value)


def test_the_cache_of_open_keys_is_bounded_and_does_not_change_what_opens() -> None:
    sealer = Sealer(Keyring([OLD]), cache=3)
    keys = [sealer.new_subject_key() for _ in range(10)]
    sealed = [(key, sealer.seal("t", "c", "r", key, key.id)) for key in keys]
    assert [sealer.open_text("t", "c", "r", key, value) for key, value in sealed] == [key.id for key in keys]
    assert len(sealer._open_keys) == 3


def test_forgetting_destroys_the_key_for_processes_that_had_it_open(record: Record, sealer: Sealer) -> None:
    key, other = sealer.new_subject_key(), sealer.new_subject_key()
    sealed = sealer.seal("t", "c", "r", key, "gone soon")
    with record.write() as conn:
        datakeys.add(conn, [key, other], NOW)
    with record.write() as conn:
        assert datakeys.destroy(conn, [key.id], NOW) == 1
        assert datakeys.destroy(conn, [key.id], NOW) == 0
    with record.read() as conn:
        loaded = datakeys.load(conn, [key.id, other.id, "unknown"])
    assert set(loaded) == {key.id, other.id}
    with pytest.raises(Forgotten):
        sealer.open_text("t", "c", "r", loaded[key.id], sealed)
    assert sealer.seal("t", "c", "r", loaded[other.id], "still here").key_id == other.id
