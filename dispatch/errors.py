"""Errors of the service, below the root in `protocols.errors`; each carries its HTTP status.

ServiceError
+-- InvalidInput (422)         see protocols.errors
+-- MalformedJson (400)        the body cannot be read at all
+-- NotAllowed (403)           signed in, but this act on this team is not theirs
    +-- OutOfDate              a form made for a sign-in that is over; it may be sent again, if that is meant
+-- NotSignedIn (401)
+-- NotFound (404)
+-- Refused (409)              the act makes no sense in this state; nothing was changed
    +-- AskedBack              it can be done, once somebody says that it is meant
    +-- KeyReused              the same Idempotency-Key with another body
    +-- Conflict               somebody else was first; flow reloads and decides again
+-- Forgotten (410)            the person's details were destroyed, as asked
+-- TooManyTries (429)         wrong passwords for one login; waits, and then may try again
+-- Unavailable (503)          the record cannot be written; the caller must retry
+-- Unreadable (500)           a sealed field or its key was altered, or its secret is gone
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from protocols.errors import Fault, InvalidAnswer, InvalidFile, InvalidInput, ServiceError, UnknownProtocol

__all__ = [
    "AskedBack",
    "Conflict",
    "Fault",
    "Forgotten",
    "InvalidAnswer",
    "InvalidFile",
    "InvalidInput",
    "KeyReused",
    "MalformedJson",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "OutOfDate",
    "Refused",
    "ServiceError",
    "TooManyTries",
    "Unavailable",
    "UnknownProtocol",
    "Unreadable",
]


class MalformedJson(ServiceError):
    """`problem` completes "The body ...": where reading stopped, never what stands there."""

    status = 400
    title = "The body is not JSON"

    def __init__(self, problem: str) -> None:
        super().__init__(f"body: {problem}", [Fault("body", problem)])


class NotSignedIn(ServiceError):
    status = 401
    title = "Sign in first"


class TooManyTries(ServiceError):
    """`wait` is how long until the next try is looked at."""

    status = 429
    title = "Too many wrong passwords"

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, ceil(wait.total_seconds()))
        words = f"{self.seconds} seconds" if self.seconds > 1 else "a second"
        super().__init__(f"There were too many wrong passwords for this login. Try again in {words}.")


class NotAllowed(ServiceError):
    status = 403
    title = "Not yours to do"


class OutOfDate(NotAllowed):
    title = "The form is out of date"


class NotFound(ServiceError):
    status = 404
    title = "Not found"


class Refused(ServiceError):
    """The act is understood and allowed in general, but not now. Nothing was changed."""

    status = 409
    title = "Not possible now"


class AskedBack(Refused):
    """What it would leave behind is in the detail; the same call with `even_so` does it."""

    title = "Is this meant?"


class KeyReused(Refused):
    title = "That Idempotency-Key was used for something else"


class Conflict(Refused):
    """A guarded row changed between load and commit. Flow retries; only the third loss reaches a person."""

    title = "Somebody else was first"


class Unavailable(ServiceError):
    """The record cannot be written. Callers retry with the same Idempotency-Key; nothing was stored."""

    status = 503
    title = "Cannot record right now"


class Forgotten(ServiceError):
    """The key that opened these fields is gone for good; the row remains, its personal fields do not."""

    status = 410
    title = "Those details were destroyed"


class Unreadable(ServiceError):
    """A sealed field does not open: the record was altered, or DISPATCH_SECRET_KEY lost a secret still in use."""

    title = "A protected field cannot be read"
