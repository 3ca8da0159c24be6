"""Many threads log and match at once: the waiting order is exact, and nobody is asked or owns beyond their capacity."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from dispatch import bootstrap
from dispatch.access import Actor, Role, system
from dispatch.clock import ManualClock
from dispatch.contact import Contact, Location, Needs
from dispatch.contactvalues import CallType, Channel, Tri, Worry
from dispatch.facts import SAFETY_FACTS, Safety
from dispatch.flow import answers, intake, paging, people, searching
from dispatch.flow.service import Service
from dispatch.settings import load
from dispatch.store import schema
from dispatch.store.migrate import migrate
from tests.support.postgres import PostgresServer

SYSTEM = system("order")
OPERATOR = Actor("op1", frozenset({Role.OPERATOR}))
PEOPLE, CASES, THREADS = 6, 18, 6
URGENT = {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "no", "q5": "no", "q6": "no"}
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("order") / "record.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=BOTH)
def svc(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Service]:
    server: PostgresServer | None = None
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        url = server.fresh(prepare=migrate)
    else:
        url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'record.db')}"
    # Nobody listens there: the record alone keeps the order.
    queue = f"unix://{tmp_path / 'nobody.sock'}"
    settings = load(None, database_url=url, redis_url=queue, data_dir=tmp_path, secret_key="made-up" * 6)
    built = bootstrap.build(settings, clock=ManualClock(), pool_size=20)
    people.import_roster(SYSTEM, built, roster())
    yield built
    built.queue.close()
    built.record.dispose()
    if server is not None:
        server.drop(url)


def roster(signs: str = "") -> str:
    """Everybody on call; `signs` is the one who speaks sign language."""
    names = [f"p{n}" for n in range(PEOPLE)]
    lmhp = "[{state: VA, title: LMHP, status: active, expires: 2030-01-01}]"
    made = [
        f"  - {{id: {who}, name: Made-up {who}, phone: '+120255501{n:02d}', roles: [responder], teams: [default],"
        f" credentials: {lmhp}{', skills: [asl]' if who == signs else ''}}}"
        for n, who in enumerate(names)
    ]
    shifts = [f"  - {{team: default, layer: primary, person: {who}, always: true}}" for who in names]
    teams = "teams:\n  - {id: default, timezone: America/New_York, state: VA, areas: [fairfax]}"
    return "\n".join([teams, "people:", *made, "shifts:", *shifts, ""])


def log(svc: Service, n: int, skills: tuple[str, ...] = ()) -> None:
    contact = Contact(
        channel=Channel.VOICE,
        call_type=CallType.PERSON_IN_CRISIS,
        team="default",
        location=Location(known=Tri.YES),
        safety=Safety(**dict.fromkeys(SAFETY_FACTS, Tri.NO)),
        worry=Worry.NONE,
        needs=Needs(skills=skills),
    )
    draft = intake.Draft(contact, (answers.Given("cssrs-screener", URGENT),))
    intake.log_contact(OPERATOR, svc, draft, f"key-{n}", f"body-{n}")


def together(*works: Callable[[], object]) -> None:
    """All at once; whatever one of them raises is raised here."""
    start = threading.Barrier(len(works))
    wrong: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - shown by the test, not by the thread
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong


def waiting_order(svc: Service) -> list[str]:
    c = schema.cases
    with svc.record.read() as conn:
        return list(conn.scalars(select(c.c.id).order_by(c.c.rank, c.c.respond_by, c.c.logged_at, c.c.id)))


def open_pages(svc: Service) -> list[tuple[str, str]]:
    p = schema.pages
    with svc.record.read() as conn:
        return [(row.case_id, row.person) for row in conn.execute(select(p).where(p.c.answer == "open"))]


def owned(svc: Service) -> list[tuple[str, str]]:
    a = schema.assignments
    with svc.record.read() as conn:
        return [(row.case_id, row.person) for row in conn.execute(select(a).where(a.c.ended_at.is_(None)))]


def test_many_matchers_ask_for_the_first_cases_and_nobody_twice(svc: Service) -> None:
    def some(first: int) -> None:
        for n in range(first, CASES, THREADS):
            log(svc, n)

    together(*(partial(some, n) for n in range(THREADS)))
    together(*(lambda: searching.match_team(SYSTEM, svc, "default") for _ in range(THREADS)))
    pages = open_pages(svc)
    order = waiting_order(svc)
    assert len(order) == CASES
    assert sorted(case for case, _ in pages) == sorted(order[:PEOPLE])
    assert Counter(person for _, person in pages) == {f"p{n}": 1 for n in range(PEOPLE)}


def test_accepts_declines_logging_and_matching_at_once_keep_every_capacity(svc: Service) -> None:
    for n in range(PEOPLE):
        log(svc, n)
    searching.match_team(SYSTEM, svc, "default")
    pages = {row.person: row for row in rows(svc)}

    def answer(person: str, accepts: bool) -> Callable[[], object]:
        page = pages[person]
        actor = Actor(person, frozenset({Role.RESPONDER}), person=person)
        if accepts:
            return lambda: paging.accept(actor, svc, page.case_id, person, page.id)
        return lambda: paging.decline(actor, svc, page.case_id, person, page.id)

    def log_more() -> None:
        for n in range(PEOPLE, CASES):
            log(svc, n)

    answers = [answer(person, n % 3 > 0) for n, person in enumerate(sorted(pages))]
    together(*answers, log_more, *(lambda: searching.match_team(SYSTEM, svc, "default") for _ in range(3)))
    searching.match_team(SYSTEM, svc, "default")
    have, asked = Counter(p for _, p in owned(svc)), Counter(p for _, p in open_pages(svc))
    assert max((have + asked).values()) == 1
    assert max(Counter(case for case, _ in owned(svc)).values()) == 1
    # Whoever said no is free again, and is asked for the first case that has nobody and did not hear a no from them.
    busy = {case for case, _ in [*owned(svc), *open_pages(svc)]}
    assert sorted(have + asked) == sorted(pages)
    assert len(busy) == PEOPLE


def test_however_many_wait_for_somebody_who_is_busy_whoever_is_behind_them_is_asked_for(svc: Service) -> None:
    people.import_roster(SYSTEM, svc, roster(signs="p3"))
    blocked = 2 * searching.BATCH + 5
    for n in range(1 + blocked):
        log(svc, n, ("asl",))
    searching.match_team(SYSTEM, svc, "default")
    first, second, *_ = waiting_order(svc)
    assert open_pages(svc) == [(first, "p3")]
    log(svc, 1 + blocked)
    searching.match_team(SYSTEM, svc, "default")
    assert len(open_pages(svc)) == 2
    decline = Actor("p3", frozenset({Role.RESPONDER}), person="p3")
    (page,) = (row for row in rows(svc) if row.person == "p3")
    paging.decline(decline, svc, first, "p3", page.id)
    searching.match_team(SYSTEM, svc, "default")
    assert {case for case, who in open_pages(svc) if who == "p3"} == {second}


def rows(svc: Service) -> list[Row[Any]]:
    with svc.record.read() as conn:
        return list(conn.execute(select(schema.pages)))
