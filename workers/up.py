"""`dispatch up`: everything on one machine under one supervisor."""

from __future__ import annotations

import http.client
import signal
import sys
from collections.abc import Sequence

from dispatch import bootstrap, logs
from dispatch.flow import admin
from dispatch.settings import Settings, make_secret, with_own_secret
from workers import datadir, valkey
from workers.child import Spec
from workers.supervisor import Stopped, Supervisor

log = logs.get(__name__)

# The embedded server reads its file before it answers; a day's queue is read in well under a second.
VALKEY_SECONDS = 30.0
API_SECONDS = 60.0


def up(settings: Settings, also: Sequence[Spec] = ()) -> None:
    """Run until SIGTERM or SIGINT. `also` are further processes to keep running, such as the demo's phones; one with
    the name of a process of ours takes its place.

    Raises CannotStart, InUse or NoServer, each with a sentence for whoever started it.
    """
    datadir.claim(settings.data_dir)
    env = {"DISPATCH_DATA_DIR": str(settings.data_dir.absolute())}
    if settings.secret_key is None:
        make_secret(settings.data_dir)
        settings = with_own_secret(settings)
    with Supervisor() as supervisor:
        try:
            if settings.redis_url is None:
                valkey.end_orphan(settings.data_dir)
                # SIGTERM, not SIGKILL, for an orphan: it writes its file out and takes the socket away.
                supervisor.start(Spec("valkey", valkey.command(settings.data_dir), orphan=signal.SIGTERM, last=True))
                supervisor.until(lambda: valkey.answers(settings.data_dir), "the embedded Valkey", VALKEY_SECONDS)
            supervisor.once(process("migrate", env))
            given = {spec.name for spec in also}
            for spec in (*also, *(own for own in processes(settings, env) if own.name not in given)):
                supervisor.start(spec)
            supervisor.until(lambda: answers(settings), "the service", API_SECONDS)
            sys.stdout.write(f"Dispatch is running at {settings.address}\n")
            if code := first_code(settings):
                sys.stdout.write(f"Create the administrator, once, at {settings.address}/setup/{code}\n")
            sys.stdout.flush()
            supervisor.watch()
        except Stopped:
            log.info("stopped_while_starting")


def first_code(settings: Settings) -> str | None:
    """The secret part of the link that creates the administrator; None once there is one, and in the demo."""
    if settings.demo:
        return None
    svc = bootstrap.build(settings, pool_size=1)
    try:
        return admin.setup_code(svc)
    finally:
        svc.queue.close()
        svc.record.dispose()


def pool(count: int) -> None:
    """So many workers, restarted when they die, until SIGTERM or SIGINT."""
    with Supervisor() as supervisor:
        for number in range(1, count + 1):
            supervisor.start(process("worker", {}, number))
        supervisor.watch()


def processes(settings: Settings, env: dict[str, str]) -> list[Spec]:
    """The service's own processes, the one people wait for first."""
    workers = [process("worker", env, number) for number in range(1, settings.workers + 1)]
    return [process("api", env), *workers, process("ticker", env), process("sweeper", env)]


def process(name: str, env: dict[str, str], number: int | None = None) -> Spec:
    shown = name if number is None else f"{name}-{number}"
    return Spec(shown, [sys.executable, "-m", "workers", name], env)


def answers(settings: Settings) -> bool:
    """Can contacts be recorded? /readyz is 200 then, degraded or not."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (only compared with)
    connection = http.client.HTTPConnection(everywhere.get(settings.host, settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
