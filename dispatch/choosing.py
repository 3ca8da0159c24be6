"""The last step of a match: down the order of those who may be asked, each judged with the team they would join."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.eligibility import Look
from dispatch.need import Candidate, Match, Pick, Skip
from dispatch.roster import EVERYONE
from dispatch.rulepack import TitleRule
from dispatch.teammix import Mix, leads, mix


def choose(look: Look, ranked: Sequence[tuple[Candidate, list[str]]], skips: list[Skip], count: int) -> Match:
    """Walk down the order, judging each person with the team they would join.

    People who must answer together are judged as one team: a half that was picked stays in `team`, and whoever follows
    completes it. Who does not lead is looked at after all who do, and is taken as a half only if somebody who leads has
    accepted or has an open page; racing a whole team of one, they could be first to accept, and then be sole.
    """
    team, led = _company(look)
    picks: list[Pick] = []
    others: list[Pick] = []
    # A state has a few titles and a team hundreds of people: each title is judged once for the team as it stands.
    # (By identity: the pack's rules are shared, and hashing one costs what judging it would.)
    as_it_stands: dict[int, Mix] = {}
    if not led:
        ranked = sorted(ranked, key=lambda one: not _leads(look.title(one[0])))
    for who, reasons in ranked:
        title = look.title(who)
        person = who.responder.id
        because = list(reasons)
        if isinstance(title, str):  # the filter `credential`, which nothing relaxes, lets nobody else through
            continue
        known = as_it_stands.get(id(title))
        judged = known or mix([*team, title], look.need.mode, look.need.people, look.pack)
        as_it_stands[id(title)] = judged
        if not judged.possible or (not judged.complete and not led and not leads(title)):
            skips.append(Skip(person, "team_mix", f"{title.title}: {judged.reason}, nobody to go with", lasting=True))
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
        if not judged.complete:
            team.append(title)
            as_it_stands.clear()
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
