"""Whether the people on a case are a team by the state's rules, counting somebody who is about to join."""

from __future__ import annotations

from sqlalchemy import Connection

from dispatch.casefile import CaseFile
from dispatch.flow.service import Service
from dispatch.matching import Candidate, Need, team_mix
from dispatch.priority import Mode
from dispatch.responder import Standing
from dispatch.store import people, waivers
from dispatch.teammix import Mix


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
