"""Logged and scored: a contact comes in, is scored, and becomes a case with a place in the queue, or is kept with its
disposition."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection

from dispatch import contact as contacts_rules
from dispatch import disposition as endings
from dispatch import opening
from dispatch.access import Act, Actor, Role, check
from dispatch.casefile import CaseFile, Said, Turn
from dispatch.closure import close
from dispatch.contact import Contact, Personal, facts_of, personal_of
from dispatch.contactvalues import Tri
from dispatch.disposition import Ending
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.facts import Facts
from dispatch.flow import signatures
from dispatch.flow.answers import Given, Scored, assessment_row, score_all
from dispatch.flow.assessing import again_triaged, results_of
from dispatch.flow.commit import mirror, retrying, store
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.store import casefiles, contacts, idempotency, ledger
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey
from dispatch.triage import Triage, triage

_FACTS = TypeAdapter(Facts)
_PERSONAL = TypeAdapter(Personal)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be logged. `assessing`: the operator goes on asking; `case_id` adds the contact to an open case."""

    contact: Contact
    assessments: tuple[Given, ...] = ()
    case_id: str | None = None
    assessing: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """`case_id` is None for a contact that asked for no response. `again`: the same key and body had been logged
    before."""

    contact_id: str
    case_id: str | None
    again: bool
    prompts: tuple[str, ...] = ()


def body_hash(body: Mapping[str, Any]) -> str:
    """What makes two bodies the same under one Idempotency-Key: their JSON with keys sorted."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def log_contact(actor: Actor, svc: Service, draft: Draft, key: str, body: str) -> Logged:
    """Record a contact; what is answered survives any crash from here on.

    1. check, score and triage; seal what is personal: all before the write lock
    2. one transaction: the key, the contact, the case with its clock and ladder, the ledger
    3. tell the queue

    `key` and `body` (its hash) make it idempotent per actor. Raises InvalidInput, NotAllowed, KeyReused, Refused;
    then nothing is stored.
    """
    team_id = draft.contact.team
    check(actor, Act.LOG_CONTACT, team_id)
    now = svc.clock.now()
    draft = _confirmed(actor, draft)
    contacts_rules.check(draft.contact, now)
    scored = score_all(svc, draft.assessments, now)
    with svc.record.read() as conn:
        team = svc.rosters.team(conn, team_id)
        known = _known_people(svc, conn, draft.contact)
    if draft.case_id is not None:
        return retrying(lambda: _log_onto(actor, svc, draft, scored, key, body, known))
    facts = facts_of(draft.contact)
    answered_at = draft.contact.answered_at or now
    found = triage(facts, [s.assessed for s in scored], team.policy, answered_at, now)
    _check_ending(draft, facts, found)
    sealed = _Sealed.of(actor, svc, draft, scored, facts, now)
    needs_case = endings.needs_case(facts, found.urgency, draft.contact.ending)
    resolved = (
        draft.contact.ending is not None and draft.contact.ending.disposition is endings.Disposition.RESOLVED_ON_CALL
    )
    case_id = svc.new_id() if needs_case or resolved else None
    files = svc.instruments.new(s.score.hash for s in scored)

    def once() -> Logged:
        with svc.record.write() as conn:
            before = idempotency.claim(conn, actor.id, key, body, sealed.contact_id, now)
            if before is None:
                sealed.store(conn, case_id, now)
                svc.instruments.archive(conn, files, now)
                told = _open(
                    actor,
                    svc,
                    conn,
                    draft,
                    facts,
                    found,
                    team,
                    case_id,
                    answered_at,
                    now,
                    known,
                    sealed.assessments,
                    resolved=resolved,
                )
        if before is not None:
            return _again(svc, before)
        svc.instruments.archived(files)
        mirror(svc, told)
        return Logged(sealed.contact_id, case_id, False, found.prompts)

    return retrying(once)


def _confirmed(actor: Actor, draft: Draft) -> Draft:
    """Whoever signed in as a supervisor confirms an ending by logging it; what a caller wrote there is not believed."""
    ending = draft.contact.ending
    if ending is None:
        return draft
    by = actor.id if actor.roles & {Role.SUPERVISOR, Role.COORDINATOR} else None
    return replace(draft, contact=replace(draft.contact, ending=replace(ending, confirmed_by=by)))


def _check_ending(draft: Draft, facts: Facts, found: Triage) -> None:
    faults = endings.objections(facts, found.urgency, draft.contact.ending)
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)


def _open(
    actor: Actor,
    svc: Service,
    conn: Connection,
    draft: Draft,
    facts: Facts,
    found: Triage,
    team: TeamNow,
    case_id: str | None,
    answered_at: datetime,
    now: datetime,
    known: tuple[str, ...],
    assessed: Sequence[Mapping[str, Any]],
    *,
    resolved: bool,
) -> casefiles.Told:
    logged = Entry(now, actor.id, "contact_logged", case_id, team.team.id, {"call_type": draft.contact.call_type.value})
    if case_id is None:
        disposition = draft.contact.ending.disposition.value if draft.contact.ending else None
        entry = replace(logged, data={**logged.data, "disposition": disposition})
        return casefiles.Told(ledger_no=ledger.append(conn, [entry]))
    turn = opening.open_case(
        case_id=case_id,
        code=contacts.take_code(conn, case_id, secrets.randbits(24)),
        team=team.team.id,
        timezone=team.team.timezone,
        facts=facts,
        found=found,
        policy=team.policy,
        office=team.office,
        answered_at=answered_at,
        now=now,
        operator=actor.id,
        assessing=draft.assessing or resolved,
        new_id=svc.new_id,
        known_people=known,
    )
    if resolved:
        close(turn, endings.Disposition.RESOLVED_ON_CALL.value)
    turn.said.insert(0, Said(logged.kind, dict(logged.data)))
    return _stored(actor, svc, conn, None, turn, assessed)


def _stored(
    actor: Actor,
    svc: Service,
    conn: Connection,
    before: CaseFile | None,
    turn: Turn,
    assessed: Sequence[Mapping[str, Any]],
) -> casefiles.Told:
    """The turn saved, with a signature asked for on what somebody in training assessed."""
    asked = signatures.ask(actor, svc, conn, turn, [(row["id"], row["protocol"]) for row in assessed])
    told = store(svc, conn, [(before, turn)], turn.now)
    told.timers_arm += asked.timers_arm
    told.timers_disarm += asked.timers_disarm
    return told


def _again(svc: Service, contact_id: str) -> Logged:
    with svc.record.read() as conn:
        row = contacts.one(conn, contact_id)
    return Logged(contact_id, row.case_id, True)


def _known_people(svc: Service, conn: Connection, contact: Contact) -> tuple[str, ...]:
    """Who of ours has spoken with this person before, by the telephone that was given as theirs. A telephone that is
    shared may be somebody else's today, and says nothing."""
    phone = contact.person.phone
    if phone is None or phone.shared is Tri.YES:
        return ()
    return contacts.known_to(conn, svc.sealer.blind_indexes("phone", phone.number))


