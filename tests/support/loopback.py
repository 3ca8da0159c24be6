"""No test reaches another machine: a slow or paged stranger is found here, not on a bill.

An audit hook sees every connection made through Python's sockets, whichever library makes it, and needs no patching.
"""

from __future__ import annotations

import ipaddress
import sys


class ReachedOut(AssertionError):
    """A test tried to talk to an address that is not this machine."""


def _is_here(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):  # a Unix socket's address is a string
        host = args[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host is not None and not _is_here(str(host)):
        raise ReachedOut(f"a test tried to reach {host}")


sys.addaudithook(_guard)
