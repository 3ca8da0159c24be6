"""Every table of the record that speaks of the domain. The machinery's own (outbox, deadlines, ledger …) are in
`tables_infra`.

A personal field can only be stored as `Sealed`; the plain columns beside it hold ids, enumerations, numbers and times.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from dispatch.store.metadata import metadata
from dispatch.store.tables_infra import (
    data_keys,
    deadlines,
    idempotency,
    inbox,
    ledger,
    ledger_head,
    looks,
    looks_head,
    outbox,
)
from dispatch.store.types import Duration, Json, Sealed, UtcDateTime

__all__ = [
    "data_keys",
    "deadlines",
    "idempotency",
    "inbox",
    "ledger",
    "ledger_head",
    "looks",
    "looks_head",
    "metadata",
    "outbox",
]

_ID = String(64)
_WORD = String(40)


def _id() -> Column[str]:
    return Column("id", _ID, primary_key=True)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False)


def _key() -> Column[str]:
    return Column("key_id", String(32), ForeignKey("data_keys.id"), nullable=False)


# --- who works here -------------------------------------------------------------------------------------------------

teams = Table(
    "teams",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("state", String(8)),
    Column("areas", Json, nullable=False),
    #: the site's policy file as it was given; the default policy where none was
    Column("policy", Text),
    # Counts changes of the policy. The matcher locks this row: one matcher a team, and the waiting order is exact.
    _version(),
)

people = Table(
    "people",
    metadata,
    _id(),
    _key(),
    Column("name", Sealed, nullable=False),
    Column("phone", Sealed),
    Column("phone_index", String(64)),
    Column("roles", Json, nullable=False),
    Column("teams", Json, nullable=False),
    Column("languages", Json, nullable=False),
    Column("gender", _WORD),
    Column("populations", Json, nullable=False),
    Column("skills", Json, nullable=False),
    Column("areas", Json, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("credentials", Json, nullable=False),
    Column("credential_numbers", Sealed),
    Column("availability", _WORD, nullable=False),
    Column("available_until", UtcDateTime),
    Column("unreachable", _WORD),
    Column("opted_out_at", UtcDateTime),
    Column("resting_until", UtcDateTime),
    Column("excused_once", Boolean, nullable=False),
    Column("last_paged_at", UtcDateTime),
    Column("duress_index", String(64)),
    Column("active", Boolean, nullable=False),
    _version(),
    # Two people may share one telephone; a text from it is then answered by asking who writes.
    Index("ix_people_phone_index", "phone_index"),
)

#: Which roles a person has in which team.
posts = Table(
    "posts",
    metadata,
    Column("person", _ID, ForeignKey("people.id"), primary_key=True),
    Column("team", _ID, ForeignKey("teams.id"), primary_key=True),
    Column("role", _WORD, primary_key=True),
    Index("ix_posts_team_role", "team", "role"),
)

#: A team's shifts, overrides, temporary schedules and absences, spelled as the roster file spells them, with people
#: by id only. One row a team: an import or an edit is one guarded change, and a process keeps what it worked out for
#: as long as the version stands.
rosters = Table(
    "rosters",
    metadata,
    Column("team", _ID, ForeignKey("teams.id"), primary_key=True),
    Column("rules", Text, nullable=False),
    _version(),
)

# --- who may sign in -------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    _id(),
    Column("login_index", String(64), nullable=False, unique=True),
    _key(),
    Column("login", Sealed, nullable=False),
    Column("password", String(200)),
    Column("roles", Json, nullable=False),
    Column("teams", Json, nullable=False),
    Column("person", _ID),
    Column("disabled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
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
    Column("user_id", _ID, ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
)

# --- contacts and cases ----------------------------------------------------------------------------------------------

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("team", _ID, ForeignKey("teams.id"), nullable=False),
    Column("case_id", _ID),
    Column("channel", _WORD, nullable=False),
    Column("call_type", _WORD, nullable=False),
    Column("operator", String(80), nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("logged_at", UtcDateTime, nullable=False),
    Column("facts", Json, nullable=False),
    Column("disposition", _WORD),
    _key(),
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
    _id(),
    Column("contact_id", _ID, ForeignKey("contacts.id")),
    Column("case_id", _ID),
    Column("protocol", _ID, nullable=False),
    Column("version_of", String(40), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("band", _WORD),
    Column("floor", _WORD),
    Column("ceiling", _WORD),
    Column("incomplete", Boolean, nullable=False),
    Column("answered_by", _WORD, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    #: a later, lower result waits as proposed until a second person confirms it
    Column("standing", _WORD, nullable=False),
    _key(),
    Column("content", Sealed, nullable=False),
    Index("ix_assessments_case_id", "case_id"),
)

#: The text of every protocol file an assessment was scored with: kept by its hash, so that a result can be scored again
#: years later, whatever a later release or the site has made of the file.
protocol_files = Table(
    "protocol_files",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("protocol", _ID, nullable=False),
    Column("text", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("case_id", _ID, nullable=False),
    #: NULL while the case is open
    Column("free_at", UtcDateTime),
)

cases = Table(
    "cases",
    metadata,
    _id(),
    Column("code", String(3), nullable=False),
    Column("team", _ID, ForeignKey("teams.id"), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("urgency", _WORD, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("mode", _WORD, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("logged_at", UtcDateTime, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("why", Json, nullable=False),
    Column("incomplete", Boolean, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("needed_because", Json, nullable=False),
    Column("line", _WORD, nullable=False),
    Column("population", _WORD),
    Column("languages", Json, nullable=False),
    Column("gender", _WORD),
    Column("skills", Json, nullable=False),
    Column("area", String(64)),
    Column("safety", Json, nullable=False),
    Column("scene_hold", Boolean, nullable=False),
    Column("held_until", UtcDateTime),
    Column("hard_stops", Json, nullable=False),
    Column("by_hand", _WORD),
    Column("proposed", _WORD),
    Column("proposed_by", String(80)),
    Column("first_contact_at", UtcDateTime),
    Column("disposition", _WORD),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(80)),
    _version(),
    Index("ix_cases_team_state_rank", "team", "state", "rank", "respond_by", "logged_at"),
    Index("ix_cases_code", "code"),
)

assignments = Table(
    "assignments",
    metadata,
    _id(),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("person", _ID, ForeignKey("people.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("page_id", _ID),
    Column("by", String(80)),
    Column("ended_at", UtcDateTime),
    Column("ended_because", _WORD),
    _version(),
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

escalations = Table(
    "escalations",
    metadata,
    _id(),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("team", _ID, ForeignKey("teams.id"), nullable=False),
    Column("reason", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("ladder", Json, nullable=False),
    Column("urgency", _WORD, nullable=False),
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
    _version(),
    Index("ix_escalations_case_id", "case_id"),
    Index("ix_escalations_team_state_want", "team", "state", "want"),
    # A case has one open escalation at the most.
    Index(
        "uq_escalations_open",
        "case_id",
        unique=True,
        sqlite_where=text("state IN ('held', 'asking', 'exhausted')"),
        postgresql_where=text("state IN ('held', 'asking', 'exhausted')"),
    ),
)

pages = Table(
    "pages",
    metadata,
    _id(),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("escalation_id", _ID, ForeignKey("escalations.id"), nullable=False),
    Column("person", _ID, ForeignKey("people.id"), nullable=False),
    Column("layer", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("voice", Boolean, nullable=False),
    Column("link", String(10), nullable=False, unique=True),
    Column("delivery", _WORD, nullable=False),
    Column("answer", _WORD, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("by", UtcDateTime, nullable=False),
    Column("because", Json, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("failure", Integer),
    Column("replaced", Boolean, nullable=False),
    _version(),
    Index("ix_pages_case_id", "case_id"),
    Index("ix_pages_person_answer", "person", "answer"),
    Index("ix_pages_person_created_at", "person", "created_at"),
    UniqueConstraint("case_id", "escalation_id", "person", "step", "round", "created_at", name="uq_pages_asked_once"),
)

#: One call to the provider: written before it is made, completed with its result, whenever that comes.
attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("outbox_id", _ID, nullable=False),
    Column("page_id", _ID),
    Column("alarm_id", _ID),
    Column("person", _ID),
    Column("channel", _WORD, nullable=False),
    #: random, in the callback's address: a callback that comes before the provider's answer still finds its attempt
    Column("token", String(32), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sid", String(64)),
    Column("failure", Integer),
    Index("ix_attempts_outbox_id", "outbox_id"),
    Index("ix_attempts_page_id", "page_id"),
    Index("ix_attempts_sid", "sid"),
)

alarms = Table(
    "alarms",
    metadata,
    _id(),
    Column("team", _ID, ForeignKey("teams.id"), nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("every", Duration, nullable=False),
    Column("case_id", _ID),
    Column("subject", String(80)),
    Column("recipients", Json, nullable=False),
    Column("because", Json, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("silenced", Json, nullable=False),
    Column("acknowledged_by", String(80)),
    Column("acknowledged_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(80)),
    _version(),
    Index("ix_alarms_case_id", "case_id"),
    Index("ix_alarms_team_ended_at", "team", "ended_at"),
)

recontacts = Table(
    "recontacts",
    metadata,
    _id(),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("every", Duration, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    _version(),
    Index("ix_recontacts_case_id", "case_id"),
)

emergencies = Table(
    "emergencies",
    metadata,
    _id(),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("called_by", String(80), nullable=False),
    Column("agency", String(64), nullable=False),
    Column("called_at", UtcDateTime, nullable=False),
    Column("incident_number", String(64)),
    Column("person_consented", _WORD, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    _version(),
    Index("ix_emergencies_case_id", "case_id"),
)

#: Free text about a case: notes, reasons, texts that could not be understood.
notes = Table(
    "notes",
    metadata,
    _id(),
    Column("case_id", _ID, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("kind", _WORD, nullable=False),
    _key(),
    Column("body", Sealed, nullable=False),
    Index("ix_notes_case_id", "case_id"),
)

#: What was once done or proved for this installation, and when last: see `flow.live`.
marks = Table(
    "marks",
    metadata,
    Column("name", _WORD, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
)

#: The heart of each process: when it last said that it lives.
hearts = Table(
    "hearts",
    metadata,
    Column("process", String(80), primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("state", Json, nullable=False),
)
