"""The filters of a match, in order. The first that objects to a person gives the reason.

Lasting obstacles come first, so that a person whose reason is a passing one (full, an open page, rest) would really
pass once it is over: that is what lets a case wait for them instead of climbing the ladder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from dispatch.need import Candidate, Limits, Need
from dispatch.priority import Urgency
from dispatch.responder import Availability
from dispatch.roster import EVERYONE
from dispatch.rulepack import (
    SENIOR,
    Kind,
    RulePack,
    RulePacks,
    Supervision,
    TitleRule,
    best_title,
    waived_title,
)


@dataclass(frozen=True, slots=True)
class Look:
    """Everything a filter may look at besides the person."""

    need: Need
    layer: str
    now: datetime
    #: the date in the team's time zone
    today: date
    is_night: bool
    limits: Limits
    pack: RulePack | None
    by_id: Mapping[str, Candidate]
    #: what each person's credentials amount to in the case's state, or the reason why to nothing
    titles: dict[str, TitleRule | str]
    #: people on call and reachable whose title is licensed or qualified, with which; asked for only when needed
    seniors: Callable[[], Mapping[str, Kind]]
    packs: RulePacks | None
    #: as `titles`, of those whose credential is waived for this very case
    waived: dict[str, TitleRule | str] = field(default_factory=dict)

    def title(self, who: Candidate) -> TitleRule | str:
        """What a person's credentials amount to for this case; a waiver covers what has lapsed."""
        if self.need.waived_by(who.responder.id) is None:
            return self.counting(who)
        person, need = who.responder.id, self.need
        if person not in self.waived:
            self.waived[person] = waived_title(who.responder.credentials, need.state, need.team, self.today, self.packs)
        return self.waived[person]

    def counting(self, who: Candidate) -> TitleRule | str:
        """The same, without any waiver: what other cases see, and whoever needs a senior."""
        person = who.responder.id
        if person not in self.titles:
            self.titles[person] = best_title(
                who.responder.credentials, self.need.state, self.need.team, self.today, self.pack
            )
        return self.titles[person]


#: What is said of everybody whom no layer has now: in a large team most people, and no news.
NOT_ON_CALL = "not on call"


class Filter(NamedTuple):
    """`objection` returns the reason to skip a person, or None. `lasting`: waiting does not help."""

    name: str
    lasting: bool
    objection: Callable[[Look, Candidate], str | None]


def can_be_rung(who: Candidate | None, now: datetime) -> bool:
    """On call somewhere, not OFF, and with a number that works."""
    return (
        who is not None and bool(who.on) and who.standing.reachable and who.standing.says(now) is not Availability.OFF
    )


def _on_call(look: Look, who: Candidate) -> str | None:
    if not who.on:
        return NOT_ON_CALL
    if look.layer == EVERYONE or any(on.layer == look.layer for on in who.on):
        return None
    return f"on call in {', '.join(on.layer for on in who.on)}, not in {look.layer}"


def _available(look: Look, who: Candidate) -> str | None:
    if who.standing.says(look.now) is not Availability.OFF:
        return None
    until = who.standing.until
    return f"said OFF until {_stamp(until)}" if until is not None else "said OFF"


def _reachable(_look: Look, who: Candidate) -> str | None:
    return None if who.standing.reachable else f"cannot be reached: {who.standing.unreachable_because or 'unknown why'}"


def _new_to_case(look: Look, who: Candidate) -> str | None:
    return "already on the case" if who.responder.id in look.need.with_people else None


def _not_declined(look: Look, who: Candidate) -> str | None:
    return "declined in this run" if who.responder.id in look.need.declined else None


def _not_asked(look: Look, who: Candidate) -> str | None:
    if look.layer == EVERYONE or who.responder.id not in look.need.asked:
        return None
    return "asked in this run, no answer"


def _credential(look: Look, who: Candidate) -> str | None:
    title = look.title(who)
    return title if isinstance(title, str) else None


def _supervision(look: Look, who: Candidate) -> str | None:
    title = look.title(who)
    if isinstance(title, str) or title.supervision is Supervision.NONE:
        return None
    if look.need.waived_by(who.responder.id) is not None:
        return None
    if title.supervision is not Supervision.NAMED:
        kinds = SENIOR[title.supervision]
        if any(kind in kinds for person, kind in look.seniors().items() if person != who.responder.id):
            return None
        return f"{title.title} needs somebody {' or '.join(kinds)} on call; nobody else is"
    named = {c.supervisor for c in who.responder.credentials if c.state == look.need.state and c.supervisor}
    if not named:
        return f"{title.title} has no supervisor on record"
    there = [look.by_id[one] for one in sorted(named) if can_be_rung(look.by_id.get(one), look.now)]
    if not there:
        return f"{title.title}: the supervisor {' or '.join(sorted(named))} is not on call"
    if any(isinstance(look.counting(one), TitleRule) for one in there):
        return None
    return f"{title.title}: no credential of the supervisor {' or '.join(one.responder.id for one in there)} counts"


def _population(look: Look, who: Candidate) -> str | None:
    wanted, theirs = look.need.population, who.responder.populations
    if wanted is None or not theirs or wanted in theirs:
        return None
    return f"not for {wanted}"


def _skill(look: Look, who: Candidate) -> str | None:
    missing = look.need.skills - who.responder.skills
    return f"without {', '.join(sorted(missing))}" if missing else None


def _capacity(_look: Look, who: Candidate) -> str | None:
    held, room = who.standing.open_cases, who.responder.capacity
    return f"holds {held} of {room} cases" if held >= room else None


def _open_page(look: Look, who: Candidate) -> str | None:
    """An open page takes a place only from cases of equal or lower urgency; and never from its own case."""
    rank = look.need.urgency.rank
    pages = sum(1 for page in who.standing.open_page_ranks if page <= rank)
    if who.responder.id in look.need.paged:
        pages -= 1
    if pages > 0 and who.standing.open_cases + pages >= who.responder.capacity:
        return "has an open page of equal or higher urgency"
    return None


def relief(look: Look, who: Candidate) -> str | None:
    """A reason to let a person rest. It excludes below urgent; from urgent up it only ranks them last."""
    standing = who.standing
    if standing.resting_until is not None and standing.resting_until > look.now:
        return f"resting until {_stamp(standing.resting_until)}"
    if look.is_night and standing.pages_tonight >= look.limits.pages_per_night:
        return f"paged {standing.pages_tonight} times tonight"
    return "excused once after a hard call" if standing.excused_once else None


def _rested(look: Look, who: Candidate) -> str | None:
    return None if look.need.urgency.at_least(Urgency.URGENT) else relief(look, who)


#: The order of checks. `relaxed` in a Need may leave out those named in RELAXABLE, and no other.
FILTERS = (
    Filter("on_call", True, _on_call),
    Filter("available", True, _available),
    Filter("reachable", True, _reachable),
    Filter("on_case", True, _new_to_case),
    Filter("declined", True, _not_declined),
    Filter("asked", True, _not_asked),
    Filter("credential", True, _credential),
    Filter("supervision", True, _supervision),
    Filter("population", True, _population),
    Filter("skill", True, _skill),
    Filter("capacity", False, _capacity),
    Filter("open_page", False, _open_page),
    Filter("rest", False, _rested),
)
RELAXABLE = ("skill", "population")


def objection(look: Look, who: Candidate) -> tuple[Filter, str] | None:
    """The first filter that objects to a person, and its reason."""
    relaxed = look.need.relaxed
    for rule in FILTERS:
        reason = rule.objection(look, who)
        if reason is not None and rule.name not in relaxed:
            return rule, reason
    return None


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
