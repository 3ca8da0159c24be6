"""Rest after long work, and being excused once after a hard call.

Work counts by the spell: hours with cases since the last pause as long as a rest, cases at the same time counted once.
Who comes to the policy's `rest_after` in one spell rests when a case of theirs is over. Rest only ranks from `urgent`
up (`eligibility.relief`): the last person who could go is always asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch.spans import Dated, joined

#: A night's sleep: how long a rest is, and the pause that ends a spell of work.
REST = timedelta(hours=8)
#: A hard call excuses from the next page; who was needed for none by then is asked like everybody else.
EXCUSED = timedelta(hours=12)


def worked(periods: Iterable[Dated], now: datetime) -> timedelta:
    """Time with cases in the spell that has run up to `now`."""
    total, after = timedelta(), now
    for period in reversed(joined(periods)):
        if after - period.end >= REST:
            break
        total += period.end - period.start
        after = period.start
    return total


def resting_until(periods: Iterable[Dated], now: datetime, rest_after: timedelta) -> datetime | None:
    """Until when somebody rests who has just finished with a case; None when their spell was not long."""
    return now + REST if worked(periods, now) >= rest_after else None
