"""Matched: one pass over a team's waiting cases, in the exact order, asking people for each."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, select

from dispatch import asking, laddering, logs
from dispatch.access import Act, Actor, check
from dispatch.casefile import CaseFile, Turn
from dispatch.eligibility import NOT_ON_CALL
from dispatch.errors import Conflict, Unavailable
from dispatch.escalation import Escalation, Run
from dispatch.flow.commit import mirror, retrying, store, turns_for
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.matching import EVERYONE, Match, Need, Pick, Pool, Skip, candidates
from dispatch.need import Waived
from dispatch.priority import Mode
from dispatch.roster import on_call
from dispatch.store import casefiles, people, schema, waivers
from dispatch.store.casefiles import Told

log = logs.get(__name__)

#: Cases matched in one transaction: long enough to share the roster's load, short enough that an intake never waits
#: noticeably.
BATCH = 40
_LINK = "abcdefghijkmnpqrstuvwxyz23456789"


def new_link() -> str:
    """Ten characters of a page's link, about 49 bits: it must not be guessed, and is worthless without a sign-in."""
    return "".join(secrets.choice(_LINK) for _ in range(10))


@dataclass
class Round:
    """One way through a team's waiting cases, a batch at a time. `passed`: those for which nothing could be done, as
    they were then; `then`: how people were, for it holds no longer than they stay so."""

    passed: set[Waiting] = field(default_factory=set)
    then: object = None


class Waiting(NamedTuple):
    """A case that wants somebody, and the versions of it and of its escalation."""

    case_id: str
    version: int
    escalation_version: int


def match_team(actor: Actor, svc: Service, team: str) -> int:
    """Ask people for every case of the team that wants somebody, in the exact waiting order; returns how many pages
    were wanted."""
    going = Round()
    total, more = match_some(actor, svc, team, going)
    while more:
        wanted, more = match_some(actor, svc, team, going)
        total += wanted
    return total


def match_some(actor: Actor, svc: Service, team: str, going: Round) -> tuple[int, bool]:
    """One pass over the next cases in the waiting order: how many pages were wanted, and whether another pass of this
    round may find more.

    The team's row is held from reading the candidates to the commit, so no case earlier in the order can lose a
    person to a later one. Cases for which nobody can be asked are passed by, however many they are; when anybody or one
    of those cases has changed meanwhile, the round begins again with the first.
    """
    check(actor, Act.RUN, team)
    try:
        return retrying(lambda: _match_once(actor, svc, team, going))
    except (Conflict, Unavailable):
        raise
    except Exception:
        log.exception("match_failed", team=team)
        return _each_alone(actor, svc, team), False


def _each_alone(actor: Actor, svc: Service, team: str) -> int:
    """One case that cannot be matched must not keep its whole team from being paged: its own clock rings for it."""
    with svc.record.read() as conn:
        waiting = _waiting(conn, team)
    wanted = 0
    for one in waiting:
        try:
            wanted += retrying(partial(_match_once, actor, svc, team, Round(), one.case_id))[0]
        except (Conflict, Unavailable):
            raise
        except Exception:
            log.exception("case_not_matched", case=one.case_id)
    return wanted


def _match_once(actor: Actor, svc: Service, team_id: str, going: Round, only: str | None = None) -> tuple[int, bool]:
    now = svc.clock.now()
    with svc.record.write() as conn:
        svc.rosters.lock(conn, svc.record, team_id)
        waiting = [one for one in _waiting(conn, team_id) if only in (None, one.case_id)]
        if not waiting:
            return 0, False
        team = svc.rosters.team(conn, team_id)
        search = Search.load(conn, team, now)
        passed = going.passed if going.then == search.people else set()
        batch = [one for one in waiting if one not in passed][:BATCH]
        ids = [one.case_id for one in batch]
        search.waived = waivers.standing(conn, ids)
        turns: list[tuple[CaseFile | None, Turn]] = []
        files = casefiles.load_many(conn, svc.record, ids)
        for file, turn in turns_for(actor, svc, conn, files, now, [team]):
            search.people_for(turn)
            if turn.file is not file:
                turns.append((file, turn))
        people.paged(conn, search.versions_of_picked(), now)
        people.passed_over(conn, search.passed_over - search.picked)
        told = store(svc, conn, turns, now) if turns else Told()
    moved = {turn.case.id for _, turn in turns}
    going.passed, going.then = passed | {one for one in batch if one.case_id not in moved}, search.people
    if not turns:
        return 0, not going.passed.issuperset(waiting)
    told.teams.discard(team_id)
    mirror(svc, told)
    # A step that was passed has made its own wish.
    return search.wanted, len(waiting) > BATCH or any(turn.nudge for _, turn in turns)


