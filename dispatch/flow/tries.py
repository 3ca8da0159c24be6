"""Guessing at passwords is slowed down, per login: every try is counted before its password is looked at, so that many
at once are no way round it.

The wait is short, and a browser in which somebody has signed in before is counted apart: whoever knows a colleague's
login could otherwise keep them from the board all night. Who is signed in stays signed in, and an administrator's
`users reset` ends the wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from dispatch.errors import TooManyTries
from dispatch.flow.service import Service
from dispatch.store import ledger, schema
from dispatch.store.ledger import Entry

#: Mistyping is human; after this many in a row comes the first wait, and each further one is twice as long.
FREE = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=5)
#: After this long without a try the count begins again.
FORGOTTEN = timedelta(hours=1)


def wait_after(tries: int) -> timedelta:
    """How long after so many tries in a row the next one is looked at."""
    if tries < FREE:
        return timedelta()
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - FREE, 10)
    return min(doubled, LONGEST_WAIT)


def begin(svc: Service, index: str, user: str | None) -> None:
    """Count a try for the login with this index, known (`user`) or not: a stranger must not learn which are.

    Raises TooManyTries while the login must wait; what is refused so is not counted.
    """
    now, t = svc.clock.now(), schema.sign_in_tries
    with svc.record.write() as conn:
        conn.execute(delete(t).where(t.c.last_at < now - FORGOTTEN))
        row = conn.execute(svc.record.for_update(select(t).where(t.c.login_index == index))).one_or_none()
        tries = row.tries if row is not None else 0
        if row is not None and (left := row.last_at + wait_after(tries) - now) > timedelta():
            raise TooManyTries(left)
        _count(conn, index, tries + 1, now)
        if wait_after(tries + 1) and not wait_after(tries):
            ledger.append(
                conn, [Entry(now, user or "nobody", "sign_in_slowed", None, None, {"known": user is not None})]
            )


def forget(conn: Connection, index: str) -> None:
    """The right password came, or a new one was set: the count begins again."""
    t = schema.sign_in_tries
    conn.execute(delete(t).where(t.c.login_index == index))


def _count(conn: Connection, index: str, tries: int, now: datetime) -> None:
    t = schema.sign_in_tries
    values = {"tries": tries, "last_at": now}
    if not conn.execute(t.update().where(t.c.login_index == index).values(**values)).rowcount:
        try:
            conn.execute(t.insert(), {"login_index": index, **values})
        except IntegrityError:
            # Two first tries at the same moment: one of them is looked at.
            raise TooManyTries(timedelta(seconds=1)) from None
