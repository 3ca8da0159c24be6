"""A credential: what one state allows one person to do, and until when.

A title means different things in each state, so it is never read apart from its state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.spans import Window
from dispatch.wallclock import BEGINNING, END, instant

STATUSES = ("active", "expired", "suspended", "revoked", "surrendered", "pending")
#: The authority has taken it away, or the holder has given it up for it.
TAKEN_AWAY = frozenset({"suspended", "revoked", "surrendered"})


@dataclass(frozen=True, slots=True)
class Training:
    """Hours of continuing education, as logged. `topic` is the rule pack's word, such as ethics; None is general."""

    on: date
    hours: float
    topic: str | None = None
    #: what was learnt and where the proof is kept
    evidence: str | None = None
    #: entered by the person themselves and not confirmed yet: shown, and not counted
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Credential:
    #: two-letter code of the state (or the country, outside federations) that it is good in
    state: str
    title: str
    authority: str | None = None
    number: str | None = None
    #: one of STATUSES
    status: str = "active"
    issued: date | None = None
    #: its last good day, in the state's own time; None is no end
    expires: date | None = None
    #: the person who supervises a trainee
    supervisor: str | None = None
    #: where the proof is kept, as the site refers to it
    evidence: str | None = None
    training: tuple[Training, ...] = ()
    #: the teams it may be used for; empty is any (some titles hold only while working for one provider)
    only_for: frozenset[str] = frozenset()

    @property
    def trainee(self) -> bool:
        """By the title's own words, for a title that no rule pack describes."""
        title = self.title.strip().casefold()
        return title.endswith(("-t", "trainee", "intern", "student"))


def why_void(credential: Credential, state: str, team: str, today: date) -> str | None:
    """Why a credential does not count for a case of `team` in `state` on `today` (the team's date); None if it counts.

    The text names the title and the date, nothing of the person.
    """
    title = f"{credential.state} {credential.title}"
    if credential.state != state:
        return f"{title} is not good in {state}"
    if credential.status != "active":
        return f"{title} is {credential.status}"
    if credential.expires is not None and credential.expires < today:
        return f"{title} expired on {credential.expires}"
    if credential.issued is not None and credential.issued > today:
        return f"{title} starts on {credential.issued}"
    if credential.only_for and team not in credential.only_for:
        return f"{title} is restricted to another employer's team"
    return None


def why_not_waived(credentials: Sequence[Credential], team: str) -> str | None:
    """Why a waiver cannot let a person work for `team`; None where one may.

    A waiver covers what has lapsed or was not yet entered: an expiry, a renewal on its way, another state's
    credential, a supervisor who is not on call. It gives nobody back what an authority took away, in whatever state;
    it opens no title to a team it is restricted from; and where there is no credential at all there is nothing to
    waive. The text names titles and states, nothing of the person.
    """
    for one in credentials:
        if one.status in TAKEN_AWAY:
            return f"{one.state} {one.title} is {one.status}: no waiver covers that"
    if not credentials:
        return "has no credential at all: no waiver covers that"
    if all(one.only_for and team not in one.only_for for one in credentials):
        return "every credential is restricted to another employer's team: no waiver covers that"
    return None


def valid_windows(credential: Credential, state: str, team: str, place: ZoneInfo) -> list[Window]:
    """When a credential counts for cases of `team` in `state`: from the local midnight of its first day to that after
    its last. Empty when it never does. Says for each moment what `why_void` says for its day."""
    if credential.state != state or credential.status != "active":
        return []
    if credential.only_for and team not in credential.only_for:
        return []
    first, last = credential.issued, credential.expires
    start = instant(datetime.combine(first, time(0)), place) if first is not None else BEGINNING
    end = instant(datetime.combine(last + timedelta(days=1), time(0)), place) if last is not None else END
    return [Window(start, end)] if start < end else []
