"""Duty by text: coming on, going off, who else is on; stopping our texts and starting them again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from dispatch import asking
from dispatch.access import Act
from dispatch.alarm import Kind
from dispatch.casefile import Turn
from dispatch.effects import Tell
from dispatch.flow import service_alarms
from dispatch.flow.commit import commit, mirror
from dispatch.flow.texted import Text, tell
from dispatch.roster import on_call
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry
from dispatch.store.tables_paging import OPEN_PAGES
from dispatch.wallclock import wall, zone


def availability(text: Text, state: str, hours: float | None, *, uncovered: bool) -> None:
    """ON or OFF. `uncovered`: they were the last one on call, and a coordinator must know at once."""
    svc, now = text.svc, text.svc.clock.now()
    until = now + timedelta(hours=hours) if hours else None
    local = ""
    with svc.record.write() as conn:
        text.finish(conn)
        rested = people.RESTED if state == "on" else {}
        people.set_fields(conn, text.person.id, {"availability": state, "available_until": until, **rested})
        if until is not None and text.person.teams:
            place = svc.rosters.team(conn, text.person.teams[0]).team.timezone
            local = wall(until, zone(place)).strftime("%H:%M")
        told = Told(teams=set(text.person.teams))
        tell(svc, conn, text, Tell(text.person.id, state, {"until": local}), now)
        data = {"person": text.person.id, "availability": state, "until": until}
        entries = [Entry(now, text.actor.id, "availability", None, None, data)]
        if uncovered:
            entries += service_alarms.open_for(
                svc,
                conn,
                told,
                text.person.teams,
                Kind.COVERAGE,
                "last_one_off",
                now,
                text.actor.id,
                subject=text.person.id,
            )
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)


def who(text: Text) -> str:
    """Everybody else on call in their teams, as the texts name them."""
    svc, now = text.svc, text.svc.clock.now()
    found: list[str] = []
    with svc.record.read() as conn:
        for team in text.person.teams:
            for one in on_call(svc.rosters.team(conn, team).roster, team, now):
                found += [f"{one.person}:{one.layer}"] if one.person != text.person.id else []
    return " ".join(dict.fromkeys(found))


def opted_out(text: Text) -> None:
    """A responder stopped our texts: off the roster now, the next person is asked on every case that waits for them,
    and a coordinator is told."""
    svc, now, me = text.svc, text.svc.clock.now(), text.person.id
    with svc.record.write() as conn:
        people.set_fields(conn, me, {"unreachable": "opted_out", "opted_out_at": now})
        p = schema.pages
        waiting = conn.scalars(select(p.c.case_id).distinct().where(p.c.person == me, OPEN_PAGES)).all()
        told = Told(teams=set(text.person.teams))
        entries = service_alarms.open_for(
            svc, conn, told, text.person.teams, Kind.OPTED_OUT, "sent_stop", now, me, subject=me
        )
        told.ledger_no = ledger.append(conn, [Entry(now, me, "opted_out", None, None, {"person": me}), *entries])
    mirror(svc, told)
    for case_id in waiting:
        commit(text.actor, svc, Act.ANSWER_PAGE, case_id, lambda turn: _replace_pages(turn, me))
    with svc.record.write() as conn:
        text.finish(conn)


def _replace_pages(turn: Turn, person: str) -> None:
    for page in turn.file.pages:
        if page.person == person and page.open:
            asking.replace_page(turn, page, "opted_out")


def opted_in(text: Text) -> None:
    """Our texts reach them again. The arrival is left to whatever else the same word says."""
    svc, now = text.svc, text.svc.clock.now()
    with svc.record.write() as conn:
        if text.person.unreachable == "opted_out":
            people.set_fields(conn, text.person.id, {"unreachable": None, "opted_out_at": None})
        n = ledger.append(conn, [Entry(now, text.actor.id, "opted_in", None, None, {"person": text.person.id})])
    mirror(svc, Told(teams=set(text.person.teams), ledger_no=n))
