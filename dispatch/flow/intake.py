"""Logged and scored: a contact comes in, is scored, and becomes a case with a place in the queue, or is kept with its
disposition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from dispatch import contact as contacts_rules
from dispatch import disposition as endings
from dispatch import opening, skills
from dispatch.access import Act, Actor, Role, check
from dispatch.casefile import Said, Turn
from dispatch.closure import close
from dispatch.contact import Contact, facts_of
from dispatch.contactvalues import Tri
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.facts import Facts, together
from dispatch.flow.answers import Given, Scored, score_all
from dispatch.flow.assessing import again_triaged, facts_of_case, must_be_all, place, results_of
from dispatch.flow.briefs import positions_of
from dispatch.flow.commit import mirror, retrying
from dispatch.flow.filing import Deciding, Ready, Sealed, file_all, save
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.views import CaseBrief
from dispatch.prompts import foreign_area
from dispatch.store import casefiles, contacts, idempotency, people
from dispatch.store.ledger import Entry
from dispatch.triage import Triage, scene_unsafe, triage


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
    before. `case` is the one it opened, as it is now; None where others may have worked on it meanwhile."""

    contact_id: str
    case_id: str | None
    again: bool
    prompts: tuple[str, ...] = ()
    case: CaseBrief | None = None


def body_hash(body: Mapping[str, Any]) -> str:
    """What makes two bodies the same under one Idempotency-Key: their JSON with keys sorted."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody's contact to be logged. `key` and `body` (its hash) make it idempotent per actor."""

    actor: Actor
    draft: Draft
    key: str
    body: str


def log_contact(actor: Actor, svc: Service, draft: Draft, key: str, body: str) -> Logged:
    """Record a contact; what is answered survives any crash from here on.

    1. check, score and triage; seal what is personal: all before the write lock
    2. one transaction: the key, the contact, the case with its clock and ladder, the ledger
    3. tell the queue

    Raises InvalidInput, NotAllowed, KeyReused, Refused; then nothing is stored.
    """
    [logged] = log_contacts(svc, [Wish(actor, draft, key, body)])
    if isinstance(logged, Exception):
        raise logged
    return logged


def log_contacts(svc: Service, wishes: Sequence[Wish]) -> list[Logged | Exception]:
    """`log_contact` for several that come at the same moment: each decided by itself, and stored in one transaction, so
    that the sync to the disk and most statements are paid for once. What is wrong with one is its own answer."""
    answers: dict[int, Logged | Exception] = {}
    ready: dict[int, Ready] = {}
    for n, (wish, around) in enumerate(zip(wishes, _around(svc, wishes), strict=True)):
        try:
            found = _ready(svc, wish, around)
        except Exception as error:  # noqa: BLE001  (the answer to this one)
            answers[n] = error
        else:
            if isinstance(found, Logged):
                answers[n] = found
            else:
                ready[n] = found
    for case in (True, False):
        some = {n: one for n, one in ready.items() if (one.case_id is not None) is case}
        answers |= zip(some, _filed(svc, list(some.values())), strict=True)
    return [answers[n] for n in range(len(wishes))]


def _filed(svc: Service, ready: Sequence[Ready]) -> list[Logged | Exception]:
    """Stored together; each alone when that cannot be, so that one that is wrong keeps nobody else from being
    logged."""
    if not ready:
        return []
    try:
        filed = retrying(lambda: file_all(svc, ready))
    except Exception as error:  # noqa: BLE001  (the answer to this one)
        if len(ready) == 1:
            return [error]
        return [answer for one in ready for answer in _filed(svc, [one])]
    places = dict(zip(filed.cases, positions_of(svc, list(filed.cases.values())), strict=True))
    return [
        _again(svc, was)
        if was is not None
        else Logged(one.sealed.contact_id, one.case_id, False, one.prompts, one.brief(filed.cases, places))
        for one, was in zip(ready, filed.before, strict=True)
    ]


Around = tuple[TeamNow, tuple[str, ...], tuple[str, ...]]


def _around(svc: Service, wishes: Sequence[Wish]) -> list[Around | InvalidInput]:
    """What the record knows that matters to each: its team, who has spoken with the person before, and which
    words mean nothing there."""
    several = [wish.draft.contact for wish in wishes]
    found: list[Around | InvalidInput] = []
    with svc.record.read() as conn:
        teams = {team: _team(svc, conn, team) for team in {contact.team for contact in several}}
        for contact, known in zip(several, _known_people(svc, conn, several), strict=True):
            team = teams[contact.team]
            if isinstance(team, InvalidInput):
                found.append(team)
            else:
                found.append((team, known, _perhaps_slips(conn, contact, team)))
    return found


def _team(svc: Service, conn: Connection, team: str) -> TeamNow | InvalidInput:
    try:
        return svc.rosters.team(conn, team)
    except InvalidInput as error:
        return error


