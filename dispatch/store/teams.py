"""What every decision needs to know of its team, in one statement: whether what is kept of it still stands, and whom to
tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, true

from dispatch.store import schema

_LEADS = ("coordinator", "supervisor")


@dataclass(frozen=True, slots=True)
class Standing:
    """Versions of the team's row (with its policy) and of its roster, and the leads that a text or a call can reach."""

    version: int
    roster_version: int
    coordinators: tuple[str, ...]
    supervisors: tuple[str, ...]


def standing(conn: Connection, team: str) -> Standing | None:
    """None for a team that is not there."""
    rows = conn.execute(_STANDING, {"team": team}).all()
    if not rows:
        return None
    found: dict[str | None, list[str]] = {}
    for _, _, role, person in rows:
        found.setdefault(role, []).append(person)
    version, roster_version, *_ = rows[0]
    coordinators, supervisors = (tuple(found.get(role, ())) for role in _LEADS)
    return Standing(version, roster_version or 0, coordinators, supervisors)


def _statement() -> Select[Any]:
    teams, rosters, posts, people = schema.teams, schema.rosters, schema.posts, schema.people
    leads = (
        select(posts.c.role, posts.c.person)
        .join(people, people.c.id == posts.c.person)
        .where(posts.c.team == bindparam("team"), posts.c.role.in_(_LEADS), people.c.active)
        .where(people.c.unreachable.is_(None), people.c.phone_index.is_not(None))
        .subquery("leads")
    )
    return (
        select(teams.c.version, rosters.c.version, leads.c.role, leads.c.person)
        .select_from(teams)
        .outerjoin(rosters, rosters.c.team == teams.c.id)
        .outerjoin(leads, true())
        .where(teams.c.id == bindparam("team"))
        .order_by(leads.c.person)
    )


# Asked in every decision about a case: written once, so that only its value changes.
_STANDING = _statement()
