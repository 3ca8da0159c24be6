"""What people settle about their duty: swaps, hand-offs, checks at the start of a shift, numbers and calendars."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from dispatch.store.columns import ID, WORD, row_id, version
from dispatch.store.metadata import metadata
from dispatch.store.types import Json, UtcDateTime

swaps = Table(
    "swaps",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("layer", ID, nullable=False),
    Column("giver", ID, ForeignKey("people.id"), nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Column("asked", Json, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    Column("state", WORD, nullable=False),
    Column("taker", ID),
    Column("declined", Json, nullable=False),
    #: names the swap in a text
    Column("code", String(4), nullable=False),
    Column("warnings", Json, nullable=False),
    version(),
    Index("ix_swaps_team_state", "team", "state"),
)

handoffs = Table(
    "handoffs",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("giver", ID, ForeignKey("people.id"), nullable=False),
    Column("taker", ID, ForeignKey("people.id"), nullable=False),
    Column("cases", Json, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", WORD, nullable=False),
    Column("taken", Json, nullable=False),
    version(),
    Index("ix_handoffs_team_state", "team", "state"),
    Index("ix_handoffs_taker_state", "taker", "state"),
)

#: Somebody with open cases goes off duty: told once, and looked at again when the time has come.
departures = Table(
    "departures",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("state", WORD, nullable=False),
    version(),
    UniqueConstraint("team", "person", "until", name="uq_departures_told_once"),
)

#: One person asked, at the start of one spell of duty, whether a text reaches them.
shift_checks = Table(
    "shift_checks",
    metadata,
    row_id(),
    Column("team", ID, ForeignKey("teams.id"), nullable=False),
    Column("person", ID, ForeignKey("people.id"), nullable=False),
    Column("layer", ID, nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", WORD, nullable=False),
    Column("answered_at", UtcDateTime),
    version(),
    UniqueConstraint("team", "person", "start", name="uq_shift_checks_asked_once"),
    Index("ix_shift_checks_person_state", "person", "state"),
)

#: The code last sent to a person's number; only its hash is kept, and few guesses are allowed.
verifications = Table(
    "verifications",
    metadata,
    Column("person", ID, ForeignKey("people.id"), primary_key=True),
    Column("phone_index", String(64), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
)

#: Private addresses of calendars: of one person's duty, or of a whole team's.
feeds = Table(
    "feeds",
    metadata,
    row_id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("team", ID, ForeignKey("teams.id")),
    Column("person", ID, ForeignKey("people.id")),
    Column("created_by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    #: a read is written down once an hour, however often a telephone asks
    Column("read_at", UtcDateTime),
)

#: What must be said once only and has been: reminders of a shift, warnings that a credential runs out. The key says
#: what, of whom and of when, by ids alone.
notices = Table(
    "notices",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
