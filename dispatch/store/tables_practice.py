"""What lets a person work and what the work asks of them: waivers, signatures for trainees, debriefs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from dispatch.store.columns import ID, WORD, key, row_id, version
from dispatch.store.metadata import metadata
from dispatch.store.types import Json, Sealed, UtcDateTime

#: A named person let somebody work on a case whose credential does not count there.
waivers = Table(
    "waivers",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    key(),
    Column("reason", Sealed, nullable=False),
    Index("ix_waivers_case_id", "case_id"),
)

#: A trainee's assessment, until their supervisor has signed it or sent it back. Like the assessment, it is written
#: before its case.
signatures = Table(
    "signatures",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("case_id", ID, nullable=False),
    Column("assessment_id", ID, ForeignKey("assessments.id"), nullable=False, unique=True),
    Column("trainee", ID, ForeignKey("people.id"), nullable=False),
    Column("supervisor", ID, ForeignKey("people.id")),
    Column("state", WORD, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("signed_by", String(80)),
    Column("signed_at", UtcDateTime),
    version(),
    Index("ix_signatures_supervisor_state", "supervisor", "state"),
    Index("ix_signatures_case_id", "case_id"),
)

#: A talk offered to somebody after a distressing call, until it was held or declined.
debriefs = Table(
    "debriefs",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("because", Json, nullable=False),
    Column("offered_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", WORD, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(80)),
    version(),
    Index("ix_debriefs_person_state", "person", "state"),
)
