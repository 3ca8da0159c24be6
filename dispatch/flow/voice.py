"""A telephone call of ours: what is said to whoever answers, and what the key they press does."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from dispatch import answering, spoken
from dispatch.access import Act, Actor, Role, check
from dispatch.alarm import Alarm
from dispatch.case import State
from dispatch.casefile import Turn
from dispatch.channels import twiml
from dispatch.flow import paging, proofs
from dispatch.flow.commit import commit
from dispatch.flow.service import Service
from dispatch.flow.words import alarm_about, page_words
from dispatch.page import Page
from dispatch.store import contacts, datakeys, inbox, people, schema
from dispatch.store.rows import load_rows

KEY_WAIT = timedelta(seconds=10)
RING = timedelta(seconds=25)


def heard(actor: Actor, svc: Service, row: Row[Any], form: Mapping[str, Any]) -> str:
    """What is said next on this call (TwiML). A key acts once; asking again says the same without acting again."""
    check(actor, Act.RUN)
    said = _next(svc, row, form)
    # Last: a key that could not be acted on stays unread, and the sweeper acts on it.
    with svc.record.write() as conn:
        inbox.finish(conn, row.id, svc.clock.now())
    return said


def _next(svc: Service, row: Row[Any], form: Mapping[str, Any]) -> str:
    first = row.processed_at is None
    with svc.record.read() as conn:
        a, o = schema.attempts, schema.outbox
        attempt = conn.execute(select(a).where(a.c.id == form.get("a", ""))).one_or_none()
        if attempt is None or not hmac.compare_digest(attempt.token, str(form.get("t", ""))):
            return twiml.say(spoken.line("stranger"))
        effect = conn.execute(select(o).where(o.c.id == attempt.outbox_id)).one()
    key = str(form.get("Digits") or "")
    again = f"{svc.public_url}/twilio/voice?a={attempt.id}&t={attempt.token}"
    if effect.kind == "Bridge":
        return _connect(svc, effect, again, joined=str(form.get("DialCallStatus") or ""))
    if effect.page_id is not None:
        return _page(svc, attempt, effect.page_id, key, again, first=first)
    if effect.alarm_id is not None:
        return _alarm(svc, attempt, effect.alarm_id, key, again)
    return twiml.say(spoken.line("stranger"))


def _person(svc: Service, person: str, team: str) -> Actor:
    """Whoever was called may answer, whatever the roster has come to say of them meanwhile."""
    with svc.record.read() as conn:
        row = people.one(conn, person)
    roles = {Role(r) for r in row.roles} | {Role.RESPONDER}
    return Actor(person, frozenset(roles), frozenset({*row.teams, team}), person)


def _page(svc: Service, attempt: Row[Any], page_id: str, key: str, again: str, *, first: bool) -> str:
    with svc.record.read() as conn:
        page = load_rows(conn, Page, "id", [page_id])[0]
        c = schema.cases
        case = conn.execute(select(c).where(c.c.id == page.case_id)).one()
        team = svc.rosters.team(conn, case.team)
    words = spoken.page(page_words(svc.public_url, team.team, case, page, repeat=attempt.repeat))
    if key == "1":
        who = _person(svc, page.person, case.team)
        owner = paging.accept(who, svc, page.case_id, page.person, page.id)
        proofs.of_key(who, svc, page.person)
        with svc.record.read() as conn:
            n = schema.escalations
            more = conn.scalar(
                select(n.c.id).where(n.c.case_id == page.case_id, n.c.state.in_(("asking", "exhausted")))
            )
        others = "closed" if case.state == State.CLOSED.value else "taken"
        said = "first_of_two" if owner and more else "accepted" if owner else others
        return twiml.say(spoken.line(said, case.code))
    if key == "2":
        if first:
            decide = _declining(page)
            commit(_person(svc, page.person, case.team), svc, Act.ANSWER_PAGE, page.case_id, decide)
        return twiml.say(spoken.line("declined"))
    said = f"{spoken.line('wrong_key')} {words}" if key else words
    return twiml.ask_for_key(said, again, wait=KEY_WAIT, otherwise=spoken.line("no_key"))


def _declining(page: Page) -> Any:
    def decide(turn: Turn) -> None:
        answering.decline(turn, page.person, turn.file.page(page.id))

    return decide


def _alarm(svc: Service, attempt: Row[Any], alarm_id: str, key: str, again: str) -> str:
    with svc.record.read() as conn:
        alarm = load_rows(conn, Alarm, "id", [alarm_id])[0]
        c = schema.cases
        case = conn.execute(select(c).where(c.c.id == alarm.case_id)).one_or_none() if alarm.case_id else None
    # The same key delivered twice is thanked for twice, also where the first one ended the alarm.
    if not alarm.open and (key != "1" or alarm.acknowledged_by != attempt.person):
        return twiml.say(spoken.line("alarm_over"))
    if key == "1":
        if attempt.person is not None and not attempt.person.startswith("last_resort:"):
            paging.acknowledge_alarm(_person(svc, attempt.person, alarm.team), svc, alarm_id)
        return twiml.say(spoken.line("acknowledged"))
    words = spoken.alarm(alarm.kind, alarm_about(case, alarm))
    said = f"{spoken.line('wrong_key')} {words}" if key else words
    return twiml.ask_for_key(said, again, wait=KEY_WAIT, otherwise=spoken.line("no_key"))


def _connect(svc: Service, effect: Row[Any], again: str, *, joined: str) -> str:
    """Join the responder to the person, from the hotline's number. Never to a number the person said not to call.
    `joined`: what came of it, once it was tried."""
    if joined:
        return twiml.say(spoken.line("call_over" if joined == "completed" else "not_connected"))
    with svc.record.read() as conn:
        rows = contacts.of_case(conn, effect.case_id)
        keys = datakeys.load(conn, {row.key_id for row in rows})
        c = schema.cases
        code = conn.scalar(select(c.c.code).where(c.c.id == effect.case_id)) or ""
    refused: set[str] = set()
    for row in reversed(rows):
        personal = svc.sealer.open_dict("contacts", "personal", row.id, keys[row.key_id], row.personal)
        phone = (personal.get("person") or {}).get("phone")
        if not phone:
            continue
        # The last word about a number holds: it may have been allowed in the contact before.
        if phone.get("call") == "no":
            refused.add(phone["number"])
        elif phone["number"] not in refused and svc.hotline_number:
            return twiml.connect(
                spoken.line("connecting", code), phone["number"], caller_id=svc.hotline_number, ring=RING, action=again
            )
    return twiml.say(spoken.line("no_number", code))
