"""SIGKILL at random moments of a burst of contacts: nothing that was answered is lost, nobody is forgotten."""

from __future__ import annotations

import random
import sys
import threading
from functools import partial

import hypothesis
import pytest
from sqlalchemy import func, select

from dispatch.clock import monotonic
from dispatch.demo.command import free_port
from dispatch.store import ledger, schema
from tests.chaos.crowd import POLICY, Operators, Responders, provider, roster
from tests.chaos.fleet import NAMES, Fleet
from tests.support.postgres import PostgresServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.chaos

CONTACTS = 200
#: From the last contact until everybody has been looked after: two short steps, a lease, and processes that start.
AFTERWARDS = 120.0


def seeds() -> list[int]:
    """One in CI, always the same; in `make soak` a night's worth."""
    return list(range(20)) if hypothesis.settings.get_current_profile_name() == "soak" else [7]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("seed", seeds())


def test_no_contact_is_lost_and_no_case_forgotten_whatever_is_killed(seed: int) -> None:
    survive(random.Random(seed), None, [*NAMES, "all"])


@pytest.mark.postgres
def test_the_same_on_postgresql(seed: int, postgres: PostgresServer) -> None:
    url = postgres.fresh()
    survive(random.Random(seed), url, ["api", "worker", "ticker", "all"])
    postgres.drop(url)


def survive(chance: random.Random, url: str | None, kills: list[str]) -> None:
    port = free_port()
    with (
        provider(f"http://127.0.0.1:{port}") as phones,
        Fleet(port, phones.url, roster(), POLICY, url) as fleet,
        Responders(phones, random.Random(chance.random())) as responders,
        Operators(fleet.settings.address, fleet.token, CONTACTS) as operators,
    ):
        kill_in_the_middle(fleet, operators, chance, kills)
        operators.wait()
        assert not operators.wrong, (operators.wrong[:5], fleet.log())
        until_everybody_is_looked_after(fleet)
        on_record(fleet, operators)
        one_owner_each(fleet)
        the_ledger_holds(fleet)
        repeats = responders.repeats()
        sys.stdout.write(f"killed {fleet.kills}; {len(responders.copies)} pages, {repeats} copies marked as repeats\n")


def kill_in_the_middle(fleet: Fleet, operators: Operators, chance: random.Random, kills: list[str]) -> None:
    """Each after some more contacts were taken: in the middle of the work, not in the quiet after it."""
    pause = threading.Event()
    chance.shuffle(kills)
    for name in kills:
        wanted = min(len(operators.taken) + chance.randint(5, 30), CONTACTS)
        wait_until(partial(operators.have, wanted), 120, "more contacts")
        pause.wait(chance.random() * 0.3)
        if name == "all":
            fleet.kill_all()
        else:
            fleet.kill(name)


def until_everybody_is_looked_after(fleet: Fleet) -> None:
    pause = threading.Event()
    end = monotonic() + AFTERWARDS
    while left := forgotten(fleet):
        assert monotonic() < end, (left[:5], fleet.kills, fleet.log())
        # Each look reads every case: more often would only slow those who work.
        pause.wait(0.3)


def forgotten(fleet: Fleet) -> list[tuple[str, str]]:
    """Cases that nobody has and for which nothing rings, and how they stand."""
    c, a, s = schema.cases, schema.alarms, schema.assignments
    with fleet.svc.record.read() as conn:
        owned = select(s.c.case_id).where(s.c.ended_at.is_(None))
        rung = select(a.c.case_id).where(a.c.ended_at.is_(None), a.c.kind == "unanswered", a.c.rings > 0)
        rows = conn.execute(select(c.c.code, c.c.state).where(c.c.id.not_in(owned), c.c.id.not_in(rung)))
        return [(row.code, row.state) for row in rows]


def on_record(fleet: Fleet, operators: Operators) -> None:
    """Everything that was answered is there, once."""
    with fleet.svc.record.read() as conn:
        contacts = {
            row.id: row.case_id for row in conn.execute(select(schema.contacts.c.id, schema.contacts.c.case_id))
        }
        cases = set(conn.scalars(select(schema.cases.c.id)))
    assert set(operators.taken.values()) == set(contacts)
    assert len(contacts) == len(operators.taken) == CONTACTS
    assert set(contacts.values()) == cases
    assert len(cases) == CONTACTS


def one_owner_each(fleet: Fleet) -> None:
    s = schema.assignments
    with fleet.svc.record.read() as conn:
        query = select(s.c.case_id, func.count()).where(s.c.ended_at.is_(None)).group_by(s.c.case_id)
        twice = [row for row in conn.execute(query) if row[1] > 1]
    assert not twice


def the_ledger_holds(fleet: Fleet) -> None:
    with fleet.svc.record.read() as conn:
        assert ledger.verify(conn) is None
        d, c = schema.deadlines, schema.cases
        clocks = select(d.c.owner_id).where(d.c.owner_kind == "case")
        assert not conn.execute(select(c.c.id).where(c.c.state != "closed", c.c.id.not_in(clocks))).all()
