"""The last step of a match: down the order of those who may be asked, each judged with the team they would join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.eligibility import Look
from dispatch.need import Candidate, Match, Pick, Skip
from dispatch.roster import EVERYONE
from dispatch.rulepack import TitleRule
from dispatch.teammix import leads, mix


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
    as_it_stands: dict[int, _Joining] = {}
    if not led:
        ranked = sorted(ranked, key=lambda one: not _leads(look.title(one[0])))
    for who, reasons in ranked:
        title = look.title(who)
        person = who.responder.id
        if isinstance(title, str):  # the filter `credential`, which nothing relaxes, lets nobody else through
            continue
        joining = as_it_stands.get(id(title))
        if joining is None:
            joining = as_it_stands[id(title)] = _joining(look, team, led, title)
        if joining.objection is not None:
            skips.append(Skip(person, "team_mix", joining.objection, lasting=True))
            continue
        pick = Pick(person, _layer_of(who, look.layer), (*reasons, *joining.because))
        if len(picks) >= count:
            others.append(pick)
            continue
        picks.append(pick)
        if not joining.complete:
            team.append(title)
            as_it_stands.clear()
    return Match(tuple(picks), tuple(skips), tuple(others))


class _Joining(NamedTuple):
    """What it means for somebody of a title to join the team as it stands: why they may not, or what to say of it."""

    objection: str | None
    complete: bool
    because: tuple[str, ...]


def _joining(look: Look, team: Sequence[TitleRule], led: bool, title: TitleRule) -> _Joining:
    judged = mix([*team, title], look.need.mode, look.need.people, look.pack)
    if not judged.possible or (not judged.complete and not led and not leads(title)):
        return _Joining(f"{title.title}: {judged.reason}, nobody to go with", judged.complete, ())
    because = () if title.source.verified else (f"rule not verified: {title.source.cite}",)
    if not judged.complete:
        because = (*because, f"half of a team: {judged.reason}")
    return _Joining(None, judged.complete, because)


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
