"""`dispatch doctor`: one line for each thing that has to be right, with how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from dispatch.cli.shell import AsJson, print_json, table, working

if TYPE_CHECKING:
    from dispatch.cli.checks.finding import Finding
    from dispatch.settings import Settings

_SIGN = {"ok": "ok  ", "note": "note", "red": "RED "}


def doctor(as_json: AsJson = False) -> None:
    """Look at settings, record, Redis, Twilio, TLS, backups, clocks and cover. Exit 1 if anything is red."""
    from dataclasses import asdict

    from dispatch.cli import local
    from dispatch.cli.checks.finding import red
    from protocols.errors import InvalidInput

    shown: list[tuple[str, str, str]] = []
    with working("looking"):
        try:
            given = local.settings()
            shown = given.shown()
            found = list(examine(given))
        except InvalidInput as error:
            found = [red("settings", f"{f.field} {f.problem}", "see docs/settings.md") for f in error.faults]
    rows = [{"setting": name, "value": value, "from": origin} for name, value, origin in shown]
    if as_json:
        print_json({"findings": [asdict(one) for one in found], "settings": rows})
    else:
        say(found)
        if rows:
            print()
            table(rows, ["setting", "value", "from"], as_json=False)
    if any(one.level == "red" for one in found):
        raise typer.Exit(1)


def examine(given: Settings) -> Iterator[Finding]:
    """Every finding there is. What cannot be looked at because something before it is red is left out."""
    from dispatch import bootstrap
    from dispatch.cli import local
    from dispatch.cli.checks import people, provider, queue, record, settings

    first = [*settings.check(given), *record.check(given)]
    yield from first
    if given.secret_key is not None and not any(one.what == "record" and one.level == "red" for one in first):
        svc = bootstrap.build(given, pool_size=2)
        try:
            yield record.writable(svc)
            yield record.backups(svc, given)
            yield from queue.check(given, svc)
            yield from people.check(local.actor(), svc)
        finally:
            svc.queue.close()
            svc.record.dispose()
    yield from provider.check(given)


def say(found: list[Finding]) -> None:
    """One line each."""
    for one in found:
        mend = f" -> {one.mend}" if one.mend else ""
        print(f"{_SIGN[one.level]}  {one.what}: {one.says}{mend}")
