"""A number that cannot be paged: off the roster until somebody has mended it, and loud about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from dispatch.access import Actor
from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.casefile import Turn
from dispatch.channels.failures import KINDS, FailureKind
from dispatch.effects import SendPage
from dispatch.flow import service_alarms
from dispatch.flow.service import Service
from dispatch.page import Report
from dispatch.store import people
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry

#: What a refusal of this kind rings.
OF_KIND = {
    FailureKind.PERMANENT: Kind.BAD_NUMBER,
    FailureKind.OPTED_OUT: Kind.OPTED_OUT,
    FailureKind.OURS: Kind.SERVICE,
}
#: Provider's code -> the alarm it deserves; any other is a page that did not arrive.
LOUD: dict[int, Kind] = {code: OF_KIND[kind] for code, kind in KINDS.items() if kind in OF_KIND}


def blame(
    actor: Actor,
    svc: Service,
    conn: Connection,
    told: Told,
    attempt: Row[Any],
    report: Report,
    code: int | None,
    turn: Turn | None = None,
) -> list[Entry]:
    """What a failed attempt says about its person: a bad number, or texts they have stopped. Outside a case it opens
    an alarm of its own."""
    if report not in (Report.UNDELIVERED, Report.FAILED) or attempt.person is None:
        return []
    kind = KINDS.get(code or 0)
    if kind is FailureKind.PERMANENT:
        people.set_fields(conn, attempt.person, {"unreachable": "bad_number"})
    elif kind is FailureKind.OPTED_OUT:
        people.set_fields(conn, attempt.person, {"unreachable": "opted_out", "opted_out_at": svc.clock.now()})
        if turn is not None and attempt.channel == "text":
            # The carrier blocks texts only: the same page by voice, while the next person is asked as well.
            turn.do(SendPage(attempt.page_id, attempt.person, voice=True))
    else:
        return []
    alarm = OF_KIND[kind]
    if turn is not None:
        raise_alarm(turn, alarm, f"code:{code}", subject=attempt.person)
        return []
    teams = people.one(conn, attempt.person).teams
    return service_alarms.open_for(
        svc, conn, told, teams, alarm, f"code:{code}", svc.clock.now(), actor.id, subject=attempt.person
    )
