"""The web processes of one machine: several on one socket, because one alone is bound by the interpreter's lock.

They share nothing but the record, Redis and a folder of counters; a connection belongs to whichever took it.
"""

from __future__ import annotations

import http.client
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

from dispatch import logs
from dispatch.http.counts import reserve
from dispatch.settings import Settings
from workers import listening
from workers.child import Spec, process
from workers.supervisor import Stopped, Supervisor

log = logs.get(__name__)

API_SECONDS = 60.0


def apis(settings: Settings) -> None:
    """The web processes alone, restarted when they die, until SIGTERM or SIGINT. Raises CannotStart, CannotListen."""
    with (
        tempfile.TemporaryDirectory(prefix="dispatch-") as counts,
        Supervisor() as supervisor,
        listening.bind(settings.host, settings.port) as sock,
    ):
        for spec in webs(process("api", {}), settings, sock, Path(counts)):
            supervisor.start(spec)
        try:
            # Alive, not ready: they wait for a record that is away just now.
            supervisor.until(lambda: answers(settings, "/healthz"), "the web server", API_SECONDS)
            supervisor.watch()
        except Stopped:
            log.info("stopped_while_starting")


def webs(api: Spec, settings: Settings, sock: socket.socket, counts: Path) -> list[Spec]:
    """As many web processes like `api` as the settings say, all serving on `sock` and counting in the folder."""
    file = sock.fileno()
    return [
        replace(
            api,
            name=f"{api.name}-{number}",
            command=[*api.command, "--socket", str(file), "--number", str(number)],
            env={**api.env, **reserve(counts, number)},
            files=[file],
        )
        for number in range(1, settings.api_processes + 1)
    ]


def answers(settings: Settings, path: str = "/readyz") -> bool:
    """Can contacts be recorded? /readyz is 200 then, degraded or not."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (only compared with)
    connection = http.client.HTTPConnection(everywhere.get(settings.host, settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
