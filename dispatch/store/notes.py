"""Free text about a case, sealed: notes, reasons, texts nobody could act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.store import datakeys, schema
from dispatch.store.sealing import DataKey, SealedBytes, Sealer


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    case_id: str
    kind: str
    key: DataKey
    body: SealedBytes


def seal(sealer: Sealer, new_id: str, case_id: str, kind: str, text: str) -> Note:
    """A note ready to be stored; made before the write lock is taken."""
    key = sealer.new_subject_key()
    return Note(new_id, case_id, kind, key, sealer.seal("notes", "body", new_id, key, text))


def add(conn: Connection, note: Note, by: str, at: datetime) -> None:
    datakeys.add(conn, [note.key], at)
    row = {"id": note.id, "case_id": note.case_id, "at": at, "by": by, "kind": note.kind}
    conn.execute(schema.notes.insert(), [{**row, "key_id": note.key.id, "body": note.body}])


def of_case(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    n = schema.notes
    return conn.execute(select(n).where(n.c.case_id == case_id).order_by(n.c.at, n.c.id)).all()
