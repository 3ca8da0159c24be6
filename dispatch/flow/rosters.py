"""A team as it is now: its policy, its roster, its rules and whom to tell; kept by a process for as long as the
record's versions stand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, select

from dispatch import policyfile, rosterfile
from dispatch.casefile import Office
from dispatch.credential import Credential
from dispatch.errors import Fault, InvalidInput
from dispatch.need import Limits
from dispatch.policy import Policy
from dispatch.policyreader import Bands
from dispatch.roster import Roster, Team
from dispatch.rulepack import RulePacks, TitleRule, best_title, waived_title
from dispatch.store import schema, teams
from dispatch.store.engine import Record
from dispatch.teamfile import settings_from
from dispatch.wallclock import wall


@dataclass(frozen=True, slots=True)
class TeamNow:
    team: Team
    policy: Policy
    roster: Roster
    office: Office
    rules: RulePacks | None

    @property
    def limits(self) -> Limits:
        limits = self.policy.limits
        return Limits(limits.rest_after, limits.pages_per_night, limits.night, self.team.timezone)

    def title(self, held: Sequence[Credential], now: datetime) -> TitleRule | str:
        """What these credentials make of somebody here today by the state's rules; else why none of them counts."""
        today = wall(now, self.team.zone).date()
        pack = self.rules.of(self.team.state, today) if self.rules is not None else None
        return best_title(held, self.team.state, self.team.id, today, pack)

    def waived_title(self, held: Sequence[Credential], now: datetime) -> TitleRule | str:
        """The same for somebody whose credential is waived."""
        today = wall(now, self.team.zone).date()
        return waived_title(held, self.team.state, self.team.id, today, self.rules)


class Rosters:
    """Reads teams; safe to share between threads. `rules` are the state rule packs of this installation, `base` the
    policy of every team that has none of its own."""

    def __init__(self, rules: RulePacks | None = None, bands: Bands | None = None, base: Policy | None = None) -> None:
        self._base = base or policyfile.default()
        self._rules = rules
        self._bands = bands
        self._kept: dict[str, tuple[tuple[int, int], Team, Policy, Roster]] = {}
        self._lock = threading.Lock()

    def team(self, conn: Connection, team: str) -> TeamNow:
        """Raises InvalidInput, naming the field `team`, for one that is not there."""
        stands = teams.standing(conn, team)
        if stands is None:
            raise no_team(team)
        versions = (stands.version, stands.roster_version)
        with self._lock:
            kept = self._kept.get(team)
        if kept is None or kept[0] != versions:
            kept = (versions, *self._read(conn, team))
            with self._lock:
                self._kept[team] = kept
        _, place, policy, roster = kept
        leads = (stands.coordinators, stands.supervisors)
        office = Office(*leads, len(policy.last_resort), policy.limits.night, place.timezone)
        return TeamNow(place, policy, roster, office, self._rules)

    def lock(self, conn: Connection, record: Record, team: str) -> None:
        """Hold the team's row until commit: one matcher a team. Waits for whoever holds it."""
        conn.execute(record.for_update(select(schema.teams.c.id).where(schema.teams.c.id == team))).all()

    def lock_all(self, conn: Connection, record: Record) -> None:
        """Hold every team's row, in one order everywhere."""
        conn.execute(record.for_update(select(schema.teams.c.id).order_by(schema.teams.c.id))).all()

    def _read(self, conn: Connection, team: str) -> tuple[Team, Policy, Roster]:
        row = conn.execute(select(schema.teams).where(schema.teams.c.id == team)).one()
        text = conn.scalar(select(schema.rosters.c.rules).where(schema.rosters.c.team == team))
        place = team_of(row)
        roster = Roster((place,))
        if text:
            # The team is what its own row says: an import that changes nothing but the team leaves the rules alone.
            stored = rosterfile.read(text, f"roster of {team}").roster
            roster = replace(stored, teams=tuple(place if one.id == team else one for one in stored.teams))
        return place, self.policy_of(team, row.policy) if row.policy else self._base, roster

    def policy_of(self, team: str, text: str) -> Policy:
        """What a team's policy file says over the policy of every team. Raises InvalidFile."""
        return policyfile.parse(text, f"policy of {team}", self._base, self._bands)


def no_team(team: str) -> InvalidInput:
    return InvalidInput(f"There is no team {team!r}.", [Fault("team", "there is no such team")])


def team_of(row: Row[tuple[object, ...]]) -> Team:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return Team(
        id=values["id"],
        timezone=values["timezone"],
        state=values["state"] or "",
        areas=frozenset(values["areas"]),
        name=values["name"],
        holidays=values["holidays"],
        settings=settings_from(values["settings"]),
    )
