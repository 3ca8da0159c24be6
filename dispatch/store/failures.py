"""Which database errors mean that the record is not there, which that somebody else was first.

Everything else (a broken constraint, a wrong statement) is our mistake and passes through unchanged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from dispatch.errors import Conflict, ServiceError, Unavailable

# Low byte of SQLite's result code: busy, locked, I/O, corrupt, full, cannot open, protocol, no database.
_SQLITE_GONE = {5, 6, 10, 11, 13, 14, 15, 26}
# SQLSTATE classes: connection, insufficient resources, operator intervention, system error; and a lock not had in time.
_POSTGRES_GONE = ("08", "53", "57", "58", "55P03")
# A disk gone read-only, a server that has become a standby; inside `read` the same words mean our own mistake. The
# second where a connection served a reader before: it asks for writing outright, which a standby cannot do at all.
_SQLITE_READ_ONLY = 8
_POSTGRES_READ_ONLY = ("25006", "0A000")
# Deadlock, serialization failure: the statement was right, another transaction won.
_POSTGRES_LOST = ("40P01", "40001")


@contextmanager
def translated(*, writing: bool) -> Iterator[None]:
    """Raise Unavailable or Conflict in place of the driver's words for them."""
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable("every connection to the record is in use") from error
    except exc.InvalidRequestError as error:
        # Each connection it tried to hand out was dead: a server that is being restarted, not a mistake of ours.
        if str(error) != "This connection is closed":
            raise
        raise Unavailable("the record cannot be reached") from error
    except exc.DBAPIError as error:
        meaning = _meaning(error, writing)
        if meaning is None:
            raise
        raise meaning from error


def _meaning(error: exc.DBAPIError, writing: bool) -> ServiceError | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in _SQLITE_GONE or (writing and code == _SQLITE_READ_ONLY):
            return Unavailable(f"the record says: {cause}")
        return None
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate or ""
        if state in _POSTGRES_LOST:
            return Conflict("another transaction was first")
        gone = state.startswith(_POSTGRES_GONE) or (writing and state in _POSTGRES_READ_ONLY)
        lost = not state and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        if gone or lost or error.connection_invalidated:
            return Unavailable(f"the record cannot be reached (SQLSTATE {state or 'none'})")
    return None
