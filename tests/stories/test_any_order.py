"""Anything people may do, in any order, over the whole flow and a real record; while the roster and the policy change
under open cases and time jumps. What must be true of the rows stays true after every commit."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from dispatch import bootstrap
from dispatch.access import Actor, Role
from dispatch.case import Event
from dispatch.channels.channel import Refusal, RemoteMessage, SendResult, Taken
from dispatch.channels.failures import FailureKind
from dispatch.clock import ManualClock
from dispatch.disposition import Disposition
from dispatch.duties import Worker
from dispatch.errors import AskedBack, InvalidInput, NotAllowed, Refused
from dispatch.escalation import CLOCKS
from dispatch.flow import answers, intake, paging, people, sweeping, work
from dispatch.priority import Urgency
from dispatch.responder import Availability
from dispatch.settings import load
from dispatch.store import ledger, schema
from tests.stories import team
from tests.stories.world import ANSWERS, COORDINATOR, MORNING, NO_REDIS, OPERATOR, SYSTEM, World

pytestmark = pytest.mark.story

PEOPLE = ("ana", "ben", "cam", "dan", "eve")
ACTS = 120
SHORT = """\
ladders:
  very_urgent:
    - {page: everyone, wait: 1m}
    - {alarm: coordinators, every: 2m}
"""
_EXPECTED = (Refused, NotAllowed, InvalidInput, AskedBack)


class Provider:
    """Takes what it is given, most of the time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._sids = chance, count()

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> SendResult:
        return self._taken()

    def call(self, to: str, answer_url: str, callback: str, timeout: timedelta) -> SendResult:
        return self._taken()

    def _taken(self) -> SendResult:
        kinds = (FailureKind.UNKNOWN, FailureKind.TEMPORARY, FailureKind.OURS)
        return Refusal(self._chance.choice(kinds)) if self._chance.random() < 0.2 else Taken(f"SM{next(self._sids)}")

    def find(self, to: str, since: datetime, *, voice: bool = False) -> list[RemoteMessage] | Refusal:
        return []

    def inbound(self, since: datetime) -> list[RemoteMessage] | Refusal:
        return []

    def fetch(self, sid: str) -> RemoteMessage | Refusal:
        return Refusal(FailureKind.UNKNOWN)


