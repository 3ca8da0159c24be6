"""Contacts that come at the same moment, stored in one transaction: the sync to the disk, the ledger's head and most of
the statements are paid for once. Each was decided by itself, and each is whole or not there at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection

from dispatch.access import Actor
from dispatch.assessed import Assessed
from dispatch.case import Case
from dispatch.casefile import CaseFile, Turn
from dispatch.contact import Contact, Personal, personal_of
from dispatch.disposition import Ending
from dispatch.facts import Facts
from dispatch.flow import signatures
from dispatch.flow.answers import Scored, assessment_row
from dispatch.flow.briefs import brief_of_new
from dispatch.flow.commit import mirror, store
from dispatch.flow.service import Service
from dispatch.flow.views import CaseBrief
from dispatch.policy import Policy
from dispatch.store import contacts, idempotency, ledger
from dispatch.store.casefiles import Told
from dispatch.store.idempotency import Claim
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey
from protocols.model import Protocol

_FACTS = TypeAdapter(Facts)
_PERSONAL = TypeAdapter(Personal)
_ENDING = TypeAdapter(Ending)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A contact and its assessments as rows, personal parts sealed; made before the write lock is taken."""

    contact_id: str
    key: DataKey
    contact: dict[str, Any]
    assessments: list[dict[str, Any]]

    @classmethod
    def of(
        cls,
        actor: Actor,
        svc: Service,
        contact: Contact,
        scored: Sequence[Scored],
        facts: Facts,
        case_id: str | None,
        now: datetime,
    ) -> Sealed:
        id_, key = svc.new_id(), svc.sealer.new_subject_key()
        personal = _PERSONAL.dump_python(personal_of(contact), mode="json", exclude_defaults=True)
        if contact.ending is not None:
            personal["ending"] = _ENDING.dump_python(contact.ending, mode="json")
        index = svc.sealer.blind_index
        phone = contact.person.phone
        row = {
            "id": id_,
            "team": contact.team,
            "case_id": case_id,
            "channel": contact.channel.value,
            "call_type": contact.call_type.value,
            "operator": actor.id,
            "answered_at": contact.answered_at or now,
            "logged_at": now,
            "facts": _FACTS.dump_python(facts, mode="json", exclude_defaults=True),
            "disposition": contact.ending.disposition.value if contact.ending else None,
            "key_id": key.id,
            "personal": svc.sealer.seal("contacts", "personal", id_, key, personal),
            "person_index": index("phone", phone.number) if phone else None,
            "caller_index": index("phone", contact.caller.phone) if contact.caller.phone else None,
        }
        rows = [assessment_row(actor, svc, key, s, id_, case_id, now) for s in scored]
        return cls(id_, key, row, rows)


@dataclass(frozen=True, slots=True)
class Ready:
    """A contact of which everything is known but its place in the record. `case_id` is None when it asks for no
    response, and then `entry` is all that is said of it; else `open` makes the turn that opens its case, given the
    case's code. `files` are the protocols it was scored with, as far as they may be new to the record.
    """

    actor: Actor
    key: str
    body: str
    now: datetime
    case_id: str | None
    sealed: Sealed
    files: Sequence[Protocol]
    prompts: tuple[str, ...]
    entry: Entry
    assessed: Sequence[Assessed]
    policy: Policy
    open: Callable[[str], Turn]

    def brief(self, cases: Mapping[str, Case], positions: Mapping[str, int | None]) -> CaseBrief | None:
        """Its case, out of those that were filed, with its place in the queue."""
        if self.case_id is None:
            return None
        return brief_of_new(cases[self.case_id], self.assessed, self.policy, positions[self.case_id])


@dataclass(frozen=True, slots=True)
class Filed:
    """`before`: for each None, or the contact that its key stood for before; then nothing of it was stored. `cases` are
    those that were opened, by id."""

    before: Sequence[str | None]
    cases: Mapping[str, Case]


def file_all(svc: Service, ready: Sequence[Ready]) -> Filed:
    """Store these, all with a case or all without one. Raises KeyReused, Conflict; then nothing is stored at all."""
    with svc.record.write() as conn:
        claims = [Claim(one.actor.id, one.key, one.body, one.sealed.contact_id) for one in ready]
        before = idempotency.claim_all(conn, claims, ready[0].now)
        fresh = [one for one, was in zip(ready, before, strict=True) if was is None]
        told, cases = _store(svc, conn, fresh) if fresh else (Told(), {})
    svc.instruments.archived(file for one in fresh for file in one.files)
    mirror(svc, told)
    return Filed(before, cases)


def _store(svc: Service, conn: Connection, fresh: Sequence[Ready]) -> tuple[Told, Mapping[str, Case]]:
    now, sealed = fresh[-1].now, [one.sealed for one in fresh]
    assessments = [row for one in sealed for row in one.assessments]
    contacts.add(conn, [one.key for one in sealed], [one.contact for one in sealed], assessments, now)
    svc.instruments.archive(conn, {file.hash: file for one in fresh for file in one.files}.values(), now)
    cases = {one.case_id: one for one in fresh if one.case_id is not None}
    if not cases:
        return Told(ledger_no=ledger.append(conn, [one.entry for one in fresh])), {}
    codes = contacts.take_codes(conn, list(cases))
    deciding = [Deciding(one.actor, None, one.open(codes[id_]), one.sealed.assessments) for id_, one in cases.items()]
    return save(svc, conn, deciding), {one.turn.case.id: one.turn.case for one in deciding}


@dataclass(frozen=True, slots=True)
class Deciding:
    """Somebody's turn on a case, which is new when there is nothing `before`, and the assessments that came with it."""

    actor: Actor
    before: CaseFile | None
    turn: Turn
    assessed: Sequence[Mapping[str, Any]]


def save(svc: Service, conn: Connection, deciding: Sequence[Deciding]) -> Told:
    """The turns saved, with a signature asked for on what somebody in training assessed."""
    asked = [
        signatures.ask(one.actor, svc, conn, one.turn, [(row["id"], row["protocol"]) for row in one.assessed])
        for one in deciding
    ]
    told = store(svc, conn, [(one.before, one.turn) for one in deciding], deciding[-1].turn.now)
    for other in asked:
        told.timers_arm += other.timers_arm
        told.timers_disarm += other.timers_disarm
    return told
