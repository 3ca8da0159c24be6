"""The record: can it be written, is its schema this version's, is there a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from dispatch.cli.checks.finding import Finding, note, ok, red
from dispatch.cli.local import must_exist
from dispatch.flow import live
from dispatch.flow.service import Service
from dispatch.settings import Settings
from dispatch.store.engine import parse_url
from dispatch.store.migrate import revisions
from protocols.errors import ServiceError

#: A day, and the time a nightly copy may take.
BACKUP_WITHIN = timedelta(hours=26)
#: Below this a busy week, or one copy, can fill the disk.
LEAST_FREE = 1_000_000_000


def check(given: Settings) -> Iterator[Finding]:
    """Nothing else of the record can be looked at while one of these is red."""
    try:
        must_exist(given)
        now, head = revisions(given.record_url)
    except ServiceError as error:
        yield red("record", error.detail, "start it, or mend DISPATCH_DATABASE_URL or DISPATCH_DATA_DIR")
        return
    if now != head:
        says = f"its schema is {now or 'not there yet'}, this version's is {head}"
        yield red("record", says, "run `dispatch migrate`; a newer schema needs a newer dispatch")
        return
    url = parse_url(given.record_url)
    yield ok("record", f"{url.get_backend_name()}, schema {now}")
    if url.get_backend_name() == "sqlite":
        yield _space(Path(url.database or "").parent)


def writable(svc: Service) -> Finding:
    try:
        with svc.record.write():
            pass
    except ServiceError as error:
        return red("writing", error.detail, "mend the disk or the database: until then no contact can be logged")
    return ok("writing", "a transaction was begun and ended")


def backups(svc: Service, given: Settings) -> Finding:
    if parse_url(given.record_url).get_backend_name() != "sqlite":
        return note("backups", "PostgreSQL's own cannot be seen from here", "see that they run, and that one restores")
    at = live.marks(svc).get(live.Mark.BACKED_UP)
    if at is None:
        return red("backups", "there has never been one", "run `dispatch db backup FILE` every night, to another disk")
    age = svc.clock.now() - at
    if age > BACKUP_WITHIN:
        return red("backups", f"the last is {age.days * 24 + age.seconds // 3600} hours old", "see why it did not run")
    return ok("backups", f"the last at {at:%Y-%m-%d %H:%M} UTC")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        return red("disk", f"{free / 1e6:.0f} MB are free under {folder}", "make room: a full disk logs no contact")
    return ok("disk", f"{free / 1e9:.0f} GB free")
