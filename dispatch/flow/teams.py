"""Whether there is such a team, whether somebody may join a case, and whether the people on it are then a team by the
state's rules."""

from __future__ import annotations

from sqlalchemy import Connection

from dispatch.casefile import CaseFile
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.flow.service import Service
from dispatch.matching import Candidate, Need, team_mix
from dispatch.priority import Mode
from dispatch.responder import Standing
from dispatch.store import people, waivers
from dispatch.teammix import Mix


def must_be_there(svc: Service, team: str) -> None:
    """Raises InvalidInput, naming the field `team`, for one that is not there."""
    with svc.record.read() as conn:
        svc.rosters.team(conn, team)


def may_be_given(svc: Service, conn: Connection, file: CaseFile, person: str) -> None:
    """Raises InvalidInput for somebody who is nobody of the team, and Refused, with the reason, for a credential that
    does not count for the case and is not waived for it.

    A lead who names somebody may overrule that they are full, resting or asleep; what the law asks of them nobody may.
    """
    team = svc.rosters.team(conn, file.case.team)
    row = next((one for one in people.some(conn, [person]) if one.active), None)
    if row is None or team.team.id not in row.teams:
        problem = "is nobody of the team"
        raise InvalidInput(f"person: {problem}", [Fault("person", problem)])
    waived = any(one.person == person for one in waivers.standing(conn, [file.case.id]).get(file.case.id, ()))
    title = (team.waived_title if waived else team.title)(people.responder(row).credentials, svc.clock.now())
    if isinstance(title, str):
        raise Refused(f"{person}: {title}. A lead may waive a credential that has lapsed, for this case.")


def mix_with(svc: Service, conn: Connection, file: CaseFile, person: str) -> Mix:
    """The mix of the case's owners and `person`, by their credentials as they stand now."""
    case, now = file.case, svc.clock.now()
    team = svc.rosters.team(conn, case.team)
    members = {*file.owners, person}
    need = Need(
        case_id=case.id,
        team=case.team,
        state=team.team.state,
        urgency=case.urgency,
        mode=Mode.PHONE if case.scene_hold else case.mode,
        people=case.needed,
        waived=waivers.standing(conn, [case.id]).get(case.id, ()),
    )
    known = [Candidate(people.responder(row), (), Standing()) for row in people.some(conn, sorted(members))]
    return team_mix(need, known, now, team.limits, team.rules)
