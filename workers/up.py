"""`dispatch up`: everything on one machine under one supervisor."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dispatch import bootstrap, logs
from dispatch.flow import admin
from dispatch.settings import Settings, make_secret, with_own_secret
from workers import datadir, listening, valkey
from workers.child import Spec, process
from workers.supervisor import Stopped, Supervisor
from workers.webs import API_SECONDS, answers, webs

log = logs.get(__name__)

# The embedded server reads its file before it answers; a day's queue is read in well under a second.
VALKEY_SECONDS = 30.0
#: In the data dir: what the web processes count together.
COUNTS = "counts"


def up(settings: Settings, also: Sequence[Spec] = ()) -> None:
    """Run until SIGTERM or SIGINT. `also` are further processes to keep running, such as the demo's phones; one named
    `api` takes the place of our own, and is started like it, with the socket and its number.

    Raises CannotStart, CannotListen, InUse, NoDataDir or NoServer, each with a sentence for whoever started it.
    """
    datadir.claim(settings.data_dir)
    env = {"DISPATCH_DATA_DIR": str(settings.data_dir.absolute())}
    # The socket is closed before the children are ended: who comes then is refused at once instead of waiting in vain.
    with Supervisor() as supervisor, listening.bind(settings.host, settings.port) as sock:
        with datadir.kept_plain(settings.data_dir):
            if settings.secret_key is None:
                make_secret(settings.data_dir)
                settings = with_own_secret(settings)
            counts = _empty(settings.data_dir / COUNTS)
        given = {spec.name: spec for spec in also}
        web = webs(given.pop("api", process("api", env)), settings, sock, counts)
        try:
            if settings.redis_url is None:
                valkey.end_orphan(settings.data_dir)
                supervisor.start(valkey.spec(settings.data_dir))
                supervisor.until(lambda: valkey.answers(settings.data_dir), "the embedded Valkey", VALKEY_SECONDS)
            supervisor.once(process("migrate", env))
            for spec in (*web, *given.values(), *loops(settings, env)):
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


def loops(settings: Settings, env: Mapping[str, str]) -> list[Spec]:
    """The service's own processes besides those that people wait for."""
    workers = [process("worker", env, number) for number in range(1, settings.workers + 1)]
    return [*workers, process("ticker", env), process("sweeper", env)]


def _empty(folder: Path) -> Path:
    """What the web processes of an earlier run have counted is over: a counter begins anew with the service."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder
