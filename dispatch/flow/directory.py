"""The people of a team, for those who manage them: each with their credentials and what is wrong with them today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from dispatch.access import Act, Actor, check
from dispatch.credential import why_void
from dispatch.errors import NotFound
from dispatch.flow import responders
from dispatch.flow.looks import noted
from dispatch.flow.responders import ResponderView
from dispatch.flow.rosterrows import read_all
from dispatch.flow.service import Service
from dispatch.rosterfile import Person
from dispatch.store import people, schema
from dispatch.wallclock import wall

#: A last day this near is worth a look.
SOON = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One credential today. `why` says why it does not count in the person's first team; None when it does."""

    state: str
    title: str
    expires: date | None
    days_left: int | None
    why: str | None

    @property
    def soon(self) -> bool:
        return self.why is None and self.days_left is not None and self.days_left <= SOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    who: ResponderView
    held: tuple[Held, ...]

    @property
    def counts(self) -> bool:
        return any(one.why is None for one in self.held)


def members(actor: Actor, svc: Service) -> list[Member]:
    """People of all the actor's teams, by name; no telephone numbers."""
    check(actor, Act.MANAGE_PEOPLE)
    found = responders.responders(actor, svc)
    with svc.record.read() as conn:
        rows = {row.id: people.responder(row) for row in people.some(conn, [one.id for one in found])}
        teams = {t: svc.rosters.team(conn, t).team for one in found for t in one.teams}
    now = svc.clock.now()
    listed = []
    for one in found:
        here = teams[one.teams[0]]
        today = wall(now, here.zone).date()
        held = tuple(
            Held(
                state=c.state,
                title=c.title,
                expires=c.expires,
                days_left=(c.expires - today).days if c.expires else None,
                why=why_void(c, here.state, here.id, today),
            )
            for c in rows[one.id].credentials
        )
        listed.append(Member(who=one, held=held))
    return sorted(listed, key=lambda one: (one.who.name.casefold(), one.who.id))


def person(actor: Actor, svc: Service, person_id: str) -> Person:
    """Everything about one person, to be changed. Raises NotFound. The look is recorded."""
    check(actor, Act.MANAGE_PEOPLE)
    with svc.record.read() as conn:
        file = read_all(svc, conn)
    who = next((one for one in file.people if one.id == person_id), None)
    if who is None:
        raise NotFound("There is no such person.")
    if not any(actor.may(Act.MANAGE_PEOPLE, team) for team in who.teams):
        check(actor, Act.MANAGE_PEOPLE, next(iter(who.teams), ""))
    noted(actor, svc, "responder_seen", None, None, person=person_id)
    return who


def known_skills(actor: Actor, svc: Service) -> tuple[str, ...]:
    """Every skill somebody has, to choose from."""
    check(actor, Act.MANAGE_PEOPLE)
    with svc.record.read() as conn:
        held = conn.scalars(select(schema.people.c.skills).where(schema.people.c.active))
        return tuple(sorted({skill for skills in held for skill in skills}))
