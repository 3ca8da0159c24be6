"""What was told to us: contacts and their assessments; and the cases made of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, literal_column, text

from dispatch.store.columns import ID, WORD, key, row_id, version
from dispatch.store.metadata import metadata
from dispatch.store.types import Json, Sealed, UtcDateTime

contacts = Table(
    "contacts",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("case_id", ID),
    Column("channel", WORD, nullable=False),
    Column("call_type", WORD, nullable=False),
    Column("operator", String(80), nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("logged_at", UtcDateTime, nullable=False),
    Column("facts", Json, nullable=False),
    Column("disposition", WORD),
    key(),
    Column("personal", Sealed, nullable=False),
    Column("person_index", String(64)),
    Column("caller_index", String(64)),
    Index("ix_contacts_case_id", "case_id"),
    Index("ix_contacts_person_index", "person_index"),
    Index("ix_contacts_caller_index", "caller_index"),
)

assessments = Table(
    "assessments",
    metadata,
    row_id(),
    Column("contact_id", ID, ForeignKey("contacts.id")),
    Column("case_id", ID),
    Column("protocol", ID, nullable=False),
    Column("version_of", String(40), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("band", WORD),
    Column("floor", WORD),
    Column("ceiling", WORD),
    Column("incomplete", Boolean, nullable=False),
    Column("answered_by", WORD, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    #: a later, lower result waits as proposed until a second person confirms it
    Column("standing", WORD, nullable=False),
    key(),
    Column("content", Sealed, nullable=False),
    Index("ix_assessments_case_id", "case_id"),
)

#: The text of every protocol file an assessment was scored with: kept by its hash, so that a result can be scored again
#: years later, whatever a later release or the site has made of the file.
protocol_files = Table(
    "protocol_files",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("protocol", ID, nullable=False),
    Column("text", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("case_id", ID, nullable=False),
    #: NULL while the case is open
    Column("free_at", UtcDateTime),
)

cases = Table(
    "cases",
    metadata,
    row_id(),
    Column("code", String(3), nullable=False),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("state", WORD, nullable=False),
    Column("urgency", WORD, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("mode", WORD, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("logged_at", UtcDateTime, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("why", Json, nullable=False),
    Column("incomplete", Boolean, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("needed_because", Json, nullable=False),
    Column("line", WORD, nullable=False),
    Column("population", WORD),
    Column("languages", Json, nullable=False),
    Column("gender", WORD),
    Column("skills", Json, nullable=False),
    #: responders who have spoken with this person before
    Column("known_people", Json, nullable=False),
    Column("area", String(64)),
    Column("safety", Json, nullable=False),
    Column("scene_hold", Boolean, nullable=False),
    Column("held_until", UtcDateTime),
    Column("hard_stops", Json, nullable=False),
    Column("by_hand", WORD),
    Column("proposed", WORD),
    Column("proposed_by", String(80)),
    Column("first_contact_at", UtcDateTime),
    Column("disposition", WORD),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(80)),
    version(),
    Index("ix_cases_team_state_rank", "team", "state", "rank", "respond_by", "logged_at"),
    Index("ix_cases_code", "code"),
)

#: Years of closed cases stay; a board must not read past them. Spelled out: no database sees of a parameter that it is
#: what a partial index is of.
OPEN_CASES = cases.c.state != literal_column("'closed'")
Index("ix_cases_open", cases.c.team, sqlite_where=OPEN_CASES, postgresql_where=OPEN_CASES)

assignments = Table(
    "assignments",
    metadata,
    row_id(),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("page_id", ID),
    Column("by", String(80)),
    Column("engaged_at", UtcDateTime),
    Column("cleared_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_because", WORD),
    version(),
    Index("ix_assignments_case_id", "case_id"),
    Index("ix_assignments_person_ended_at", "person", "ended_at"),
    # One person owns one case once, whatever two commits believe.
    Index(
        "uq_assignments_open",
        "case_id",
        "person",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
