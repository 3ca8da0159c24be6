"""The check that a text reaches whoever has just come on duty: asked by the sweeper, answered by any text that we can
read, and loud at the limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Kind
from dispatch.flow import matters, service_alarms
from dispatch.flow.service import Service
from dispatch.matter import Matter
from dispatch.responder import Standing
from dispatch.roster import on_call
from dispatch.shiftcheck import ASKED_WITHIN, WAITING, Event, ShiftCheck, advance, expected, to_ask
from dispatch.spell import Spell, beginning
from dispatch.store import people, schema
from dispatch.store.casefiles import Told
from dispatch.store.rows import load_rows
from dispatch.wallclock import wall

#: The words of the text, by which a failed attempt is known to be one of ours.
WORDS = "shift_check"
_S = schema.shift_checks.c


class _AskedAlready(Exception):
    """Another sweeper was first."""


def ask(actor: Actor, svc: Service) -> int:
    """One round of the sweeper: whoever came on within the last hour, in teams that chose the check, is asked once.
    Returns how many were."""
    check(actor, Act.RUN)

    def look(team: str) -> int:
        with svc.record.read() as conn:
            spells = _new(svc, conn, team)
        return sum(_ask(actor, svc, team, spell) for spell in spells)

    return service_alarms.for_every_team(svc, look)


def overdue(actor: Actor, svc: Service, deadline_id: str, check_id: str) -> int:
    """The limit: an alarm, unless the person has gone off duty meanwhile."""
    found: list[tuple[bool, Standing | None]] = []

    def first(conn: Connection, row: ShiftCheck) -> None:
        now = svc.clock.now()
        on = {one.person for one in on_call(svc.rosters.team(conn, row.team).roster, row.team, now)}
        standing = _standings(svc, conn, row.team, now).get(row.person)
        found.append((row.person in on and expected(standing, now), standing))

    def decide(matter: Matter[ShiftCheck]) -> None:
        still_on, standing = found[-1]
        _decide(matter, Event.OVERDUE if still_on else Event.LEFT, standing)

    return matters.fire(actor, svc, deadline_id, ShiftCheck, check_id, decide, first=first)


def answered(actor: Actor, svc: Service, check_ids: Sequence[str]) -> None:
    """A text of this person was understood, so the telephone is in their hand: all their checks are answered."""
    for check_id in check_ids:
        _settle(actor, svc, Act.ANSWER_PAGE, check_id, Event.ANSWERED)


def not_arrived(actor: Actor, svc: Service, outbox_ids: Iterable[str]) -> None:
    """Effects of these ids came to nothing. Checks among them are alarms now, not at their limit."""
    ids = list(outbox_ids)
    if not ids:
        return
    o = schema.outbox.c
    query = select(o.payload).where(o.id.in_(ids), o.kind == "Tell")
    with svc.record.read() as conn:
        payloads = list(conn.scalars(query))
    for payload in payloads:
        if payload.get("words") == WORDS:
            _settle(actor, svc, Act.RUN, str(payload["about"]["check"]), Event.UNDELIVERED)


def waiting(conn: Connection, person: str, now: datetime) -> list[str]:
    """Ids of this person's checks that an answer still changes."""
    states = [state.value for state in WAITING]
    query = select(_S.id).where(_S.person == person, _S.state.in_(states), _S.start > now - timedelta(days=1))
    return list(conn.scalars(query.order_by(_S.start, _S.id)))


def lately(conn: Connection, person: str, since: datetime) -> list[str]:
    """Ids of those answered since then: a second `OK` is thanked for like the first."""
    query = select(_S.id).where(_S.person == person, _S.answered_at > since)
    return list(conn.scalars(query.order_by(_S.start, _S.id)))


def current(conn: Connection, team: str, now: datetime) -> dict[str, ShiftCheck]:
    """Person -> the newest check of a spell of theirs in this team that began within the last day."""
    recent = select(_S.id).where(_S.team == team, _S.start > now - timedelta(days=1))
    found = load_rows(conn, ShiftCheck, "id", list(conn.scalars(recent)))
    return {one.person: one for one in sorted(found, key=lambda one: one.start)}


def _new(svc: Service, conn: Connection, team: str) -> list[Spell]:
    here, now = svc.rosters.team(conn, team), svc.clock.now()
    if here.team.settings.shift_check is None:
        return []
    spells = beginning(here.roster, team, now - ASKED_WITHIN, now + timedelta(seconds=1))
    if not spells:
        return []
    query = select(_S.person, _S.start).where(_S.team == team, _S.start >= now - ASKED_WITHIN)
    asked = [(row.person, row.start) for row in conn.execute(query)]
    return list(to_ask(spells, _standings(svc, conn, team, now), asked, now))


def _ask(actor: Actor, svc: Service, team: str, spell: Spell) -> int:
    by: list[str] = []

    def make(conn: Connection) -> ShiftCheck:
        # The team's row keeps a second sweeper waiting, and then it finds what the first one wrote.
        svc.rosters.lock(conn, svc.record, team)
        same = select(_S.id).where(_S.team == team, _S.person == spell.person, _S.start == spell.start)
        here = svc.rosters.team(conn, team).team
        limit = here.settings.shift_check
        if limit is None or conn.execute(same).first() is not None:
            raise _AskedAlready
        now = svc.clock.now()
        by.append(wall(now + limit, here.zone).strftime("%H:%M"))
        return ShiftCheck(svc.new_id(), team, spell.person, spell.layers[0], spell.start, now, now + limit)

    def decide(matter: Matter[ShiftCheck]) -> None:
        row = matter.row
        matter.tell(row.person, WORDS, check=row.id, layer=row.layer, at=by[-1])
        matter.say("shift_check", check=row.id, person=row.person, state=row.state.value)

    try:
        matters.begin(actor, svc, Act.RUN, team, make, decide)
    except _AskedAlready:
        return 0
    return 1


def _decide(matter: Matter[ShiftCheck], event: Event, standing: Standing | None) -> None:
    found = advance(matter.row, event, matter.now)
    if found.changed:
        matter.put(found.check)
        matter.say("shift_check", check=matter.row.id, person=matter.row.person, state=matter.row.state.value)
    # A wrong number, or texts that were stopped, have rung already, and say better what is to be done.
    if found.alarm and (standing is None or standing.reachable):
        matter.raise_alarm(Kind.SHIFT_CHECK, event.value, matter.row.person)


def _settle(actor: Actor, svc: Service, act: Act, check_id: str, event: Event) -> None:
    found: list[Standing | None] = []

    def first(conn: Connection, row: ShiftCheck) -> None:
        found.append(_standings(svc, conn, row.team, svc.clock.now()).get(row.person))

    def decide(matter: Matter[ShiftCheck]) -> None:
        _decide(matter, event, found[-1])

    matters.settle(actor, svc, act, ShiftCheck, check_id, decide, first=first, also=_relieve)


def _relieve(conn: Connection, matter: Matter[ShiftCheck], told: Told) -> None:
    """The alarm ends with its cause: they have answered."""
    row = matter.row
    if row.state not in WAITING:
        for entry in service_alarms.end_for(
            conn, told, row.team, Kind.SHIFT_CHECK, matter.now, matter.actor, subject=row.person
        ):
            matter.say(entry.kind, **entry.data)


def _standings(svc: Service, conn: Connection, team: str, now: datetime) -> dict[str, Standing]:
    proved_only = svc.rosters.team(conn, team).team.settings.verified_only
    return {known.responder.id: known.standing for known in people.pool(conn, team, None, now, proved_only=proved_only)}
