"""Every table of the record, by the name it has there. Those of the domain are grouped by what they speak of
(`tables_people`, `tables_contacts`, `tables_paging`, `tables_duty`, `tables_practice`); the machinery's own (outbox,
deadlines, ledger …) are in `tables_infra`.

A personal field can only be stored as `Sealed`; the plain columns beside it hold ids, enumerations, numbers and times.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from dispatch.store.columns import WORD
from dispatch.store.metadata import metadata
from dispatch.store.tables_contacts import assessments, assignments, cases, codes, contacts, protocol_files
from dispatch.store.tables_duty import departures, feeds, handoffs, notices, shift_checks, swaps, verifications
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
    sign_in_tries,
)
from dispatch.store.tables_paging import alarms, attempts, emergencies, escalations, notes, pages, recontacts
from dispatch.store.tables_people import people, posts, rosters, sessions, teams, tokens, users
from dispatch.store.tables_practice import debriefs, signatures, waivers
from dispatch.store.types import Json, UtcDateTime

__all__ = [
    "alarms",
    "assessments",
    "assignments",
    "attempts",
    "cases",
    "codes",
    "contacts",
    "data_keys",
    "deadlines",
    "debriefs",
    "departures",
    "emergencies",
    "escalations",
    "feeds",
    "handoffs",
    "hearts",
    "idempotency",
    "inbox",
    "ledger",
    "ledger_head",
    "looks",
    "looks_head",
    "marks",
    "metadata",
    "notes",
    "notices",
    "outbox",
    "pages",
    "people",
    "posts",
    "protocol_files",
    "recontacts",
    "rosters",
    "sessions",
    "shift_checks",
    "sign_in_tries",
    "signatures",
    "swaps",
    "teams",
    "tokens",
    "users",
    "verifications",
    "waivers",
]

#: What was once done or proved for this installation, and when last: see `flow.live`.
marks = Table(
    "marks",
    metadata,
    Column("name", WORD, primary_key=True),
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