def _log_onto(
    actor: Actor, svc: Service, draft: Draft, scored: Sequence[Scored], key: str, body: str, known: tuple[str, ...]
) -> Logged:
    """Add the contact to a case that is open already; the case may rise by it, never fall."""
    case_id = draft.case_id or ""
    now = svc.clock.now()
    history = results_of(svc, case_id)
    facts = facts_of(draft.contact)
    sealed = _Sealed.of(actor, svc, draft, scored, facts, now)
    files = svc.instruments.new(s.score.hash for s in scored)
    prior: list[str | None] = [None]
    with svc.record.write() as conn:
        prior[0] = idempotency.claim(conn, actor.id, key, body, sealed.contact_id, now)
        if prior[0] is None:
            file = casefiles.load(conn, svc.record, case_id)
            if not file.case.open:
                raise Refused("That case is closed: reopen it, or log the contact without case_id.")
            if file.case.team != draft.contact.team:
                raise InvalidInput("The case is another team's.", [Fault("case_id", "belongs to another team")])
            team = svc.rosters.team(conn, file.case.team)
            found = again_triaged(file.case.answered_at, history, scored, facts, team.policy, now)
            sealed.store(conn, case_id, now)
            svc.instruments.archive(conn, files, now)
            turn = Turn(file, now, team.policy, team.office, actor.id, svc.new_id)
            turn.say("contact_logged", call_type=draft.contact.call_type.value)
            if draft.contact.caller.line is not None:
                turn.put(replace(turn.case, line=draft.contact.caller.line))
            if new := tuple(person for person in known if person not in turn.case.known_people):
                turn.put(replace(turn.case, known_people=(*turn.case.known_people, *new)))
            opening.assessed_again(turn, found, team.team.timezone)
            told = _stored(actor, svc, conn, file, turn, sealed.assessments)
    if prior[0] is not None:
        return _again(svc, prior[0])
    mirror(svc, told)
    return Logged(sealed.contact_id, case_id, False, found.prompts)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A contact and its assessments as rows, personal parts sealed; made before the write lock is taken."""

    contact_id: str
    key: DataKey
    contact: dict[str, Any]
    assessments: list[dict[str, Any]]

    @classmethod
    def of(
        cls, actor: Actor, svc: Service, draft: Draft, scored: Sequence[Scored], facts: Facts, now: datetime
    ) -> _Sealed:
        contact, id_, key = draft.contact, svc.new_id(), svc.sealer.new_subject_key()
        personal = _PERSONAL.dump_python(personal_of(contact), mode="json", exclude_defaults=True)
        if draft.contact.ending is not None:
            personal["ending"] = TypeAdapter(Ending).dump_python(draft.contact.ending, mode="json")
        index = svc.sealer.blind_index
        phone = contact.person.phone
        row = {
            "id": id_,
            "team": contact.team,
            "case_id": None,
            "channel": contact.channel.value,
            "call_type": contact.call_type.value,
            "operator": actor.id,
            "answered_at": contact.answered_at or now,
            "logged_at": now,
            "facts": _FACTS.dump_python(facts, mode="json", exclude_defaults=True),
            "disposition": draft.contact.ending.disposition.value if draft.contact.ending else None,
            "key_id": key.id,
            "personal": svc.sealer.seal("contacts", "personal", id_, key, personal),
            "person_index": index("phone", phone.number) if phone else None,
            "caller_index": index("phone", contact.caller.phone) if contact.caller.phone else None,
        }
        rows = [assessment_row(actor, svc, key, s, id_, None, now) for s in scored]
        return cls(id_, key, row, rows)

    def store(self, conn: Connection, case_id: str | None, now: datetime) -> None:
        self.contact["case_id"] = case_id
        for row in self.assessments:
            row["case_id"] = case_id
        contacts.add(conn, self.key, self.contact, self.assessments, now)
