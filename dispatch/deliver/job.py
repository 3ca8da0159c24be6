"""One effect on its way out: what was claimed, for whom, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.channels.channel import SendResult
from dispatch.deliver.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Job:
    """The number and the words are personal or nearly so: they stay out of `repr`, and with it out of tracebacks and
    logs."""

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
    #: None: it cannot be put into words, or its number cannot be opened
    rendered: Rendered | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    job: Job
    answer: SendResult
