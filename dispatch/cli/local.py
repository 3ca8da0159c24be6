"""The service as a command uses it: built from this shell's settings, acting for whoever is signed in here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from protocols.errors import ServiceError

if TYPE_CHECKING:
    from dispatch.access import Actor
    from dispatch.flow.service import Service
    from dispatch.settings import Settings


class NotReady(ServiceError):
    """There is no record here to work on, or not of this version."""

    status = 503
    title = "No record to work on"


class Local(NamedTuple):
    actor: Actor
    svc: Service
    settings: Settings


def settings() -> Settings:
    """Raises InvalidInput naming every wrong setting."""
    from dispatch import logs
    from dispatch.settings import load

    # What the libraries warn of is said by the command itself, in one line.
    logs.configure("error", "console")
    return load()


def actor() -> Actor:
    """Whoever can run this can read the record's file and its key anyway. The ledger says who it was."""
    import getpass
    import re

    from dispatch.access import Actor, Role

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        user = "unknown"
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", user)[:32]
    return Actor(f"cli:{name}", frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR}))


@contextmanager
def service() -> Iterator[Local]:
    """Raises NotReady where there is no record yet, or one of another version."""
    from sqlalchemy.exc import DBAPIError

    from dispatch import bootstrap

    given = settings()
    must_exist(given)
    svc = bootstrap.build(given, pool_size=2)
    try:
        yield Local(actor(), svc, given)
    except DBAPIError as error:
        from dispatch.store.migrate import revisions

        now, head = revisions(given.record_url)
        if now == head:
            raise
        raise NotReady(
            f"the record's schema is {now or 'not there yet'}, this version's is {head}: run `dispatch migrate`"
        ) from error
    finally:
        svc.queue.close()
        svc.record.dispose()


def beating(given: Settings) -> list[str]:
    """Processes of the service that have just been heard of; none where there is no record that could tell."""
    from sqlalchemy.exc import DBAPIError

    from dispatch import bootstrap
    from dispatch.flow.health import running

    try:
        must_exist(given)
        svc = bootstrap.build(given, pool_size=1)
    except ServiceError:
        return []
    try:
        return running(svc)
    except (ServiceError, DBAPIError):
        return []
    finally:
        svc.queue.close()
        svc.record.dispose()


def must_exist(given: Settings) -> None:
    """Raises NotReady when the record is a SQLite file that is not there: opening it would make an empty one."""
    from pathlib import Path

    from dispatch.store.engine import parse_url

    url = parse_url(given.record_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NotReady(
            f"there is no record at {url.database}: run `dispatch up` or `dispatch migrate` first, "
            "or name the right DISPATCH_DATA_DIR"
        )
