"""Tables of the machinery: what must be done, by when, what came in, what was promised, and the history.

Every `*_id` and code here names a row elsewhere by value only: outbox, inbox and history outlive what they speak of.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
    literal_column,
    text,
)
from sqlalchemy.engine import Connection

from dispatch.store.metadata import metadata
from dispatch.store.types import Json, Sealed, UtcDateTime

# SQLite numbers rows by itself only for a primary key declared INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

GENESIS = "0" * 64

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    # NULL once destroyed: forgetting a person is the loss of these bytes, whatever copies of the ciphertext remain.
    Column("wrapped", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("destroyed_at", UtcDateTime),
)

outbox = Table(
    "outbox",
    metadata,
    Column("n", _Number, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("team", String(64), nullable=False),
    Column("case_id", String(64)),
    Column("page_id", String(64)),
    Column("alarm_id", String(64)),
    Column("person", String(64)),
    Column("payload", Json, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("claimed_by", String(80)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("id"),
    CheckConstraint("state IN ('pending', 'claimed', 'done', 'failed', 'void')", name="state"),
)
# Years of closed rows stay; a claim must not read past them.
OPEN_EFFECTS = text("state IN ('pending', 'claimed')")
Index("ix_outbox_open", outbox.c.priority, outbox.c.n, sqlite_where=OPEN_EFFECTS, postgresql_where=OPEN_EFFECTS)
Index("ix_outbox_case_id", outbox.c.case_id)
Index("ix_outbox_page_id", outbox.c.page_id)

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner_kind", String(40), nullable=False),
    Column("owner_id", String(64), nullable=False),
    Column("meaning", String(40), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("team", String(64), nullable=False),
    Column("case_id", String(64)),
    Column("claimed_by", String(80)),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("owner_kind", "owner_id"),
)
Index("ix_deadlines_lease_until_due_at", deadlines.c.lease_until, deadlines.c.due_at)

inbox = Table(
    "inbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("source", String(20), nullable=False),
    Column("sid", String(64), nullable=False),
    # Never NULL: databases hold two NULLs to be different, and a repeated webhook would pass the unique key.
    Column("status", String(32), nullable=False),
    Column("idempotency_token", String(128)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("key_id", String(32), ForeignKey("data_keys.id"), nullable=False),
    # A keyed hash of the sender's number: two automatic answers must not talk to each other all night.
    Column("sender_index", String(64)),
    Column("processed_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("source", "sid", "status"),
    Index("ix_inbox_sender_index_received_at", "sender_index", "received_at"),
)
TEXTS = inbox.c.source == literal_column("'sms'")
Index("ix_inbox_texts", inbox.c.received_at, sqlite_where=TEXTS, postgresql_where=TEXTS)
_UNREAD = text("processed_at IS NULL")
Index("ix_inbox_unread", inbox.c.received_at, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", String(80), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("contact_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_idempotency_created_at", "created_at"),
)


# One row a login that was tried and has not come in since, known or not; gone an hour after the last try.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("login_index", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Index("ix_sign_in_tries_last_at", "last_at"),
)


def _chain(name: str) -> tuple[Table, Table]:
    """One hash-chained history and the single row that holds its end."""
    links = Table(
        name,
        metadata,
        Column("n", _Number, primary_key=True, autoincrement=False),
        Column("at", UtcDateTime, nullable=False),
        Column("actor", String(80), nullable=False),
        Column("kind", String(64), nullable=False),
        Column("case_id", String(64)),
        Column("team", String(64)),
        Column("data", Json, nullable=False),
        Column("prev", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Index(f"ix_{name}_case_id_n", "case_id", "n"),
        Index(f"ix_{name}_at", "at"),
    )
    head = Table(
        f"{name}_head",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("n", BigInteger, nullable=False),
        Column("hash", String(64), nullable=False),
        CheckConstraint("id = 1", name="single"),
    )
    event.listen(head, "after_create", _begin)
    return links, head


def _begin(target: Table, connection: Connection, **_: object) -> None:
    """The head exists from the start, so that the first two writers lock one row instead of both inserting it."""
    connection.execute(target.insert(), {"id": 1, "n": 0, "hash": GENESIS})


ledger, ledger_head = _chain("ledger")
looks, looks_head = _chain("looks")
