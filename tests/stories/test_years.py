"""After years of closed cases: what is asked again and again reads what is open, and no table from end to end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from dispatch.access import Actor, Role
from dispatch.flow import boards, desk, handofflooks, situation, sweeping
from dispatch.store import deadlines, inbox, outbox, people, schema
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

ANYBODY = Actor("all", frozenset(Role) - {Role.SYSTEM}, person="ana")
#: Tables that only ever grow.
OF_YEARS = {
    "cases",
    "escalations",
    "pages",
    "attempts",
    "alarms",
    "outbox",
    "inbox",
    "contacts",
    "assessments",
    "notes",
}
OF_YEARS |= {"assignments", "notes", "recontacts", "idempotency", "ledger", "looks"}

Look = Callable[[World], object]


def each(team: str | None) -> list[Look]:
    return [
        lambda w: boards.cases(ANYBODY, w.svc, team=team),
        lambda w: boards.queue(ANYBODY, w.svc, team=team),
        lambda w: boards.open_pages(ANYBODY, w.svc, team=team),
        lambda w: boards.alarms(ANYBODY, w.svc, team=team),
        lambda w: desk.working(ANYBODY, w.svc, team),
        lambda w: handofflooks.holders(ANYBODY, w.svc, team=team),
    ]


LOOKS: list[Look] = [
    *each(None),
    *each("default"),
    lambda w: boards.counts(w.svc),
    lambda w: desk.asked(ANYBODY, w.svc, "ana"),
    lambda w: desk.call_backs(ANYBODY, w.svc),
    lambda w: desk.strays(ANYBODY, w.svc),
    lambda w: situation.context_of(w.svc, w.rows(schema.people, id="ana")[0], "OFF"),
    lambda w: sweeping.sweep(SYSTEM, w.svc),
    lambda w: w.worker.next_due(),
    lambda w: w.worker.teams_with_work(),
    lambda w: _reading(w, lambda conn: people.pool(conn, "default", w.clock.now(), w.clock.now())),
    lambda w: _reading(w, lambda conn: sweeping.wanting_teams(conn, only_new=True)),
    lambda w: _reading(w, outbox.next_due),
    lambda w: _reading(w, deadlines.next_due),
    lambda w: _reading(w, lambda conn: inbox.unread(conn, w.clock.now(), 10)),
    lambda w: w.log(settle=False),
    lambda w: w.worker.work("default"),
]


def _reading(world: World, look: Callable[[Any], object]) -> object:
    with world.svc.record.read() as conn:
        return look(conn)


def test_no_look_reads_a_table_of_years_from_end_to_end(world: World) -> None:
    asked: dict[str, Any] = {}

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        asked.setdefault(statement, parameters[0] if many else parameters)

    for engine in (world.svc.record._reader, world.svc.record._writer):
        event.listen(engine, "before_cursor_execute", note)
    for look in LOOKS:
        look(world)
    world.settle()
    world.ana.expect_sms("CRISIS PAGE")
    with world.svc.record.read() as conn:
        plans = {
            statement: [row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in list(asked.items())
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
        }
    # An index of what is open is as short as the day's work.
    read = {
        f"{step}: {statement}"
        for statement, plan in plans.items()
        for step in plan
        if step.startswith("SCAN") and step.split()[1] in OF_YEARS and not step.endswith(("_open", "_unread"))
    }
    assert len(plans) > len(LOOKS)
    assert read == set()
