"""The ranks of a match, in order: the first that tells two people apart decides; then the id, so that the same inputs
always give the same pick. No rank excludes anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dispatch.eligibility import Look, relief
from dispatch.need import Candidate
from dispatch.wallclock import BEGINNING

Verdict = tuple[float, str | None]


class Rank(NamedTuple):
    """`verdict` gives a number, lower first, and the reason to show if it says something."""

    name: str
    verdict: Callable[[Look, Candidate], Verdict]


def _relief(look: Look, who: Candidate) -> Verdict:
    reason = relief(look, who)
    return (0, None) if reason is None else (1, f"{reason}, asked after all who are not")


def _alone(look: Look, who: Candidate) -> Verdict:
    """Somebody who is a whole team comes before half of one: the person in crisis waits for one answer, not two."""
    title = look.title(who)
    by = look.need.waived_by(who.responder.id)
    if by is not None or isinstance(title, str):
        return 2, f"credential waived by {by}"
    return (0, None) if look.need.mode in title.alone else (1, f"{title.title} does not respond alone")


def _language(look: Look, who: Candidate) -> Verdict:
    wanted = look.need.languages
    if not wanted:
        return 0, None
    spoken = who.responder.speaks(wanted)
    if spoken:
        return -len(spoken), f"speaks {', '.join(sorted(spoken))}"
    return 0, f"does not speak {', '.join(sorted(wanted))}"


def _gender(look: Look, who: Candidate) -> Verdict:
    wanted = look.need.gender
    if wanted is None:
        return 0, None
    return (0, f"{wanted}, as asked") if who.responder.gender == wanted else (1, f"not {wanted}, which was asked")


def _population(look: Look, who: Candidate) -> Verdict:
    wanted = look.need.population
    if wanted is None:
        return 0, None
    return (0, f"for {wanted}") if wanted in who.responder.populations else (1, f"no word about {wanted}")


def _area(look: Look, who: Candidate) -> Verdict:
    wanted, theirs = look.need.area, who.responder.areas
    if wanted is None:
        return 0, None
    if wanted in theirs:
        return 0, f"covers {wanted}"
    return (2, f"covers other areas than {wanted}") if theirs else (1, None)


def _continuity(look: Look, who: Candidate) -> Verdict:
    return (0, "has spoken with this person before") if who.responder.id in look.need.known_people else (1, None)


def _last_paged(_look: Look, who: Candidate) -> Verdict:
    at = who.standing.last_paged_at
    if at is None:
        return BEGINNING.timestamp(), "not paged yet"
    return at.timestamp(), f"last paged {at:%Y-%m-%dT%H:%MZ}"


def _load(_look: Look, who: Candidate) -> Verdict:
    hours = who.standing.load_week
    return hours, f"{hours} h on cases this week" if hours else None


def _fatigue(_look: Look, who: Candidate) -> Verdict:
    pages = who.standing.pages_tonight
    return pages, f"paged {pages} time{'s' if pages != 1 else ''} tonight" if pages else None


RANKS = (
    Rank("relief", _relief),
    Rank("alone", _alone),
    Rank("language", _language),
    Rank("gender", _gender),
    Rank("population", _population),
    Rank("area", _area),
    Rank("continuity", _continuity),
    Rank("last_paged", _last_paged),
    Rank("load", _load),
    Rank("fatigue", _fatigue),
)


def place(look: Look, who: Candidate) -> tuple[list[float], list[str]]:
    """A person's sort key over all ranks, and the reasons worth showing."""
    verdicts = [rank.verdict(look, who) for rank in RANKS]
    return [number for number, _ in verdicts], [reason for _, reason in verdicts if reason is not None]
