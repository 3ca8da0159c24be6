"""Signatures: what a trainee assessed is signed by their supervisor, or sent back with a reason.

Asked for in the transaction that records the assessment; nothing waits for it. See `dispatch.signature`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.access import Act, Actor
from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.casefile import Turn
from dispatch.eligibility import can_be_rung
from dispatch.errors import Fault, InvalidInput
from dispatch.flow import marking, matters
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.matter import Matter
from dispatch.rulepack import TitleRule
from dispatch.signature import (
    WITHIN,
    Signature,
    State,
    asked,
    needs_signature,
    overdue,
    send_back,
    sign,
    whose,
)
from dispatch.store import casefiles, contacts, notes, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.rows import insert_rows, load_rows, update_rows


def ask(actor: Actor, svc: Service, conn: Connection, turn: Turn, assessments: Sequence[tuple[str, str]]) -> Told:
    """Before the turn is stored: ask for a signature on each of these (id, protocol) if the actor's own title needs
    one. What was sent back is asked for again on the new result. The timers to tell the queue of are in the answer."""
    told, trainee = Told(), actor.person
    row = next(iter(people.some(conn, [trainee])), None) if trainee and assessments else None
    if trainee is None or row is None or not row.credentials:
        return told
    team = svc.rosters.team(conn, turn.case.team)
    who = people.responder(row)
    title = team.title(who.credentials, turn.now)
    if isinstance(title, str):  # whoever works by a waiver, or on a lapsed credential, is what they would be with it
        title = team.waived_title(who.credentials, turn.now)
    if not needs_signature(title):
        return told
    supervisor = _supervisor(conn, team, row, turn.now)
    sent_back = {
        protocol: one
        for one, protocol in _of_case(conn, turn.case.id)
        if one.trainee == trainee and one.state is State.RETURNED
    }
    for assessment_id, protocol in assessments:
        before = sent_back.get(protocol)
        if before is not None:
            now = asked(before, assessment_id, turn.now)
            update_rows(conn, [now])
            told.timers_disarm += casefiles.stop_clocks(conn, [now.id])
        else:
            now = Signature(
                id=svc.new_id(),
                team=team.team.id,
                case_id=turn.case.id,
                assessment_id=assessment_id,
                trainee=trainee,
                supervisor=supervisor,
                asked_at=turn.now,
                due_at=turn.now + WITHIN,
            )
            insert_rows(conn, [now])
        casefiles.set_clocks(conn, told, [(now, now.team, None)], svc.new_id)
        turn.say("signature", signature=now.id, event="asked", person=trainee, of=now.supervisor)
        if now.supervisor is not None:
            turn.tell(now.supervisor, "signature_wanted", who=trainee)
        else:
            raise_alarm(turn, Kind.UNSIGNED, "nobody_to_sign", subject=trainee)
    return told


def sign_one(actor: Actor, svc: Service, signature_id: str) -> None:
    """Sign what was asked of the actor, or of anybody else where the actor may sign. Raises NotFound, Refused."""
    titles: list[TitleRule | str] = []
    matters.settle(
        actor,
        svc,
        Act.SIGN,
        Signature,
        signature_id,
        lambda matter: sign(matter, titles[-1]),
        first=lambda conn, row: titles.append(own_title(actor, svc, conn, row.team)),
    )


def return_one(actor: Actor, svc: Service, signature_id: str, reason: str) -> None:
    """Send it back: the trainee is told, and reads the reason on the case. Raises InvalidInput without one."""
    if not reason.strip():
        raise InvalidInput("reason: say why", [Fault("reason", "say why")])
    with svc.record.read() as conn:
        row = matters.load(conn, Signature, signature_id)
        code = str(conn.scalar(select(schema.cases.c.code).where(schema.cases.c.id == row.case_id)))
    note = notes.seal(svc.sealer, svc.new_id(), row.case_id, "sent_back", reason.strip())
    titles: list[TitleRule | str] = []

    def also(conn: Connection, matter: Matter[Signature], _: Told) -> None:
        notes.add(conn, note, actor.id, matter.now)

    matters.settle(
        actor,
        svc,
        Act.SIGN,
        Signature,
        signature_id,
        lambda matter: send_back(matter, titles[-1], code, actor.person or actor.id),
        first=lambda conn, row: titles.append(own_title(actor, svc, conn, row.team)),
        also=also,
    )


def fire(actor: Actor, svc: Service, deadline_id: str, signature_id: str) -> int:
    """Not signed in time: the coordinators are told."""
    return matters.fire(actor, svc, deadline_id, Signature, signature_id, overdue)


def _of_case(conn: Connection, case_id: str) -> list[tuple[Signature, str]]:
    """Each with the protocol it is about."""
    rows = load_rows(conn, Signature, "case_id", [case_id])
    given = contacts.some_assessments(conn, [row.assessment_id for row in rows])
    protocols = {a.id: a.protocol for a in given}
    return [(row, protocols[row.assessment_id]) for row in rows]


def own_title(actor: Actor, svc: Service, conn: Connection, team: str) -> TitleRule | str:
    row = next(iter(people.some(conn, [actor.person])), None) if actor.person else None
    if row is None:
        return "this sign-in belongs to nobody with a credential"
    return svc.rosters.team(conn, team).title(people.responder(row).credentials, svc.clock.now())


def _supervisor(conn: Connection, team: TeamNow, row: Row[Any], now: datetime) -> str | None:
    """Named ones by their row whatever team they are in; the others from whoever is on call and can be reached."""
    mine = people.responder(row).credentials
    named = [c.supervisor for c in mine if c.supervisor is not None]
    rows = [one for one in people.some(conn, named) if one.active]
    titles = {one.id: team.title(people.responder(one).credentials, now) for one in rows}
    ringable = [who.responder for who in marking.present(conn, team, now) if can_be_rung(who, now)]
    titles |= {who.id: team.title(who.credentials, now) for who in ringable}
    return whose(row.id, mine, team.team.state, [who.id for who in ringable], titles)
