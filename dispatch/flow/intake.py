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
from sqlalchemy import Connection, Row

from dispatch import contact as contacts_rules
from dispatch import disposition as endings
from dispatch import opening
from dispatch.access import Act, Actor, Role, check
from dispatch.assessed import AnsweredBy, Assessed, standing
from dispatch.casefile import Said, Turn
from dispatch.closure import close
from dispatch.contact import Contact, Personal, facts_of, personal_of
from dispatch.disposition import Ending
from dispatch.errors import Fault, InvalidInput, NotFound, Refused, ServiceError
from dispatch.facts import Facts
from dispatch.flow.commit import commit, mirror, retrying, store
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.policy import Policy
from dispatch.store import casefiles, contacts, datakeys, idempotency, ledger
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey
from dispatch.triage import Triage, triage
from protocols.engine import Score, score
from protocols.model import Protocol

_FACTS = TypeAdapter(Facts)
_PERSONAL = TypeAdapter(Personal)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer set as the operator entered it."""

    protocol: str
    answers: Mapping[str, object]
    answered_by: AnsweredBy = AnsweredBy.SELF


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


@dataclass(frozen=True, slots=True)
class _Scored:
    given: Given
    score: Score
    assessed: Assessed


def score_all(svc: Service, given: Sequence[Given], at: datetime, *, prefix: str = "assessments") -> list[_Scored]:
    """Score answer sets. Raises InvalidInput naming each wrong answer as `assessments.0.answers.q2`; all are reported
    together."""
    faults: list[Fault] = []
    found: list[_Scored] = []
    for n, one in enumerate(given):
        try:
            protocol = svc.library.get(one.protocol)
            result = score(protocol, one.answers)
        except ServiceError as error:
            where = f"{prefix}.{n}" if prefix else str(n)
            parts = error.faults or (Fault("", error.detail),)
            faults += [Fault(f"{where}.{_part(f.field)}", f.problem) for f in parts]
            continue
        within = protocol.band(result.band).respond_within if result.band is not None else None
        assessed = Assessed(
            protocol=result.protocol,
            version=result.version,
            band=result.band,
            floor=result.floor,
            ceiling=result.ceiling,
            incomplete=result.incomplete,
            flags=result.flags,
            because=result.because,
            answered_by=one.answered_by,
            at=at,
            respond_within=within,
        )
        found.append(_Scored(one, result, assessed))
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)
    return found


def _part(field: str) -> str:
    return "protocol" if field == "protocol" else f"answers.{field}" if field else "answers"


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
    if draft.case_id is not None:
        return retrying(lambda: _log_onto(actor, svc, draft, scored, key, body))
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
                told = _open(actor, svc, conn, draft, facts, found, team, case_id, answered_at, now, resolved=resolved)
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
    )
    if resolved:
        close(turn, endings.Disposition.RESOLVED_ON_CALL.value)
    turn.said.insert(0, Said(logged.kind, dict(logged.data)))
    return store(svc, conn, [(None, turn)], now)


def _again(svc: Service, contact_id: str) -> Logged:
    with svc.record.read() as conn:
        row = contacts.one(conn, contact_id)
    return Logged(contact_id, row.case_id, True)


def _log_onto(actor: Actor, svc: Service, draft: Draft, scored: Sequence[_Scored], key: str, body: str) -> Logged:
    """Add the contact to a case that is open already; the case may rise by it, never fall."""
    case_id = draft.case_id or ""
    now = svc.clock.now()
    history = _history(svc, case_id)
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
            found = _again_triaged(file.case.answered_at, history, scored, facts, team.policy, now)
            sealed.store(conn, case_id, now)
            svc.instruments.archive(conn, files, now)
            turn = Turn(file, now, team.policy, team.office, actor.id, svc.new_id)
            turn.say("contact_logged", call_type=draft.contact.call_type.value)
            if draft.contact.caller.line is not None:
                turn.put(replace(turn.case, line=draft.contact.caller.line))
            opening.assessed_again(turn, found, team.team.timezone)
            told = store(svc, conn, [(file, turn)], now)
    if prior[0] is not None:
        return _again(svc, prior[0])
    mirror(svc, told)
    return Logged(sealed.contact_id, case_id, False, found.prompts)


def assess(actor: Actor, svc: Service, case_id: str, given: Given) -> tuple[str, bool]:
    """Score again for an open case; its place follows. A lower result of the same protocol waits as proposed.

    Returns the assessment's id, and whether it counts at once.
    """
    now = svc.clock.now()
    scored = score_all(svc, [given], now, prefix="")
    history = _history(svc, case_id)
    facts = _facts(svc, case_id)
    timezone = _timezone(svc, case_id)
    key = svc.sealer.new_subject_key()
    row = _assessment_row(actor, svc, key, scored[0], None, case_id, now)
    files = svc.instruments.new([scored[0].score.hash])

    def decide(turn: Turn) -> bool:
        if not turn.case.open:
            raise Refused("The case is closed: reopen it first.")
        found = _again_triaged(turn.case.answered_at, history, scored, facts, turn.policy, now)
        proposed = standing([*history, scored[0].assessed], turn.policy).proposed
        counts = scored[0].assessed not in proposed
        row["standing"] = "counts" if counts else "proposed"
        opening.assessed_again(turn, found, timezone)
        turn.say("assessed", protocol=given.protocol, band=scored[0].score.band, counts=counts)
        return counts

    def also(conn: Connection, turn: Turn) -> None:
        contacts.add_assessments(conn, key, [row], now)
        svc.instruments.archive(conn, files, now)

    return row["id"], commit(actor, svc, Act.ASSESS, case_id, decide, also=also)


def confirm_assessment(actor: Actor, svc: Service, case_id: str, assessment_id: str) -> None:
    """A second person, or the QMHP who spoke with the person, confirms a lower result; the case may fall with it.

    Raises Refused when it is the assessor's own, or not waiting; NotFound when the case has no such assessment.
    """
    now = svc.clock.now()
    history = _history_by_id(svc, case_id)
    facts = _facts(svc, case_id)
    if assessment_id not in history:
        raise NotFound("The case has no such assessment.")
    by = history[assessment_id][0]
    confirmed = [replace(one, confirmed=one.confirmed or id_ == assessment_id) for id_, (_, one) in history.items()]

    def decide(turn: Turn) -> None:
        spoke = turn.case.first_contact_at is not None and actor.person in turn.file.owners
        if by == actor.id and not spoke:
            raise Refused("Somebody other than the person who assessed has to confirm a lower result.")
        counting = standing(confirmed, turn.policy).counts
        opening.lowered(turn, triage(facts, counting, turn.policy, turn.case.answered_at, now))
        turn.say("assessment_confirmed", assessment=assessment_id)

    def also(conn: Connection, turn: Turn) -> None:
        if not contacts.confirm(conn, assessment_id):
            raise Refused("That result is not waiting for anybody.")

    commit(actor, svc, Act.REGRADE, case_id, decide, also=also)


def _again_triaged(
    answered_at: datetime,
    history: Sequence[Assessed],
    scored: Sequence[_Scored],
    facts: Facts,
    policy: Policy,
    now: datetime,
) -> Triage:
    counting = standing([*history, *(s.assessed for s in scored)], policy).counts
    return triage(facts, counting, policy, answered_at, now)


def _history(svc: Service, case_id: str) -> list[Assessed]:
    """Every result ever scored for the case. Raises NotFound."""
    return [one for _, one in _history_by_id(svc, case_id).values()]


def _history_by_id(svc: Service, case_id: str) -> dict[str, tuple[str, Assessed]]:
    """Assessment id -> (who assessed, the result), opened before any write lock is taken."""
    with svc.record.read() as conn:
        casefiles.load(conn, svc.record, case_id, lock=False)
        rows = contacts.assessments_of(conn, [case_id])
        keys = datakeys.load(conn, {row.key_id for row in rows})
        files = {row.content_hash: svc.instruments.at_hash(conn, row.content_hash) for row in rows}
    return {row.id: (row.by, _assessed(svc, row, keys[row.key_id], files[row.content_hash])) for row in rows}


def _assessed(svc: Service, row: Row[Any], key: DataKey, protocol: Protocol) -> Assessed:
    content = svc.sealer.open_dict("assessments", "content", row.id, key, row.content)
    within = protocol.band(row.band).respond_within if row.band is not None else None
    return Assessed(
        protocol=row.protocol,
        version=row.version_of,
        band=row.band,
        floor=row.floor,
        ceiling=row.ceiling,
        incomplete=row.incomplete,
        flags=content["flags"],
        because=tuple(content["because"]),
        answered_by=AnsweredBy(row.answered_by),
        at=row.at,
        respond_within=within,
        confirmed=row.standing == "confirmed",
    )


def _facts(svc: Service, case_id: str) -> Facts:
    with svc.record.read() as conn:
        rows = contacts.of_case(conn, case_id)
    if not rows:
        raise NotFound("The case has no contact.")
    return _FACTS.validate_python(rows[-1].facts)


def _timezone(svc: Service, case_id: str) -> str:
    """The case's team's: page hours are local."""
    with svc.record.read() as conn:
        file = casefiles.load(conn, svc.record, case_id, lock=False)
        return svc.rosters.team(conn, file.case.team).team.timezone


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A contact and its assessments as rows, personal parts sealed; made before the write lock is taken."""

    contact_id: str
    key: DataKey
    contact: dict[str, Any]
    assessments: list[dict[str, Any]]

    @classmethod
    def of(
        cls, actor: Actor, svc: Service, draft: Draft, scored: Sequence[_Scored], facts: Facts, now: datetime
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
        rows = [_assessment_row(actor, svc, key, s, id_, None, now) for s in scored]
        return cls(id_, key, row, rows)

    def store(self, conn: Connection, case_id: str | None, now: datetime) -> None:
        self.contact["case_id"] = case_id
        for row in self.assessments:
            row["case_id"] = case_id
        contacts.add(conn, self.key, self.contact, self.assessments, now)


def _assessment_row(
    actor: Actor,
    svc: Service,
    key: DataKey,
    scored: _Scored,
    contact_id: str | None,
    case_id: str | None,
    now: datetime,
) -> dict[str, Any]:
    id_, result = svc.new_id(), scored.score
    content = {
        "answers": dict(scored.given.answers),
        "score": result.score,
        "because": list(result.because),
        "missing": list(result.missing),
        "flags": dict(result.flags),
    }
    return {
        "id": id_,
        "contact_id": contact_id,
        "case_id": case_id,
        "protocol": result.protocol,
        "version_of": result.version,
        "content_hash": result.hash,
        "band": result.band,
        "floor": result.floor,
        "ceiling": result.ceiling,
        "incomplete": result.incomplete,
        "answered_by": scored.given.answered_by.value,
        "by": actor.id,
        "at": now,
        "standing": "counts",
        "key_id": key.id,
        "content": svc.sealer.seal("assessments", "content", id_, key, content),
    }
