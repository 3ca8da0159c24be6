"""One effect on its way out: what was claimed, for whom, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.channels.channel import SendResult


@dataclass(frozen=True, slots=True)
class Job:
    """`to` and `body` are personal or nearly so: they stay out of `repr`, and with it out of tracebacks and logs."""

    outbox_id: str
    attempt_id: str
    token: str
    voice: bool
    team: str
    case_id: str | None
    page_id: str | None
    person: str | None
    #: how often this effect has been claimed, this time included
    claims: int
    #: the attempt before may have gone out: ask the provider since then, before sending again
    doubt_since: datetime | None
    validity: timedelta
    to: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    job: Job
    answer: SendResult