def _waiting(conn: Connection, team: str) -> list[Waiting]:
    """Cases of the team whose escalation wants somebody asked, in the total order."""
    e, c = schema.escalations, schema.cases
    query = (
        select(c.c.id, c.c.version, e.c.version)
        .join(e, e.c.case_id == c.c.id)
        .where(e.c.team == team, e.c.state.in_((Run.ASKING.value, Run.EXHAUSTED.value)), e.c.want > 0)
        .order_by(c.c.rank, c.c.respond_by, c.c.logged_at, c.c.id)
    )
    return [Waiting(*row) for row in conn.execute(query)]


@dataclass
class Search:
    """One pass over a team's waiting cases: who can be asked, kept true while the pass itself asks them."""

    team: TeamNow
    pool: Pool
    versions: dict[str, int]
    #: whoever is on call, with their layers
    layers: Mapping[str, tuple[str, ...]]
    #: everything about people that a match depends on; equal to another pass's while nothing has changed
    people: object
    #: whose credential is waived for which case
    waived: Mapping[str, tuple[Waived, ...]] = field(default_factory=dict)
    wanted: int = 0
    picked: set[str] = field(default_factory=set)
    #: excused people in whose place somebody else was asked
    passed_over: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, conn: Connection, team: TeamNow, now: datetime) -> Search:
        limits = team.limits
        proved_only = team.team.settings.verified_only
        known = people.pool(conn, team.team.id, limits.night_began(now), now, proved_only=proved_only)
        on = on_call(team.roster, team.team.id, now)
        standings = {k.responder.id: k.standing for k in known}
        found = candidates((k.responder for k in known), on, standings, now)
        layers = {one.responder.id: tuple(duty.layer for duty in one.on) for one in found if one.on}
        pool = Pool(found, now, limits, team.rules)
        return cls(team, pool, {k.responder.id: k.version for k in known}, layers, (known, layers, team.policy))

    def versions_of_picked(self) -> dict[str, int]:
        return {person: self.versions[person] for person in self.picked}

    def people_for(self, turn: Turn) -> None:
        """Ask whoever the case's escalation wants and the moment allows; pass steps where nobody can be asked."""
        for _ in range(32):  # a ladder has fewer steps; the bound only stops a defect from holding the write lock
            escalation = turn.file.escalation
            if escalation is None or escalation.want == 0 or escalation.state is Run.HELD:
                return
            before = (escalation.step, escalation.state)
            self._ask(turn, escalation)
            after = turn.file.escalation
            if after is None or (after.step, after.state) == before:
                return

    def _ask(self, turn: Turn, escalation: Escalation) -> None:
        found = self._match(turn, escalation)
        if found.picks:
            asking.page_people(turn, escalation, found.picks, [new_link() for _ in found.picks])
            for pick in found.picks:
                # Later cases of this pass must see that the person now has an open page.
                self.pool.asked(pick.person, turn.case.urgency)
                self.picked.add(pick.person)
            self.wanted += len(found.picks)
            for person in found.spared:
                self.pool.passed_over(person)
                self.passed_over.add(person)
                turn.say("passed_over", person=person)
        after = turn.file.escalation
        if after is not None and after.want > 0:
            if escalation.state is Run.EXHAUSTED:
                return
            everybody = escalation.current.count is None
            if everybody and found.picks:
                turn.put(_no_more(after))
            else:
                asking.nobody_left(turn, after, found.only_busy)
        if found.picks or not escalation.only_busy:
            turn.say("matched", step=escalation.step, picks=[p.person for p in found.picks], **_told(found))

    def _match(self, turn: Turn, escalation: Escalation) -> Match:
        need = _need(turn, escalation, self.team.team.state, self.waived.get(turn.case.id, ()))
        step = escalation.current
        if escalation.state is Run.EXHAUSTED:
            asked = {page.person for page in turn.file.pages if page.escalation_id == escalation.id}
            need = replace(need, declined=need.declined | laddering.left_asleep(escalation, self.layers, asked))
            return self.pool.match_relaxing(need, EVERYONE, len(self.pool), self.team.policy.relax)
        picks: list[Pick] = []
        others: list[Pick] = []
        skips: dict[str, Skip] = {}
        spared: list[str] = []
        relaxed: list[str] = []
        left = escalation.want
        for target in step.targets:
            each = min(left, step.count if step.count and len(step.targets) > 1 else left)
            # A layer's own step never relaxes: somebody behind it may be just who is needed.
            order = self.team.policy.relax if target == EVERYONE else ()
            found = self.pool.match_relaxing(need, target, min(each, len(self.pool)), order)
            fresh = [p for p in found.picks if p.person not in {q.person for q in picks}]
            picks += fresh
            others += found.others
            # Of two layers that skip a person, the one they are on call in gives the reason worth knowing.
            skips |= {skip.person: skip for skip in found.skips if skip.filter != "on_call" or skip.person not in skips}
            spared += found.spared
            relaxed += found.relaxed
            left -= len(fresh)
        chosen = {p.person for p in picks}
        return Match(
            tuple(picks),
            tuple(skip for person, skip in skips.items() if person not in chosen),
            tuple(p for p in others if p.person not in chosen),
            tuple(dict.fromkeys(relaxed)),
            tuple(person for person in dict.fromkeys(spared) if person not in chosen),
        )