class Day:
    """`acts` are what may happen next; each picks its case and person by chance."""

    def __init__(self, seed: int, file: Path) -> None:
        self.chance = random.Random(seed)
        self.clock = ManualClock(MORNING)
        settings = load(
            None,
            database_url=f"sqlite:///{file}",
            redis_url=NO_REDIS,
            data_dir=file.parent,
            secret_key="a-made-up-secret-that-is-long-enough",
            public_url="https://crisis.test",
        )
        self.svc = bootstrap.build(settings, clock=self.clock, pool_size=4)
        self.worker = Worker(self.svc, Provider(self.chance), "day")
        people.import_roster(SYSTEM, self.svc, team.roster())
        self._logged = 0
        self.acts: list[Callable[[], object]] = [
            *[self.logs] * 2,
            *[self.accepts] * 4,
            *[self.declines] * 2,
            *[self.says] * 4,
            *[self.gives_back] * 2,
            *[self.assigns] * 2,
            *[self.time] * 6,
            self.regrades,
            self.escalates,
            self.stands_down,
            self.closes,
            self.reopens,
            self.on_or_off,
            self.roster,
            self.policy,
        ]

    def close(self) -> None:
        self.worker.close()
        self.svc.queue.close()
        self.svc.record.dispose()

    def any_case(self) -> str:
        with self.svc.record.read() as conn:
            ids = list(conn.scalars(select(schema.cases.c.id).order_by(schema.cases.c.id)))
        return str(self.chance.choice(ids))

    def person(self) -> Actor:
        who = self.chance.choice(PEOPLE)
        return Actor(who, frozenset({Role.RESPONDER}), person=who)

    def logs(self) -> None:
        self._logged += 1
        given = (answers.Given("cssrs-screener", ANSWERS[self.chance.choice(sorted(ANSWERS))]),)
        assessing = self.chance.random() < 0.3
        contact = World.contact(self, weapon=self.chance.choice(("no", "unknown", "yes")))  # type: ignore[arg-type]
        onto = self.any_case() if self._logged > 1 and self.chance.random() < 0.3 else None
        draft = intake.Draft(contact, () if assessing else given, case_id=onto, assessing=assessing)
        intake.log_contact(OPERATOR, self.svc, draft, f"key-{self._logged}", f"body-{self._logged}")

    def _page(self) -> tuple[str, str, str] | None:
        p = schema.pages.c
        with self.svc.record.read() as conn:
            pages = conn.execute(select(p.case_id, p.person, p.id).order_by(p.id)).all()
        if not pages:
            return None
        case_id, person, page_id = self.chance.choice(pages)
        return case_id, person, page_id

    def accepts(self) -> None:
        if (page := self._page()) is not None:
            who = Actor(page[1], frozenset({Role.RESPONDER}), person=page[1])
            paging.accept(who, self.svc, page[0], page[1], page[2] if self.chance.random() < 0.8 else None)

    def declines(self) -> None:
        if (page := self._page()) is not None:
            paging.decline(Actor(page[1], frozenset({Role.RESPONDER}), person=page[1]), self.svc, *page)

    def says(self) -> None:
        event = self.chance.choice((Event.EN_ROUTE, Event.ARRIVED, Event.ENGAGED, Event.NOT_REACHED, Event.CLEARED))
        work.status(COORDINATOR, self.svc, self._of_owner(), event, None, by_text=True)

    def _of_owner(self) -> str:
        a = schema.assignments.c
        with self.svc.record.read() as conn:
            held = sorted(set(conn.scalars(select(a.case_id).where(a.ended_at.is_(None)))))
        return str(self.chance.choice(held)) if held else self.any_case()

    def gives_back(self) -> None:
        work.release(COORDINATOR, self.svc, self._of_owner(), self.chance.choice(PEOPLE), "")

    def assigns(self) -> None:
        work.assign(COORDINATOR, self.svc, self.any_case(), self.chance.choice(PEOPLE))

    def regrades(self) -> None:
        work.regrade(OPERATOR, self.svc, self.any_case(), self.chance.choice(list(Urgency)), "seen again")

    def escalates(self) -> None:
        work.escalate(COORDINATOR, self.svc, self.any_case())

    def stands_down(self) -> None:
        work.stand_down(COORDINATOR, self.svc, self.any_case())

    def closes(self) -> None:
        work.close(COORDINATOR, self.svc, self.any_case(), Disposition.ENGAGED_ASSISTED)

    def reopens(self) -> None:
        work.reopen(COORDINATOR, self.svc, self.any_case(), "called again")

    def on_or_off(self) -> None:
        who, what = self.person(), self.chance.choice(list(Availability))
        people.set_availability(who, self.svc, who.id, what, even_so=self.chance.random() < 0.5)

    def roster(self) -> None:
        people.import_roster(SYSTEM, self.svc, team.roster(*self.chance.sample(PEOPLE, self.chance.randint(1, 5))))

    def policy(self) -> None:
        text = f"team: default\n{SHORT}" if self.chance.random() < 0.5 else None
        people.set_policy(COORDINATOR, self.svc, "default", text)

    def time(self) -> None:
        """Seconds, minutes, or an outage of hours; the ticker and the matcher in either order."""
        self.clock.forward(seconds=self.chance.choice((5, 15, 46, 120, 600, 4 * 3600)))
        duties: list[Callable[[], object]] = [
            lambda: self.worker.fire_due(None, 100),
            lambda: self.worker.work("default"),
            lambda: sweeping.sweep(SYSTEM, self.svc),
        ]
        self.chance.shuffle(duties)
        for duty in duties:
            duty()
        self.worker.rest()

    def check(self) -> None:
        with self.svc.record.read() as conn:
            rows = {t: conn.execute(select(t)).all() for t in _TABLES}
        clocks = Counter((d.owner_kind, d.owner_id) for d in rows[schema.deadlines])
        open_rows = {(kind, row.id) for table, kind, is_open in _CLOCKED for row in rows[table] if is_open(row)}
        ours = {key for key in clocks if key[0] in {kind for _, kind, _ in _CLOCKED}}
        assert ours == open_rows, "an open row without a clock, or a clock of none"
        assert set(clocks.values()) <= {1}
        running = Counter(run.case_id for run in rows[schema.escalations] if run.state in _RUNNING)
        assert set(running.values()) <= {1}
        holds = Counter((a.case_id, a.person) for a in rows[schema.assignments] if a.ended_at is None)
        assert set(holds.values()) <= {1}, "nobody has a case twice"
        asked = Counter((p.case_id, p.person) for p in rows[schema.pages] if p.answer == "open")
        assert set(asked.values()) <= {1}, "nobody has two open pages of one case"
        owners = Counter(case_id for case_id, _ in holds)
        for case in rows[schema.cases]:
            if case.state == "closed":
                assert case.closed_by == COORDINATOR.id, "only a person closes"
                assert not owners[case.id]
            elif case.state not in ("logged", "cleared"):
                assert owners[case.id] >= case.needed or running[case.id], (
                    "somebody is missing and nobody is looked for"
                )


_RUNNING = {run.value for run in CLOCKS}
_CLOCKED: tuple[tuple[Table, str, Callable[..., bool]], ...] = (
    (schema.cases, "case", lambda row: row.state != "closed"),
    (schema.escalations, "escalation", lambda row: row.state in _RUNNING),
    (schema.pages, "page", lambda row: row.answer == "open"),
    (schema.alarms, "alarm", lambda row: row.ended_at is None),
    (schema.recontacts, "recontact", lambda row: row.done_at is None),
)
_TABLES = [table for table, _, _ in _CLOCKED] + [schema.deadlines, schema.assignments]


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "record.db"))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order(seed: int, file: Path) -> None:
    day = Day(seed, file)
    try:
        done: list[str] = []
        day.logs()
        for _ in range(ACTS):
            act = day.chance.choice(day.acts)
            done.append(getattr(act, "__name__", ""))
            try:
                act()
            except _EXPECTED:
                done[-1] += "!"
            try:
                day.check()
            except AssertionError as error:
                raise AssertionError(f"{error} after {done[-12:]}") from None
        with day.svc.record.read() as conn:
            assert ledger.verify(conn) is None
    finally:
        day.close()
