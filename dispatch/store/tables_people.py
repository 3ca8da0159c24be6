"""Who works here, and who may sign in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from dispatch.store.columns import ID, WORD, key, row_id, version
from dispatch.store.metadata import metadata
from dispatch.store.types import Json, Sealed, UtcDateTime

teams = Table(
    "teams",
    metadata,
    row_id(),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("state", String(8)),
    Column("areas", Json, nullable=False),
    Column("holidays", String(16)),
    #: what the team has chosen of swaps, reminders, checks and cover, as the roster file spells it
    Column("settings", Json, nullable=False),
    #: the site's policy file as it was given; the default policy where none was
    Column("policy", Text),
    # Counts changes of the policy. The matcher locks this row: one matcher a team, and the waiting order is exact.
    version(),
)

people = Table(
    "people",
    metadata,
    row_id(),
    key(),
    Column("name", Sealed, nullable=False),
    Column("phone", Sealed),
    Column("phone_index", String(64)),
    #: when the person last proved, by a code sent to it, that the number is theirs
    Column("verified_at", UtcDateTime),
    Column("roles", Json, nullable=False),
    Column("teams", Json, nullable=False),
    Column("languages", Json, nullable=False),
    Column("gender", WORD),
    Column("populations", Json, nullable=False),
    Column("skills", Json, nullable=False),
    Column("areas", Json, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("credentials", Json, nullable=False),
    Column("credential_numbers", Sealed),
    Column("availability", WORD, nullable=False),
    Column("available_until", UtcDateTime),
    Column("unreachable", WORD),
    Column("opted_out_at", UtcDateTime),
    Column("resting_until", UtcDateTime),
    #: excused from the next page, and no longer than until then
    Column("excused_until", UtcDateTime),
    Column("last_paged_at", UtcDateTime),
    Column("duress_index", String(64)),
    Column("active", Boolean, nullable=False),
    version(),
    # Two people may share one telephone; a text from it is then answered by asking who writes.
    Index("ix_people_phone_index", "phone_index"),
)

#: Which roles a person has in which team.
posts = Table(
    "posts",
    metadata,
    Column("person", ID, ForeignKey("people.id"), primary_key=True),
    Column("team", ID, ForeignKey("teams.id"), primary_key=True),
    Column("role", WORD, primary_key=True),
    Index("ix_posts_team_role", "team", "role"),
)

#: A team's shifts, overrides, temporary schedules and absences, spelled as the roster file spells them, with people
#: by id only. One row a team: an import or an edit is one guarded change, and a process keeps what it worked out for
#: as long as the version stands.
rosters = Table(
    "rosters",
    metadata,
    Column("team", ID, ForeignKey("teams.id"), primary_key=True),
    Column("rules", Text, nullable=False),
    version(),
)

users = Table(
    "users",
    metadata,
    row_id(),
    Column("login_index", String(64), nullable=False, unique=True),
    key(),
    Column("login", Sealed, nullable=False),
    Column("password", String(200)),
    Column("roles", Json, nullable=False),
    Column("teams", Json, nullable=False),
    Column("person", ID),
    Column("disabled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    row_id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("roles", Json, nullable=False),
    Column("teams", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
)