def _ready(svc: Service, wish: Wish, around: Around | InvalidInput) -> Ready | Logged:
    """Everything about a new contact that needs no write lock. One for a case that is open is logged here."""
    actor, draft, key, body = wish.actor, wish.draft, wish.key, wish.body
    team_id = draft.contact.team
    check(actor, Act.LOG_CONTACT, team_id)
    now = svc.clock.now()
    draft = _confirmed(actor, draft)
    contacts_rules.check(draft.contact, now)
    scored = score_all(svc, draft.assessments, now)
    if isinstance(around, InvalidInput):
        raise around
    team, known, slips = around
    if draft.case_id is not None:
        _refuse(endings.objections_joining(draft.contact.ending))
        return retrying(lambda: _log_onto(actor, svc, draft, scored, key, body, known, slips))
    facts = facts_of(draft.contact)
    answered_at = draft.contact.answered_at or now
    found = triage(facts, [s.assessed for s in scored], team.policy, answered_at, now)
    _refuse(endings.objections(facts, found.urgency, draft.contact.ending))
    needs_case = endings.needs_case(facts, found.urgency, draft.contact.ending)
    resolved = (
        draft.contact.ending is not None and draft.contact.ending.disposition is endings.Disposition.RESOLVED_ON_CALL
    )
    case_id = svc.new_id() if needs_case or resolved else None
    return Ready(
        actor=actor,
        key=key,
        body=body,
        now=now,
        case_id=case_id,
        sealed=Sealed.of(actor, svc, draft.contact, scored, facts, case_id, now),
        files=svc.instruments.new(s.score.hash for s in scored),
        prompts=(*found.prompts, *slips),
        entry=_entry(actor, draft, case_id, now),
        assessed=tuple(s.assessed for s in scored),
        policy=team.policy,
        open=partial(
            _open, actor, svc, draft, facts, found, team, case_id or "", answered_at, now, known, resolved=resolved
        ),
    )


def _perhaps_slips(conn: Connection, contact: Contact, team: TeamNow) -> tuple[str, ...]:
    """What to tell the operator of skills nobody in the team has and of an area that is none of its own: a slip of the
    keyboard, most likely."""
    asked = contact.needs.skills
    unmet = skills.unmet(asked, people.skills_of(conn, contact.team)) if asked else ()
    return (*unmet, *foreign_area(contact.location.area, team.team.areas))


def _entry(actor: Actor, draft: Draft, case_id: str | None, now: datetime) -> Entry:
    data: dict[str, Any] = {"call_type": draft.contact.call_type.value}
    if case_id is None:
        data["disposition"] = draft.contact.ending.disposition.value if draft.contact.ending else None
    return Entry(now, actor.id, "contact_logged", case_id, draft.contact.team, data)


def _confirmed(actor: Actor, draft: Draft) -> Draft:
    """Whoever signed in as a supervisor confirms an ending by logging it; what a caller wrote there is not believed."""
    ending = draft.contact.ending
    if ending is None:
        return draft
    by = actor.id if actor.roles & {Role.SUPERVISOR, Role.COORDINATOR} else None
    return replace(draft, contact=replace(draft.contact, ending=replace(ending, confirmed_by=by)))


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)


def _open(
    actor: Actor,
    svc: Service,
    draft: Draft,
    facts: Facts,
    found: Triage,
    team: TeamNow,
    case_id: str,
    answered_at: datetime,
    now: datetime,
    known: tuple[str, ...],
    code: str,
    *,
    resolved: bool,
) -> Turn:
    turn = opening.open_case(
        case_id=case_id,
        code=code,
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
    turn.said.insert(0, Said("contact_logged", {"call_type": draft.contact.call_type.value}))
    return turn


def _again(svc: Service, contact_id: str) -> Logged:
    with svc.record.read() as conn:
        row = contacts.one(conn, contact_id)
    return Logged(contact_id, row.case_id, True)


def _known_people(svc: Service, conn: Connection, several: Sequence[Contact]) -> list[tuple[str, ...]]:
    """Who of ours has spoken with each one's person before, by the telephone that was given as theirs. A telephone that
    is shared may be somebody else's today, and says nothing."""
    indexes = [_indexes(svc, contact) for contact in several]
    known = contacts.known_to(conn, {index for some in indexes for index in some})
    return [tuple(sorted({who for index in some for who in known.get(index, ())})) for some in indexes]


def _indexes(svc: Service, contact: Contact) -> tuple[str, ...]:
    phone = contact.person.phone
    return () if phone is None or phone.shared is Tri.YES else svc.sealer.blind_indexes("phone", phone.number)


def _log_onto(
    actor: Actor,
    svc: Service,
    draft: Draft,
    scored: Sequence[Scored],
    key: str,
    body: str,
    known: tuple[str, ...],
    slips: tuple[str, ...],
) -> Logged:
    """Add the contact to a case that is open already; the case may rise by it, never fall."""
    case_id = draft.case_id or ""
    now = svc.clock.now()
    history = results_of(svc, case_id)
    own = facts_of(draft.contact)
    sealed = Sealed.of(actor, svc, draft.contact, scored, own, case_id, now)
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
            must_be_all(conn, case_id, len(history))
            place(history, scored, sealed.assessments, team.policy)
            facts = together(facts_of_case(conn, case_id), own)
            found = again_triaged(file.case.answered_at, history, scored, facts, team.policy, now)
            contacts.add(conn, [sealed.key], [sealed.contact], sealed.assessments, now)
            svc.instruments.archive(conn, files, now)
            turn = Turn(file, now, team.policy, team.office, actor.id, svc.new_id)
            turn.say("contact_logged", call_type=draft.contact.call_type.value)
            if draft.contact.caller.line is not None:
                turn.put(replace(turn.case, line=draft.contact.caller.line))
            if new := tuple(person for person in known if person not in turn.case.known_people):
                turn.put(replace(turn.case, known_people=(*turn.case.known_people, *new)))
            unsafe = bool(scene_unsafe(own.safety, [s.assessed for s in scored], team.policy))
            opening.assessed_again(turn, found, facts, team.team.timezone, unsafe=unsafe)
            told = save(svc, conn, [Deciding(actor, file, turn, sealed.assessments)])
    if prior[0] is not None:
        return _again(svc, prior[0])
    mirror(svc, told)
    return Logged(sealed.contact_id, case_id, False, (*found.prompts, *slips))
