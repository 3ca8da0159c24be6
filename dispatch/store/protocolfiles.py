"""The protocol files assessments were scored with, kept by content hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from dispatch.store import schema
from dispatch.store.conflict import insert_if_new


def keep(conn: Connection, content_hash: str, protocol: str, text: str, now: datetime) -> None:
    """Keep a file's text; nothing happens when it is kept already."""
    row = {"content_hash": content_hash, "protocol": protocol, "text": text, "kept_at": now}
    insert_if_new(conn, schema.protocol_files, row, ("content_hash",))


def text_of(conn: Connection, content_hash: str) -> str | None:
    files = schema.protocol_files
    return conn.scalar(select(files.c.text).where(files.c.content_hash == content_hash))
