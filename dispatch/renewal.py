"""What is about to run out: credentials by their last day, and the training their renewal asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dispatch.credential import Credential, Training
from dispatch.responder import Responder
from dispatch.rulepack import RulePack, RulePacks, Source, key_of

#: days before the last good day at which the person and the coordinator are warned
STAGES = (90, 30, 7)
EXPIRED = 0


@dataclass(frozen=True, slots=True)
class Expiry:
    """A credential that runs out within 90 days, or has. `stage` is 90, 30, 7 or EXPIRED: warn once for each."""

    person: str
    state: str
    title: str
    last_day: date
    days_left: int
    stage: int


@dataclass(frozen=True, slots=True)
class Owed:
    """Training still missing before `due`, against the rule in `source`. Topics with nothing missing are left out.

    `required` and `logged` are hours of the whole period. `required` and `hours` None is a rule that does not count
    hours: one entry in the period is enough for it, and `unlogged` says that there is none.
    """

    title: str
    due: date
    since: date
    hours: float | None
    topics: Mapping[str, float]
    source: Source
    required: float | None
    logged: float
    unlogged: bool = False

    @property
    def nothing(self) -> bool:
        return not self.hours and not self.topics and not self.unlogged


def expiring(responders: Iterable[Responder], today: date) -> tuple[Expiry, ...]:
    """Every active credential in its last 90 days or past its last one, the soonest first. `today` is the team's date.

    One that was replaced is not named: another active credential of the same state and title that lasts longer.
    """
    found = []
    for who in responders:
        for one in who.credentials:
            if one.expires is None or one.status != "active" or _replaced(one, who.credentials):
                continue
            left = (one.expires - today).days
            stage = EXPIRED if left < 0 else next((stage for stage in sorted(STAGES) if left <= stage), None)
            if stage is not None:
                found.append(Expiry(who.id, one.state, one.title, one.expires, left, stage))
    return tuple(sorted(found, key=lambda e: (e.last_day, e.person, e.state, e.title)))


def owed(credential: Credential, packs: RulePacks, today: date) -> Owed | None:
    """The training a credential still lacks for its next renewal, by its state's pack; None where no rule is known.

    The period is the rule's years before the last good day; without one, the years before today.
    """
    pack: RulePack | None = packs.of(credential.state, today)
    rule = pack.renewals.get(key_of(credential.title)) if pack is not None else None
    if rule is None:
        return None
    due = credential.expires or today
    since = _years_before(due, rule.years)
    if not rule.first_renewal and credential.issued is not None and credential.issued > since - timedelta(days=1):
        return Owed(credential.title, due, since, 0, {}, rule.source, 0, _sum(credential.training, since, due))
    logged = [one for one in credential.training if since < one.on <= due and not one.claimed]
    hours = None if rule.hours is None else max(0.0, rule.hours - sum(one.hours for one in logged))
    topics = {
        topic: wanted - had
        for topic, wanted in rule.topics.items()
        if (had := sum(one.hours for one in logged if one.topic == topic)) < wanted
    }
    done = sum(one.hours for one in logged)
    unlogged = rule.hours is None and not logged
    return Owed(credential.title, due, since, hours, topics, rule.source, rule.hours, done, unlogged)


def _sum(training: Iterable[Training], since: date, due: date) -> float:
    return sum(one.hours for one in training if since < one.on <= due and not one.claimed)


def _replaced(one: Credential, all_of_them: Iterable[Credential]) -> bool:
    return any(
        other.status == "active"
        and (other.state, key_of(other.title)) == (one.state, key_of(one.title))
        and (other.expires is None or (one.expires is not None and other.expires > one.expires))
        for other in all_of_them
    )


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
