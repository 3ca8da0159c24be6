"""Waivers: a named person lets somebody work on one case whose credential has lapsed, with a reason and an alarm.

A waiver is of one case and one person. It holds from that moment on, until it is ended by name or the case is closed;
it never comes back with a case that is taken up again. What none may cover is in `credential.why_not_waived`, and is
looked at again in every match: a licence that is suspended later ends what a waiver let pass.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from dispatch.access import Act, Actor
from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.casefile import CaseFile, Turn
from dispatch.credential import why_not_waived
from dispatch.errors import Fault, Forgotten, InvalidInput, NotAllowed, NotFound, Refused
from dispatch.flow.commit import commit
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import WaiverView
from dispatch.rulepack import Supervision, TitleRule
from dispatch.store import datakeys, people
from dispatch.store import waivers as stored
from dispatch.store.sealing import DataKey


def waived(conn: Connection, case_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Whose credential is waived, by case; a case without any is absent."""
    found = stored.standing(conn, case_ids)
    return {case_id: frozenset(one.person for one in those) for case_id, those in found.items()}


def waive(actor: Actor, svc: Service, case_id: str, person: str, reason: str) -> str:
    """Let `person` work on this case although their credential does not count there; returns the waiver's id.

    The same one twice is one. Raises NotAllowed for one's own credential, InvalidInput without a reason or for
    somebody who is not in the team, Refused for what no waiver covers and where nothing has to be waived.
    """
    if not reason.strip():
        raise InvalidInput("reason: say why", [Fault("reason", "say why")])
    if person == actor.person:
        raise NotAllowed("Nobody waives their own credential: another supervisor or coordinator must.")
    id_, key = svc.new_id(), svc.sealer.new_subject_key()
    sealed = svc.sealer.seal("waivers", "reason", id_, key, reason.strip())
    before: list[Row[Any]] = []

    def first(conn: Connection, file: CaseFile) -> None:
        before[:] = [row for row in stored.of_case(conn, case_id) if row.person == person and row.ended_at is None]
        if not before:
            _may_be_waived(svc, conn, file, person)

    def decide(turn: Turn) -> str:
        if not turn.case.open:
            raise Refused("The case is closed: reopen it first.")
        if before:
            return str(before[0].id)
        turn.say("waived", person=person, waiver=id_)
        raise_alarm(turn, Kind.WAIVER, "waived", subject=person)
        turn.nudge = True
        return id_

    def also(conn: Connection, turn: Turn) -> None:
        if not before:
            row = {"id": id_, "team": turn.case.team, "case_id": case_id, "person": person, "by": actor.id}
            stored.add(conn, key, {**row, "at": turn.now, "reason": sealed}, turn.now)

    return commit(actor, svc, Act.WAIVE, case_id, decide, first=first, also=also)


def end(actor: Actor, svc: Service, case_id: str, waiver_id: str) -> None:
    """From now on the credential counts again as it stands; whoever has the case keeps it. Raises NotFound."""
    found: list[Row[Any]] = []

    def first(conn: Connection, _: CaseFile) -> None:
        found[:] = [row for row in stored.of_case(conn, case_id) if row.id == waiver_id]
        if not found:
            raise NotFound("The case has no such waiver.")

    def decide(turn: Turn) -> None:
        if found[0].ended_at is None:
            turn.say("waiver_ended", person=found[0].person, waiver=waiver_id)

    def also(conn: Connection, turn: Turn) -> None:
        if found[0].ended_at is None:
            stored.end(conn, waiver_id, turn.now)

    commit(actor, svc, Act.WAIVE, case_id, decide, first=first, also=also)


def views(svc: Service, rows: Sequence[Row[Any]], keys: dict[str, DataKey], names: Names) -> tuple[WaiverView, ...]:
    return tuple(
        WaiverView(
            id=row.id,
            person=names.of(row.person),
            by=names.of(row.by),
            at=row.at,
            ended_at=row.ended_at,
            reason=_reason(svc, row, keys[row.key_id]),
        )
        for row in rows
    )


def reasons(svc: Service, conn: Connection, case_id: str) -> dict[str, str | None]:
    """What was said for each waiver of a case."""
    rows = stored.of_case(conn, case_id)
    keys = datakeys.load(conn, {row.key_id for row in rows})
    return {row.id: _reason(svc, row, keys[row.key_id]) for row in rows}


def _reason(svc: Service, row: Row[Any], key: DataKey) -> str | None:
    try:
        return svc.sealer.open_text("waivers", "reason", row.id, key, row.reason)
    except Forgotten:
        return None


def _may_be_waived(svc: Service, conn: Connection, file: CaseFile, person: str) -> None:
    row = next((one for one in people.some(conn, [person]) if one.active), None)
    team = file.case.team
    if row is None or team not in row.teams or not set(row.roles) & set(people.CALLABLE):
        problem = "is nobody of the team who can be given a case"
        raise InvalidInput(f"person: {problem}", [Fault("person", problem)])
    who = people.responder(row)
    why = why_not_waived(who.credentials, team)
    if why is not None:
        raise Refused(f"{why[:1].upper()}{why[1:]}.")
    title = svc.rosters.team(conn, team).title(who.credentials, svc.clock.now())
    if isinstance(title, TitleRule) and title.supervision is Supervision.NONE:
        raise Refused(f"Nothing has to be waived: the title {title.title} counts for this case.")
