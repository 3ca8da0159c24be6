"""Answered: accept, decline, a call for help, an alarm that was seen; from a screen, the API or a telephone's keys."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from dispatch import answering
from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm
from dispatch.alarming import acknowledge
from dispatch.casefile import CaseFile, Turn
from dispatch.errors import NotFound
from dispatch.flow.commit import commit, mirror, retrying
from dispatch.flow.service import Service
from dispatch.flow.teams import mix_with
from dispatch.page import Page
from dispatch.store import casefiles, ledger, people
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry
from dispatch.store.rows import load_rows, update_rows
from dispatch.teammix import Mix


def accept(actor: Actor, svc: Service, case_id: str, person: str, page_id: str | None) -> bool:
    """`person` accepts; True when they own the case afterwards."""

    mixes: list[Mix] = []

    def decide(turn: Turn) -> bool:
        return answering.accept(turn, person, _page(turn, page_id), mixes[-1])

    def first(conn: Connection, file: CaseFile) -> None:
        mixes.append(mix_with(svc, conn, file, person))

    return commit(actor, svc, Act.ANSWER_PAGE, case_id, decide, first=first, also=_touch(person))


def decline(actor: Actor, svc: Service, case_id: str, person: str, page_id: str) -> None:
    commit(actor, svc, Act.ANSWER_PAGE, case_id, lambda turn: answering.decline(turn, person, turn.file.page(page_id)))


def _touch(person: str) -> Callable[[Connection, Turn], None]:
    def also(conn: Connection, turn: Turn) -> None:
        people.taken(conn, person)

    return also


def _page(turn: Turn, page_id: str | None) -> Page | None:
    return None if page_id is None else turn.file.page(page_id)


def call_for_help(actor: Actor, svc: Service, case_id: str, person: str, why: str) -> None:
    """A safety alarm from a responder."""
    commit(actor, svc, Act.ANSWER_PAGE, case_id, lambda turn: answering.call_for_help(turn, person, why))


def acknowledge_alarm(actor: Actor, svc: Service, alarm_id: str) -> Alarm:
    """Silence an alarm for this person for five minutes. It never stops the case's clock."""

    def once() -> Alarm:
        now = svc.clock.now()
        with svc.record.write() as conn:
            found = load_rows(conn, Alarm, "id", [alarm_id])
            if not found:
                raise NotFound("There is no such alarm.")
            alarm = found[0]
            check(actor, Act.ACKNOWLEDGE, alarm.team)
            if not alarm.open:
                return alarm
            seen = acknowledge(alarm, actor.person or actor.id, now)
            update_rows(conn, [seen])
            told = Told()
            if not seen.open:
                told.timers_disarm = casefiles.stop_clocks(conn, [alarm.id])
            data = {"alarm": alarm.id, "kind": alarm.kind.value, "ended": not seen.open}
            told.ledger_no = ledger.append(
                conn, [Entry(now, actor.id, "alarm_acknowledged", alarm.case_id, alarm.team, data)]
            )
        mirror(svc, told)
        return seen

    return retrying(once)
