"""A page: one person asked once about one case. Two small machines that never mix: how far it got, and what was
answered.

A delivery report never overwrites an answer: somebody who accepted has plainly received it, whatever the carrier says
later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.deadline import Deadline


class Delivery(StrEnum):
    #: wanted; nothing has been said to the provider
    QUEUED = "queued"
    #: the intent is recorded, the call to the provider is under way
    SENDING = "sending"
    #: the provider has it, or the phone rang
    SENT = "sent"
    DELIVERED = "delivered"
    #: the carrier says it did not arrive
    UNDELIVERED = "undelivered"
    #: it never left, or never will
    FAILED = "failed"


class Report(StrEnum):
    """What the provider, or the lack of it, says about a page."""

    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


# Callbacks come twice and out of order: a final state is never replaced by an earlier one, and proof of delivery
# beats any report of failure (a repeat may fail after the first copy arrived).
DELIVERY: dict[Delivery, dict[Report, Delivery]] = {
    Delivery.QUEUED: {report: Delivery(report.value) for report in Report},
    Delivery.SENDING: {report: Delivery(report.value) for report in Report},
    Delivery.SENT: {
        Report.SENDING: Delivery.SENT,
        Report.SENT: Delivery.SENT,
        Report.DELIVERED: Delivery.DELIVERED,
        Report.UNDELIVERED: Delivery.UNDELIVERED,
        Report.FAILED: Delivery.FAILED,
    },
    Delivery.DELIVERED: dict.fromkeys(Report, Delivery.DELIVERED),
    # A repeat goes out after a failure: SENDING starts over, a late SENT does not.
    Delivery.UNDELIVERED: {
        **dict.fromkeys(Report, Delivery.UNDELIVERED),
        Report.SENDING: Delivery.SENDING,
        Report.DELIVERED: Delivery.DELIVERED,
    },
    Delivery.FAILED: {
        **dict.fromkeys(Report, Delivery.FAILED),
        Report.SENDING: Delivery.SENDING,
        Report.DELIVERED: Delivery.DELIVERED,
    },
}


class Answer(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    #: its time ran out; an accept still counts as long as the case needs somebody
    EXPIRED = "expired"
    #: somebody else has the case
    SUPERSEDED = "superseded"
    #: the case went away
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What happens to a page's answer. ACCEPT here means an accept that counted; a late one leaves the page as it
    was."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


_FROM_OPEN = {
    Act.ACCEPT: Answer.ACCEPTED,
    Act.DECLINE: Answer.DECLINED,
    Act.EXPIRE: Answer.EXPIRED,
    Act.SUPERSEDE: Answer.SUPERSEDED,
    Act.WITHDRAW: Answer.WITHDRAWN,
}

ANSWER: dict[Answer, dict[Act, Answer]] = {
    Answer.OPEN: _FROM_OPEN,
    Answer.ACCEPTED: dict.fromkeys(Act, Answer.ACCEPTED),
    # A change of heart while the case still needs somebody is welcome.
    Answer.DECLINED: {**dict.fromkeys(Act, Answer.DECLINED), Act.ACCEPT: Answer.ACCEPTED},
    Answer.EXPIRED: {**dict.fromkeys(Act, Answer.EXPIRED), Act.ACCEPT: Answer.ACCEPTED, Act.DECLINE: Answer.DECLINED},
    Answer.SUPERSEDED: {**dict.fromkeys(Act, Answer.SUPERSEDED), Act.ACCEPT: Answer.ACCEPTED},
    Answer.WITHDRAWN: {**dict.fromkeys(Act, Answer.WITHDRAWN), Act.ACCEPT: Answer.ACCEPTED},
}


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    case_id: str
    escalation_id: str
    person: str
    layer: str
    step: int
    round: int
    voice: bool
    #: ten random characters of the link in the text; worthless without a sign-in
    link: str
    delivery: Delivery
    answer: Answer
    created_at: datetime
    #: until when the text says an answer is wanted
    by: datetime
    because: tuple[str, ...] = ()
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    #: the provider's error code
    failure: int | None = None
    #: the next person has been asked because this page failed or stayed without a receipt
    replaced: bool = False
    version: int = 0
    deadline: Deadline | None = None

    @property
    def open(self) -> bool:
        return self.answer is Answer.OPEN
