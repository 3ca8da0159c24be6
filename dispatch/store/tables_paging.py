"""Whom a case is with, who was asked and how far that got, and everything that rings."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)

from dispatch.store.columns import ID, WORD, key, row_id, version
from dispatch.store.metadata import metadata
from dispatch.store.types import Duration, Json, Sealed, UtcDateTime

escalations = Table(
    "escalations",
    metadata,
    row_id(),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("reason", WORD, nullable=False),
    Column("state", WORD, nullable=False),
    Column("ladder", Json, nullable=False),
    Column("urgency", WORD, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("step_at", UtcDateTime, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("got", Integer, nullable=False),
    Column("want", Integer, nullable=False),
    Column("first_page_at", UtcDateTime),
    Column("only_busy", Boolean, nullable=False),
    Column("asked", Json, nullable=False),
    Column("declined", Json, nullable=False),
    version(),
    Index("ix_escalations_case_id", "case_id"),
    Index("ix_escalations_team_state_want", "team", "state", "want"),
)
#: Spelled out like `OPEN_CASES`.
OPEN_RUNS = escalations.c.state.in_([literal_column(f"'{state}'") for state in ("held", "asking", "exhausted")])
# A case has one open escalation at the most.
Index(
    "uq_escalations_open",
    escalations.c.case_id,
    unique=True,
    sqlite_where=OPEN_RUNS,
    postgresql_where=OPEN_RUNS,
)

pages = Table(
    "pages",
    metadata,
    row_id(),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("escalation_id", ID, ForeignKey("escalations.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("layer", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("voice", Boolean, nullable=False),
    Column("link", String(10), nullable=False, unique=True),
    Column("delivery", WORD, nullable=False),
    Column("answer", WORD, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("by", UtcDateTime, nullable=False),
    Column("because", Json, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("failure", Integer),
    Column("replaced", Boolean, nullable=False),
    version(),
    Index("ix_pages_case_id", "case_id"),
    Index("ix_pages_person_created_at", "person", "created_at"),
    UniqueConstraint("case_id", "escalation_id", "person", "step", "round", "created_at", name="uq_pages_asked_once"),
)

#: Spelled out like `OPEN_CASES`.
OPEN_PAGES = pages.c.answer == literal_column("'open'")
Index("ix_pages_open", pages.c.person, sqlite_where=OPEN_PAGES, postgresql_where=OPEN_PAGES)

#: One call to the provider: written before it is made, completed with its result, whenever that comes.
attempts = Table(
    "attempts",
    metadata,
    row_id(),
    Column("outbox_id", ID, nullable=False),
    Column("page_id", ID),
    Column("alarm_id", ID),
    Column("person", ID),
    Column("channel", WORD, nullable=False),
    #: random, in the callback's address: a callback that comes before the provider's answer still finds its attempt
    Column("token", String(32), nullable=False),
    Column("state", WORD, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sid", String(64)),
    Column("failure", Integer),
    Index("ix_attempts_outbox_id", "outbox_id"),
    Index("ix_attempts_page_id", "page_id"),
    Index("ix_attempts_sid", "sid"),
)

_NOT_ENDED = text("ended_at IS NULL")
alarms = Table(
    "alarms",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("kind", WORD, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("every", Duration, nullable=False),
    Column("case_id", ID),
    Column("subject", String(80)),
    Column("recipients", Json, nullable=False),
    Column("because", Json, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("silenced", Json, nullable=False),
    Column("acknowledged_by", String(80)),
    Column("acknowledged_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(80)),
    version(),
    Index("ix_alarms_case_id", "case_id"),
    Index("ix_alarms_opened_at", "opened_at"),
    Index("ix_alarms_open", "team", sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
)

_NOT_DONE = text("done_at IS NULL")
recontacts = Table(
    "recontacts",
    metadata,
    row_id(),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("every", Duration, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    version(),
    Index("ix_recontacts_case_id", "case_id"),
    Index("ix_recontacts_open", "owner", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE),
)

emergencies = Table(
    "emergencies",
    metadata,
    row_id(),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("called_by", String(80), nullable=False),
    Column("agency", String(64), nullable=False),
    Column("called_at", UtcDateTime, nullable=False),
    Column("incident_number", String(64)),
    Column("person_consented", WORD, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    version(),
    Index("ix_emergencies_case_id", "case_id"),
)

#: Free text about a case: notes, reasons, texts that could not be understood.
notes = Table(
    "notes",
    metadata,
    row_id(),
    Column("case_id", ID, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("kind", WORD, nullable=False),
    key(),
    Column("body", Sealed, nullable=False),
    Index("ix_notes_case_id", "case_id"),
)
