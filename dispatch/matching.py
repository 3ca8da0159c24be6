"""Picks the people to page for a case, and says why each of the others was not picked.

1. `eligibility.FILTERS`, in order: who may be asked now.
2. `ranking.RANKS`, in order: who first.
3. `choosing.choose`: the team's mix, person by person down that order; a half of a team is taken only if it can become
   a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import NamedTuple

from dispatch.choosing import choose
from dispatch.eligibility import RELAXABLE, Look, can_be_rung, objection
from dispatch.need import Candidate, Limits, Match, Need, Pick, Skip
from dispatch.priority import Urgency
from dispatch.ranking import place
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import EVERYONE, EXTRA, OnCall
from dispatch.rulepack import Kind, RulePack, RulePacks, TitleRule, best_title, waived_title
from dispatch.teammix import Mix, mix
from dispatch.wallclock import wall, zone

__all__ = [
    "EVERYONE",
    "RELAXABLE",
    "Candidate",
    "Limits",
    "Match",
    "Need",
    "Pick",
    "Pool",
    "Skip",
    "candidates",
    "match",
    "match_relaxing",
    "team_mix",
]

_NOBODY: frozenset[str] = frozenset()


def candidates(
    responders: Iterable[Responder],
    on_call: Sequence[OnCall],
    standings: Mapping[str, Standing],
    now: datetime,
) -> tuple[Candidate, ...]:
    """Join the three views of a person.

    Somebody who said ON without being on the roster is on call in the layer `extra`, which no ladder names: an
    `everyone` step asks them, a step for one layer does not. They have offered help; they have not taken the duty of
    whoever is on the roster, and must not be woken before them.
    """
    on: dict[str, list[OnCall]] = {}
    for one in on_call:
        on.setdefault(one.person, []).append(one)
    found = []
    for responder in responders:
        standing = standings.get(responder.id, Standing())
        duties = tuple(on.get(responder.id, ()))
        if not duties and standing.says(now) is Availability.ON:
            duties = (OnCall(responder.id, EXTRA, standing.until, "said ON"),)
        found.append(Candidate(responder, duties, standing))
    return tuple(found)


def match(
    need: Need,
    layer: str,
    candidates: Sequence[Candidate],
    count: int,
    now: datetime,
    limits: Limits,
    rules: RulePacks | None,
) -> Match:
    """Up to `count` people of `layer` (or `everyone`) to page for a case, best first.

    `candidates` are all responders of the team, on call or not: a trainee's supervisor is looked for among them.
    """
    return Pool(candidates, now, limits, rules).match(need, layer, count)


def match_relaxing(
    need: Need,
    layer: str,
    candidates: Sequence[Candidate],
    count: int,
    now: datetime,
    limits: Limits,
    rules: RulePacks | None,
    order: Sequence[str],
) -> Match:
    """`match`; and while nobody passes, or could by waiting, once more with the next filter of `order` relaxed.

    `order` is the policy's. A filter that is not in RELAXABLE is passed over: no policy relaxes a credential.
    """
    return Pool(candidates, now, limits, rules).match_relaxing(need, layer, count, order)


def team_mix(need: Need, people: Iterable[Candidate], now: datetime, limits: Limits, rules: RulePacks | None) -> Mix:
    """Whether these people (say, all who have accepted) are a team for the case: see `teammix.Mix`.

    Who accepted and then lost their credential counts as nobody, unless it is waived for this case.
    """
    today = wall(now, zone(limits.timezone)).date()
    pack = rules.of(need.state, today) if rules is not None else None
    titles = [
        waived_title(who.responder.credentials, need.state, need.team, today, rules)
        if need.waived_by(who.responder.id) is not None
        else best_title(who.responder.credentials, need.state, need.team, today, pack)
        for who in people
    ]
    return mix([title for title in titles if isinstance(title, TitleRule)], need.mode, need.people, pack)


class Pool:
    """A team's responders at one moment, for all the matches of one pass: `match`, and `asked` for each page it makes.

    Within a pass nobody changes but who is asked, and most cases need the same. So each person is judged once for all
    cases that need the same, and once more only when a case names them (it has asked them, say) or a page changed them:
    a pass over many cases holds the team, and nobody else can match meanwhile.
    """

    def __init__(self, candidates: Sequence[Candidate], now: datetime, limits: Limits, rules: RulePacks | None) -> None:
        self._now, self._limits, self._rules = now, limits, rules
        self._by_id = {who.responder.id: who for who in candidates}
        self._today = wall(now, zone(limits.timezone)).date()
        self._is_night = limits.is_night(now)
        #: by state and team
        self._views: dict[tuple[str, str], _View] = {}
        self._judged: dict[tuple[Need, str], _Judged] = {}
        #: whom pages have changed, in that order
        self._changed: list[str] = []
        self._excused = {who.responder.id for who in candidates if who.standing.excused_once}
        #: the same people without their excuses: who would have been asked
        self._unexcused = Pool([_ready(who) for who in candidates], now, limits, rules) if self._excused else None

    def __len__(self) -> int:
        return len(self._by_id)

    def match_relaxing(self, need: Need, layer: str, count: int, order: Sequence[str]) -> Match:
        """See the function of this name."""
        found = self.match(need, layer, count)
        relaxed: list[str] = []
        for name in order:
            if found.picks or found.only_busy:
                break
            if name in RELAXABLE:
                relaxed.append(name)
                need = replace(need, relaxed=need.relaxed | {name})
                found = self.match(need, layer, count)
        spared = self._spared(need, layer, count, found.picks)
        return replace(found, relaxed=tuple(relaxed), spared=spared) if found.picks or found.only_busy else found

    def _spared(self, need: Need, layer: str, count: int, picks: Sequence[Pick]) -> tuple[str, ...]:
        if self._unexcused is None or not self._excused or not picks:
            return ()
        chosen = {pick.person for pick in picks}
        would = self._unexcused.match(need, layer, count).picks
        return tuple(p.person for p in would if p.person in self._excused - chosen)

    def passed_over(self, person: str) -> None:
        """Somebody else was asked in place of `person`: their excuse is used up."""
        self._by_id[person] = _ready(self._by_id[person])
        self._excused.discard(person)
        self._changed.append(person)

    def match(self, need: Need, layer: str, count: int) -> Match:
        """As the function `match`."""
        look = self._look(need, layer)
        # Filters and ranks look at nothing else of a case and of one person together.
        everybody = need.asked | need.declined | need.known_people | need.with_people | need.paged
        named = everybody.union(one.person for one in need.waived) & self._by_id.keys()
        judged = self._judged_alike(need, layer)
        if named:
            judged = judged.copy()
            judged.again(look, [self._by_id[person] for person in sorted(named)])
        return choose(look, [(one.who, one.because) for one in judged.ranked], list(judged.skips.values()), count)

    def asked(self, person: str, urgency: Urgency) -> None:
        """`person` has one more open page, of a case of this urgency."""
        who = self._by_id[person]
        standing = replace(
            who.standing,
            open_page_ranks=(*who.standing.open_page_ranks, urgency.rank),
            pages_tonight=who.standing.pages_tonight + (1 if self._is_night else 0),
            last_paged_at=self._now,
            excused_once=False,
        )
        if self._unexcused is not None:
            self._unexcused.asked(person, urgency)
            self._excused.discard(person)
        self._by_id[person] = replace(who, standing=standing)
        self._changed.append(person)

    def _judged_alike(self, need: Need, layer: str) -> _Judged:
        """Everybody judged for a case like this that names nobody."""
        alike = replace(
            need,
            case_id="",
            asked=_NOBODY,
            declined=_NOBODY,
            known_people=_NOBODY,
            with_people=_NOBODY,
            paged=_NOBODY,
            waived=(),
        )
        judged = self._judged.get((alike, layer))
        if judged is None:
            judged = self._judged[alike, layer] = _Judged([], {})
            judged.again(self._look(alike, layer), list(self._by_id.values()))
        elif judged.seen < len(self._changed):
            changed = dict.fromkeys(self._changed[judged.seen :])
            judged.again(self._look(alike, layer), [self._by_id[person] for person in changed])
        judged.seen = len(self._changed)
        return judged

    def _look(self, need: Need, layer: str) -> Look:
        view = self._views.get((need.state, need.team))
        if view is None:
            pack = self._rules.of(need.state, self._today) if self._rules is not None else None
            view = self._views[need.state, need.team] = _View(pack, {}, cache(lambda: self._seniors(look)))
        look = Look(
            need=need,
            layer=layer,
            now=self._now,
            today=self._today,
            is_night=self._is_night,
            limits=self._limits,
            pack=view.pack,
            by_id=self._by_id,
            titles=view.titles,
            seniors=view.seniors,
            packs=self._rules,
        )
        return look

    def _seniors(self, look: Look) -> Mapping[str, Kind]:
        """Whom pages cannot change: who is on call and reachable, and with which title."""
        ringable = (
            (who.responder.id, look.counting(who)) for who in self._by_id.values() if can_be_rung(who, self._now)
        )
        return {
            person: title.kind
            for person, title in ringable
            if isinstance(title, TitleRule) and title.kind in (Kind.LICENSED, Kind.QUALIFIED)
        }


def _ready(who: Candidate) -> Candidate:
    """The person without an excuse."""
    return replace(who, standing=replace(who.standing, excused_once=False)) if who.standing.excused_once else who


class _View(NamedTuple):
    """What depends on the state and team of a case alone."""

    pack: RulePack | None
    titles: dict[str, TitleRule | str]
    seniors: Callable[[], Mapping[str, Kind]]


class _Ranked(NamedTuple):
    key: list[float]
    person: str
    who: Candidate
    because: list[str]


@dataclass(slots=True)
class _Judged:
    """Who passed, best first, and the reason of everybody else. `seen`: so many changes of people are in it."""

    ranked: list[_Ranked]
    skips: dict[str, Skip]
    seen: int = 0

    def copy(self) -> _Judged:
        return _Judged(list(self.ranked), dict(self.skips), self.seen)

    def again(self, look: Look, people: Sequence[Candidate]) -> None:
        """Judge these people, in place of what was found of them before."""
        before = {who.responder.id for who in people}
        self.ranked = [one for one in self.ranked if one.person not in before]
        for person in before:
            self.skips.pop(person, None)
        for who in people:
            found = objection(look, who)
            if found is None:
                key, because = place(look, who)
                self.ranked.append(_Ranked(key, who.responder.id, who, because))
            else:
                rule, reason = found
                self.skips[who.responder.id] = Skip(who.responder.id, rule.name, reason, rule.lasting)
        self.ranked.sort(key=lambda one: (one.key, one.person))