#: People listed a filter in the ledger. The count is always whole; a roster of hundreds must not bury the history.
LISTED = 12
#: Of those who come after the picks, the first are listed with what ranks them.
_NEXT = 5


def _told(found: Match) -> dict[str, object]:
    """Why the others were not asked: per filter how many, and the first of them with their reason; who comes next and
    why; and what was given up."""
    by_filter: dict[str, list[Skip]] = {}
    for skip in found.skips:
        if skip.reason != NOT_ON_CALL:
            by_filter.setdefault(skip.filter, []).append(skip)
    return {
        "relaxed": list(found.relaxed),
        "skipped": {name: len(skips) for name, skips in by_filter.items()},
        "of": {name: {one.person: _spelled(one.reason) for one in skips[:LISTED]} for name, skips in by_filter.items()},
        "next": {pick.person: [_spelled(one) for one in pick.because] for pick in found.others[:_NEXT]},
    }


def _spelled(reason: str) -> str:
    """A reason as one word of the ledger, which takes no sentences: what a site calls its titles and skills is in it,
    and a match must never fail for an odd name."""
    return re.sub(r"(?:(?<!\d\d):|:(?!\d\dZ)|[^A-Za-z0-9.:-])+", "_", reason)[:64] or "_"


def _no_more(escalation: Escalation) -> Escalation:
    return replace(escalation, want=0)


def _need(turn: Turn, escalation: Escalation, state: str, waived: tuple[Waived, ...]) -> Need:
    case = turn.case
    # `everyone`, a call and a new round ask people again whom an earlier step texted in vain, but nobody twice within
    # one step.
    here = {
        p.person
        for p in turn.file.pages
        if (p.escalation_id, p.step, p.round) == (escalation.id, escalation.step, escalation.round)
    }
    asked = frozenset(escalation.asked)
    return Need(
        case_id=case.id,
        team=case.team,
        state=state,
        urgency=case.urgency,
        population=case.population,
        languages=frozenset(case.languages),
        gender=case.gender,
        skills=frozenset(case.skills),
        area=case.area,
        known_people=frozenset(case.known_people),
        asked=frozenset() if escalation.current.act == "call" else asked,
        declined=frozenset(escalation.declined) | here | (asked if escalation.state is Run.EXHAUSTED else frozenset()),
        with_people=frozenset(turn.file.owners),
        paged=frozenset(p.person for p in turn.file.pages if p.open),
        mode=Mode.PHONE if case.scene_hold else case.mode,
        people=case.needed,
        waived=waived,
    )
