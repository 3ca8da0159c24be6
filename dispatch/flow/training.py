"""Continuing education: hours logged on a credential, against what its state's rules ask for its renewal.

People enter their own hours as claimed; a coordinator confirms them, and only then do they count. What a coordinator
enters counts at once. What was learnt, and where the proof is kept, is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dispatch.access import Act, Actor, check
from dispatch.credential import Credential, Training
from dispatch.errors import Fault, InvalidInput, NotAllowed, NotFound
from dispatch.flow import rostering
from dispatch.flow.boards import visible
from dispatch.flow.looks import noted
from dispatch.flow.rosterrows import read_all
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.renewal import owed
from dispatch.rosterfile import Person
from dispatch.rulepack import key_of
from dispatch.store import schema
from dispatch.wallclock import wall

#: More hours in one entry than this is a slip of the pen.
MOST_HOURS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingView:
    on: date
    hours: float
    topic: str | None
    #: None in lists
    evidence: str | None
    claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """One credential's hours against the rule. `required` None: no rule is known, or it counts no hours (`rule` says
    which); `missing` and `missing_topics` are what is left until `due`; claimed hours are in neither."""

    person: str
    name: str
    state: str
    title: str
    status: str
    since: date | None
    due: date | None
    required: float | None
    logged: float
    claimed: float
    missing: float
    missing_topics: Mapping[str, float]
    #: the rule wants training without counting hours, and none is logged
    unlogged: bool
    rule: str | None
    confidence: str | None
    entries: tuple[TrainingView, ...]

    @property
    def behind(self) -> bool:
        return bool(self.missing or self.missing_topics or self.unlogged)


def log(actor: Actor, svc: Service, person: str, state: str, title: str, entry: Training) -> None:
    """Enter hours on a person's credential; one's own are claimed until a coordinator confirms them.

    Raises InvalidInput for hours or a day that cannot be right and for a credential the person has not, NotFound,
    NotAllowed.
    """
    check(actor, Act.LOG_TRAINING)
    faults = []
    if not 0 < entry.hours <= MOST_HOURS or round(entry.hours, 2) != entry.hours:
        faults.append(Fault("hours", f"must be more than 0 and at most {MOST_HOURS}, in hundredths"))
    if entry.on > svc.clock.now().date():
        faults.append(Fault("on", "is in the future"))
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)

    def change(before: Person) -> Person:
        counts = _manages(actor, before)
        if not counts and actor.person != person:
            raise NotAllowed("Only the person and their coordinators log training.")
        done = replace(entry, claimed=not counts)
        return _on(before, state, title, lambda one: replace(one, training=(*one.training, done)))

    rostering.edit_person(actor, svc, "training_logged", person, change)


def confirm(actor: Actor, svc: Service, person: str, state: str, title: str, on: date, hours: float) -> None:
    """What a person claimed counts from now on. Raises NotFound when they claimed no such hours."""
    check(actor, Act.MANAGE_PEOPLE)
    if actor.person == person:
        raise NotAllowed("Somebody else confirms what you logged.")

    def change(before: Person) -> Person:
        if not _manages(actor, before):
            check(actor, Act.MANAGE_PEOPLE, next(iter(before.teams), ""))
        found = False

        def confirmed(one: Credential) -> Credential:
            nonlocal found
            hits = [t.claimed and (t.on, t.hours) == (on, hours) for t in one.training]
            found = found or any(hits)
            kept = (replace(t, claimed=False) if hit else t for t, hit in zip(one.training, hits, strict=True))
            return replace(one, training=tuple(kept))

        after = _on(before, state, title, confirmed)
        if not found:
            raise NotFound("No such hours wait to be confirmed.")
        return after

    rostering.edit_person(actor, svc, "training_confirmed", person, change)


def of_person(actor: Actor, svc: Service, person: str) -> list[LedgerView]:
    """Each of a person's credentials with its entries. Somebody else's is a look that is written down."""
    check(actor, Act.LOG_TRAINING)
    who, teams = _known(svc, person)
    if actor.person != person:
        if not _manages(actor, who):
            raise NotAllowed("Only the person and their coordinators see this.")
        noted(actor, svc, "training_seen", None, None, person=person)
    return [_ledger(svc, teams, who, one, whole=True) for one in who.responder.credentials]


def everybody(actor: Actor, svc: Service, team: str | None = None) -> list[LedgerView]:
    """Every credential a rule asks training of, whoever is worst first: what is missing and soonest due."""
    check(actor, Act.MANAGE_PEOPLE, team)
    posts = schema.posts.c
    with svc.record.read() as conn:
        rows = conn.execute(schema.posts.select().where(*visible(actor, team, posts.team))).all()
        ids = {row.person for row in rows}
        file = read_all(svc, conn)
        teams = {t.id: svc.rosters.team(conn, t.id) for t in file.teams}
    found = [
        _ledger(svc, teams, who, one, whole=False)
        for who in file.people
        if who.active and who.id in ids
        for one in who.responder.credentials
        if one.status == "active"
    ]
    asked = [one for one in found if one.rule is not None or one.claimed]
    return sorted(asked, key=lambda one: (not one.behind, one.due or date.max, -one.missing, one.person))


def _manages(actor: Actor, who: Person) -> bool:
    return any(actor.may(Act.MANAGE_PEOPLE, team) for team in who.teams)


def _known(svc: Service, person: str) -> tuple[Person, dict[str, TeamNow]]:
    with svc.record.read() as conn:
        file = read_all(svc, conn)
        teams = {t.id: svc.rosters.team(conn, t.id) for t in file.teams}
    who = next((one for one in file.people if one.id == person), None)
    if who is None:
        raise NotFound("There is no such person.")
    return who, teams


def _on(who: Person, state: str, title: str, change: Callable[[Credential], Credential]) -> Person:
    """The person with their newest credential of this state and title changed."""
    mine = who.responder.credentials
    same = [n for n, one in enumerate(mine) if (one.state, key_of(one.title)) == (state, key_of(title))]
    if not same:
        problem = f"the person has no {state} {title}"
        raise InvalidInput(f"title: {problem}", [Fault("title", problem)])
    newest = max(same, key=lambda n: (mine[n].expires or date.max, n))
    changed = tuple(change(one) if n == newest else one for n, one in enumerate(mine))
    return replace(who, responder=replace(who.responder, credentials=changed))


def _ledger(svc: Service, teams: Mapping[str, TeamNow], who: Person, one: Credential, *, whole: bool) -> LedgerView:
    # Whoever is in no team (they have left, say) still has credentials, but nobody's rules to hold them to.
    here = teams[who.teams[0]] if who.teams else None
    now = svc.clock.now()
    today = (wall(now, here.team.zone) if here is not None else now).date()
    found = owed(one, here.rules, today) if here is not None and here.rules is not None else None
    claimed = [t for t in one.training if t.claimed and (found is None or found.since < t.on <= found.due)]
    return LedgerView(
        person=who.id,
        name=who.name,
        state=one.state,
        title=one.title,
        status=one.status,
        since=found.since if found else None,
        due=found.due if found else one.expires,
        required=found.required if found else None,
        logged=found.logged if found else sum(t.hours for t in one.training if not t.claimed),
        claimed=sum(t.hours for t in claimed),
        missing=(found.hours or 0.0) if found else 0.0,
        missing_topics=dict(found.topics) if found else {},
        unlogged=found.unlogged if found else False,
        rule=found.source.cite if found else None,
        confidence=found.source.confidence.value if found else None,
        entries=tuple(
            TrainingView(
                on=t.on, hours=t.hours, topic=t.topic, evidence=t.evidence if whole else None, claimed=t.claimed
            )
            for t in sorted(one.training, key=lambda t: t.on, reverse=True)
        ),
    )
