"""Texts nobody could act on: kept, answered with what can be sent, and shown to people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dispatch.access import Act, Actor
from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.casefile import Turn
from dispatch.effects import AnswerNumber, Tell
from dispatch.flow import service_alarms
from dispatch.flow.commit import commit, mirror
from dispatch.flow.service import Service
from dispatch.flow.texted import AlreadyRead, Text, tell
from dispatch.reply import ReplyContext
from dispatch.store import inbox, ledger, notes, outbox, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.notes import Note

#: Automatic answers to one unknown number within an hour, so that two machines never talk all night.
STRANGER_ANSWERS = 3


def not_understood(text: Text, context: ReplyContext) -> None:
    """Answered with what can be sent, kept on the case if there is one, and shown to the coordinator."""
    svc = text.svc
    about = can_be_sent(context)
    case_id = _case_of(svc, context)
    if case_id is None:
        now = svc.clock.now()
        with svc.record.write() as conn:
            text.finish(conn)
            told = Told(teams=set(text.person.teams))
            entries = service_alarms.open_for(
                svc,
                conn,
                told,
                text.person.teams,
                Kind.NOT_UNDERSTOOD,
                "text",
                now,
                text.person.id,
                subject=text.person.id,
            )
            tell(svc, conn, text, Tell(text.person.id, "not_understood", about), now)
            told.ledger_no = ledger.append(conn, entries)
        mirror(svc, told)
        return
    kept: Note = notes.seal(svc.sealer, svc.new_id(), case_id, "text", text.words[:1600])

    def decide(turn: Turn) -> None:
        raise_alarm(turn, Kind.NOT_UNDERSTOOD, "text", subject=text.person.id)
        turn.do(Tell(text.person.id, "not_understood", about))

    def also(conn: Connection, turn: Turn) -> None:
        text.finish(conn)
        notes.add(conn, kept, text.person.id, turn.now)

    commit(text.actor, svc, Act.ANSWER_PAGE, case_id, decide, also=also)


def can_be_sent(context: ReplyContext) -> dict[str, str]:
    """What to fill the answer with: the codes that mean something now."""
    return {
        "open": " ".join(p.code for p in context.open_pages),
        "held": " ".join(h.code for h in context.held),
    }


def _case_of(svc: Service, context: ReplyContext) -> str | None:
    """The one case a text could be about."""
    if len(context.held) == 1 and not context.open_pages:
        return context.held[0].case_id
    if len(context.open_pages) == 1 and not context.held:
        with svc.record.read() as conn:
            p = schema.pages
            return conn.scalar(select(p.c.case_id).where(p.c.id == context.open_pages[0].page_id))
    return None


def stranger(actor: Actor, svc: Service, row: Row[Any]) -> None:
    """A number we do not know: where to find help, kept, and shown at once. Not more often than a person would, and
    while nobody has seen what rang for a number, further texts from it are shown beside the first: whoever sends a
    hundred would ring a hundred times, each again every half hour."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        if not inbox.finish(conn, row.id, now):
            raise AlreadyRead
        i = schema.inbox
        lately = select(func.count()).where(
            i.c.sender_index == row.sender_index, i.c.received_at > now - timedelta(hours=1)
        )
        told = Told()
        teams = service_alarms.every_team(conn)
        a = schema.alarms.c
        unseen = select(a.subject).join(schema.inbox, i.c.id == a.subject)
        unseen = unseen.where(a.kind == Kind.UNKNOWN_TEXT.value, a.ended_at.is_(None))
        first = conn.scalar(unseen.where(i.c.sender_index == row.sender_index).order_by(a.opened_at).limit(1))
        entries = service_alarms.open_for(
            svc, conn, told, teams, Kind.UNKNOWN_TEXT, "unknown_number", now, actor.id, subject=first or row.id
        )
        if (conn.scalar(lately) or 0) <= STRANGER_ANSWERS:
            effect = AnswerNumber(row.id, "stranger")
            outbox.add(conn, [effect_row(effect, teams[0] if teams else "", None, 0, svc.new_id, now)], now)
            told.teams = set(teams[:1])
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
