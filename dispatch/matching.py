"""Picks the people to page for a case, and says why each of the others was not picked.

1. `eligibility.FILTERS`, in order: who may be asked now.
2. `ranking.RANKS`, in order: who first.
3. The team's mix, person by person down that order: a half of a team is taken only if it can become a whole one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from dispatch.eligibility import RELAXABLE, Look, can_be_rung, objection
from dispatch.need import Candidate, Limits, Match, Need, Pick, Skip
from dispatch.ranking import place
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import EVERYONE, EXTRA, OnCall
from dispatch.rulepack import Kind, RulePacks, TitleRule, best_title
from dispatch.teammix import Mix, leads, mix
from dispatch.wallclock import wall, zone

__all__ = [
    "EVERYONE",
    "RELAXABLE",
    "Candidate",
    "Limits",
    "Match",
    "Need",
    "Pick",
    "Skip",
    "candidates",
    "match",
    "match_relaxing",
    "team_mix",
]


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
    look = _look(need, layer, candidates, now, limits, rules)
    skips: list[Skip] = []
    passed: list[tuple[list[float], str, Candidate, list[str]]] = []
    for who in candidates:
        found = objection(look, who)
        if found is not None:
            rule, reason = found
            skips.append(Skip(who.responder.id, rule.name, reason, rule.lasting))
        else:
            key, because = place(look, who)
            passed.append((key, who.responder.id, who, because))
    passed.sort(key=lambda one: (one[0], one[1]))
    return _choose(look, [(who, because) for _, _, who, because in passed], skips, count)


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
    found = match(need, layer, candidates, count, now, limits, rules)
    relaxed: list[str] = []
    for name in order:
        if found.picks or found.only_busy:
            break
        if name in RELAXABLE:
            relaxed.append(name)
            need = replace(need, relaxed=need.relaxed | {name})
            found = match(need, layer, candidates, count, now, limits, rules)
    return replace(found, relaxed=tuple(relaxed)) if found.picks or found.only_busy else found


def team_mix(need: Need, people: Iterable[Candidate], now: datetime, limits: Limits, rules: RulePacks | None) -> Mix:
    """Whether these people (say, all who have accepted) are a team for the case: see `teammix.Mix`.

    Who accepted and then lost their credential counts as nobody.
    """
    today = wall(now, zone(limits.timezone)).date()
    pack = rules.of(need.state, today) if rules is not None else None
    titles = [best_title(who.responder.credentials, need.state, need.team, today, pack) for who in people]
    return mix([title for title in titles if isinstance(title, TitleRule)], need.mode, need.people, pack)


def _look(
    need: Need, layer: str, candidates: Sequence[Candidate], now: datetime, limits: Limits, rules: RulePacks | None
) -> Look:
    today = wall(now, zone(limits.timezone)).date()
    pack = rules.of(need.state, today) if rules is not None else None

    @cache
    def seniors() -> Mapping[str, Kind]:
        ringable = ((who.responder.id, look.title(who)) for who in candidates if can_be_rung(who, now))
        return {
            person: title.kind
            for person, title in ringable
            if isinstance(title, TitleRule) and title.kind in (Kind.LICENSED, Kind.QUALIFIED)
        }

    look = Look(
        need=need,
        layer=layer,
        now=now,
        today=today,
        is_night=limits.is_night(now),
        limits=limits,
        pack=pack,
        by_id={who.responder.id: who for who in candidates},
        titles={},
        seniors=seniors,
    )
    return look


def _choose(look: Look, ranked: Sequence[tuple[Candidate, list[str]]], skips: list[Skip], count: int) -> Match:
    """Walk down the order, judging each person with the team they would join.

    People who must answer together are judged as one team: a half that was picked stays in `team`, and whoever follows
    completes it. Who does not lead is looked at after all who do, and is taken as a half only if somebody who leads has
    accepted or has an open page; racing a whole team of one, they could be first to accept, and then be sole.
    """
    team, led = _company(look)
    picks: list[Pick] = []
    others: list[Pick] = []
    for who, reasons in sorted(ranked, key=lambda one: not led and not _leads(look.title(one[0]))):
        title = look.title(who)
        person = who.responder.id
        because = list(reasons)
        if isinstance(title, str):  # a named person waived the credential for this case, so no rule speaks about it
            judged = Mix(complete=True, possible=True, size=look.need.people, reason="credential waived")
        else:
            judged = mix([*team, title], look.need.mode, look.need.people, look.pack)
            if not judged.possible or (not judged.complete and not led and not leads(title)):
                skips.append(
                    Skip(person, "team_mix", f"{title.title}: {judged.reason}, nobody to go with", lasting=True)
                )
                continue
            if not title.source.verified:
                because.append(f"rule not verified: {title.source.cite}")
        if not judged.complete:
            because.append(f"half of a team: {judged.reason}")
        pick = Pick(person, _layer_of(who, look.layer), tuple(because))
        if len(picks) >= count:
            others.append(pick)
            continue
        picks.append(pick)
        if isinstance(title, TitleRule) and not judged.complete:
            team.append(title)
    return Match(tuple(picks), tuple(skips), tuple(others))


def _company(look: Look) -> tuple[list[TitleRule], bool]:
    """The titles of those who have accepted; and whether one of them, or of those with an open page, leads."""
    accepted = [look.by_id[person] for person in sorted(look.need.with_people) if person in look.by_id]
    paged = [look.by_id[person] for person in sorted(look.need.paged) if person in look.by_id]
    team = [title for who in accepted if isinstance(title := look.title(who), TitleRule)]
    return team, any(_leads(look.title(who)) for who in [*accepted, *paged])


def _leads(title: TitleRule | str) -> bool:
    return isinstance(title, TitleRule) and leads(title)


def _layer_of(who: Candidate, layer: str) -> str:
    return who.on[0].layer if layer == EVERYONE else layer
