"""The one listening socket of a machine: bound before anything is started, and shared by every web process.

Whoever starts web processes binds it and hands it on, so that a taken port is one plain sentence at once, and a
connection made while one of them starts again waits for another instead of being refused.
"""

from __future__ import annotations

import errno
import socket

from workers.errors import CannotListen

#: Connections that wait to be taken; a crowd must not be refused because two processes are busy for a moment.
BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """The socket people reach us at. Raises CannotListen, saying what to do about it."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
    except OSError as error:
        raise CannotListen(_says(error, host, port)) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _says(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            what = f"Port {port} on {host} is taken by another program"
            return f"{what}: end that one, or choose another port with --port or DISPATCH_PORT."
        case errno.EACCES:
            return f"Port {port} needs rights that this user does not have: choose one above 1023, behind a proxy."
        case _:
            reason = error.strerror or type(error).__name__
            return f"Nothing can listen on {host}: {reason}. Choose an address of this machine with DISPATCH_HOST."
