"""What a provider's error code means for the next page. Nothing else about an error crosses the border.

A code decides between four different next steps: try again, try another way, stop using the number, or tell the
people who run the service. Getting one wrong is how a switched-off phone was taken for a delivered page elsewhere.

Source: Twilio, Error and Warning Dictionary, https://www.twilio.com/docs/api/errors; sorted from general knowledge,
to be checked there before a release.
"""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    #: not now: again a few times soon, then another channel or the next person
    TEMPORARY = "temporary"
    #: this number will not work on this channel however often it is tried; somebody must correct it
    PERMANENT = "permanent"
    #: the person has stopped our texts; voice still works
    OPTED_OUT = "opted_out"
    #: a carrier judged the message; another sender or channel may pass
    FILTERED = "filtered"
    #: our account or settings: it would fail for everyone, so the number is not to blame and an alarm is due
    OURS = "ours"
    #: no answer, or one nobody has described: it may have gone out. Ask the provider before sending again
    UNKNOWN = "unknown"


KINDS: dict[int, FailureKind] = {
    **dict.fromkeys(
        (
            20429,  # too many requests
            20500,  # internal server error
            20503,  # service unavailable
            20504,  # gateway timeout
            21611,  # the sender's queue is full
            21612,  # no route to this number at present
            30001,  # queue overflow
            30003,  # unreachable handset: switched off, or out of coverage
            30008,  # unknown error at the carrier
            30017,  # carrier network congestion
            30022,  # sending faster than the registration allows
            30036,  # validity period ran out in the queue
            30410,  # the next provider timed out
        ),
        FailureKind.TEMPORARY,
    ),
    **dict.fromkeys(
        (
            13224,  # not a number that can be called
            21211,  # not a valid number
            21214,  # the number cannot be reached
            21217,  # does not look like a number
            21401,  # invalid number
            21614,  # not a number that takes texts
            30005,  # unknown handset: no longer in service
            30006,  # landline, or a carrier that cannot be reached
        ),
        FailureKind.PERMANENT,
    ),
    21610: FailureKind.OPTED_OUT,
    **dict.fromkeys(
        (
            30004,  # blocked by the recipient's side
            30007,  # filtered by the carrier
        ),
        FailureKind.FILTERED,
    ),
    **dict.fromkeys(
        (
            10001,  # account is not active
            20003,  # wrong credentials
            20005,  # account is not active
            20008,  # test credentials
            20404,  # no such account or resource
            21205,  # invalid URL for the call
            21210,  # the sender is not verified
            21212,  # the sender is not a number
            21215,  # calls to this region are not allowed
            21216,  # the account may not call this number
            21219,  # trial account, number not verified
            21408,  # texts to this region are not allowed
            21602,  # empty text
            21603,  # no sender given
            21606,  # the sender cannot send texts
            21608,  # trial account, number not verified
            21609,  # invalid callback URL
            21617,  # text too long
            21703,  # the messaging service has no sender
            21705,  # no such messaging service
            30002,  # account suspended
            30023,  # daily cap of the registration reached
            30032,  # toll-free sender not verified
            30034,  # sender not registered (A2P 10DLC)
            30035,  # registration still under way
            30037,  # outbound messaging disabled
        ),
        FailureKind.OURS,
    ),
}


def kind(code: int | None) -> FailureKind:
    """What a code, as a callback or a look-up reports it, means. None and an unlisted code are UNKNOWN."""
    return KINDS.get(code, FailureKind.UNKNOWN) if code is not None else FailureKind.UNKNOWN


def kind_of_answer(status: int, code: int | None) -> FailureKind:
    """What an error answer to a request means: the code if it is listed, else the HTTP status."""
    if code in KINDS:
        return KINDS[code]
    if status in (401, 403):
        return FailureKind.OURS
    # A 5xx is an answer: the request was refused, not lost on the way.
    return FailureKind.TEMPORARY if status == 429 or status >= 500 else FailureKind.UNKNOWN
