"""What a text, or a key pressed, proves besides what it says: that the telephone is in somebody's hand, and perhaps
that the number is theirs.

A number can be written down wrong, and then a stranger gets the pages. A stranger may well answer "ok", "no" or "who is
this"; they do not take a case, and do not say where they are with one. Only what a stranger would not send proves a
number.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from dispatch import reply as replies
from dispatch.access import Actor
from dispatch.flow import shiftchecks, verifying
from dispatch.flow.service import Service
from dispatch.store import people

#: Nothing we could read, no answer at all, or a code that may be the wrong one.
_NO_ANSWER = (replies.Unknown, replies.OptOut, replies.NumberCode)
_OWNERS_ONLY = (
    replies.Accept,
    replies.LateAccept,
    replies.Status,
    replies.CheckInOk,
    replies.Backup,
    replies.CallBridge,
)


def of_text(actor: Actor, svc: Service, person: Row[Any], meaning: replies.Meaning, *, shared: bool) -> None:
    """Write down what this text proves; nothing, mostly. Doing it twice is doing it once, so it may come before the
    text is marked read. `shared`: several people have the number, and only a code tells which of them it was."""
    if isinstance(meaning, _NO_ANSWER):
        return
    with svc.record.read() as conn:
        checks = shiftchecks.waiting(conn, person.id, svc.clock.now())
    if checks:
        shiftchecks.answered(actor, svc, checks)
    if person.verified_at is None and not shared and isinstance(meaning, _OWNERS_ONLY):
        verifying.proved(actor, svc, person.id, "answered")


def of_key(actor: Actor, svc: Service, person: str) -> None:
    """A page was accepted by a key pressed in a call to the number on record. It proves the number as an accept by text
    does; a check at the start of a shift is about texts, and is not answered by it."""
    with svc.record.read() as conn:
        unproved = people.one(conn, person).verified_at is None
    if unproved:
        verifying.proved(actor, svc, person, "answered_call")
