"""The record on PostgreSQL: how its connections are opened and kept."""

from __future__ import annotations

import select
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

#: Of every connection, the migration's too.
REACH = {
    # From a database without an encoding the driver would hand out bytes in place of text.
    "client_encoding": "utf8",
    "connect_timeout": 5,
    # A host that vanishes without a word is noticed in seconds, not in the kernel's two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10000,
}
_ARGUMENTS = {
    **REACH,
    # No thread waits for ever: not for a row, and not with a transaction left open by a stopped process.
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC",
}
#: Prepared statements a connection keeps. The driver's own 100 are fewer than a case's way takes, as a list of ids
#: counts by its length: it would prepare the same ones again and again.
_PREPARED = 400


def engine(url: URL, *, pool_size: int) -> Engine:
    """Connections that have gone away meanwhile are replaced before anybody is given one."""
    made = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5.0,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args=_ARGUMENTS,
    )
    event.listen(made, "connect", _keep_prepared)
    event.listen(made, "checkout", _still_there)
    return made


def _keep_prepared(connection: Any, _: object) -> None:
    connection.prepared_max = _PREPARED


def _still_there(connection: Any, *_: object) -> None:
    """A server never speaks first but to say goodbye: an idle connection with something to read has been closed.

    Asking the kernel costs nothing; a query to ask the server would be every tenth of all.
    """
    asking = select.poll()
    if not connection.closed:
        asking.register(connection.fileno(), select.POLLIN)
    if connection.closed or asking.poll(0):
        raise DisconnectionError("the server has closed this connection")
