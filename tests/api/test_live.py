"""Which events an entry makes, and that the one who reads them never stops."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from dispatch.access import Actor, Role
from dispatch.flow.history import Told
from dispatch.http.live import Live, kinds_of, may_see
from dispatch.store import ledger
from dispatch.store.ledger import Entry
from tests.api.conftest import Api
from tests.support.waiting import wait_until


def told(kind: str, case: str | None = "c", team: str | None = "default") -> Told:
    return Told(1, datetime(2026, 1, 5, tzinfo=UTC), kind, case, team, {})


@pytest.mark.parametrize(
    ("kind", "case", "events"),
    [
        ("case_opened", "c", ("queue", "case")),
        ("case", "c", ("queue", "case")),
        ("regraded", "c", ("queue", "case")),
        ("note", "c", ("case",)),
        ("first_contact", "c", ("case",)),
        ("page_wanted", "c", ("page",)),
        ("alarm_rang", None, ("alarm",)),
        ("alarm_opened", "c", ("alarm",)),
        ("availability", None, ("responder",)),
        ("roster_imported", None, ("responder",)),
        ("signed_in", None, ()),
        ("user_added", None, ()),
    ],
)
def test_an_entry_s_events(kind: str, case: str | None, events: tuple[str, ...]) -> None:
    assert kinds_of(told(kind, case)) == events


def test_who_sees_an_entry() -> None:
    north = Actor("n", frozenset({Role.OPERATOR}), frozenset({"north"}))
    assert not may_see(north, told("case"))
    assert may_see(north, told("case", team="north"))
    assert may_see(north, told("availability", None, None))
    assert not may_see(Actor("a", frozenset({Role.AUDITOR})), told("case"))


def test_a_look_that_fails_in_a_way_nobody_knows_ends_no_stream(api: Api) -> None:
    broke = threading.Event()
    event.listen(api.svc.record._reader, "handle_error", lambda _: broke.set())

    def written(*statements: str) -> None:
        with api.svc.record.write() as conn:
            for statement in statements:
                conn.execute(text(statement))

    def imported() -> None:
        with api.svc.record.write() as conn:
            ledger.append(conn, [Entry(api.clock.now(), "op", "roster_imported", None, "default", {})])

    async def story() -> None:
        live = Live(api.svc)
        async with asyncio.timeout(20), live.running():
            hearing = asyncio.ensure_future(anext(live.watch()))
            await asyncio.to_thread(wait_until, lambda: live.watching)
            await asyncio.to_thread(written, "ALTER TABLE ledger RENAME TO elsewhere")
            assert await asyncio.to_thread(broke.wait, 10)
            await asyncio.to_thread(written, "ALTER TABLE elsewhere RENAME TO ledger")
            await asyncio.to_thread(imported)
            assert [one.kind for one in await hearing] == ["roster_imported"]

    asyncio.run(story())
