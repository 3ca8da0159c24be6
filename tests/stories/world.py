"""The whole service in one process, with a clock that moves only when told, a real record, real phones.

    world.log(urgency="very_urgent")            an operator logs a contact; the case it made
    world.ana.expect_sms(case.code).reply("1")  what a person sees and does
    world.forward(minutes=2)                    time passes: every deadline fires when it is due, in order

After each act the world works until nothing moves: deadlines that are due have fired, people are matched, texts and
calls are out, and what the phones sent back has been acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Row, func, select

from dispatch import bootstrap
from dispatch.access import Actor, Role, system
from dispatch.case import Case
from dispatch.case import Line as CallerLine
from dispatch.casefile import CaseFile
from dispatch.clock import ManualClock
from dispatch.contact import Caller, Contact, Location, Needs, Person, Phone
from dispatch.contactvalues import CallType, Channel, Population, Tri, Worry
from dispatch.demo.phones.lines import Line
from dispatch.duties import Worker
from dispatch.facts import SAFETY_FACTS, Safety
from dispatch.flow import answers, intake, people
from dispatch.settings import load
from dispatch.store import casefiles, outbox, schema
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, PUBLIC_URL, Handset
from tests.stories import team
from tests.stories.telephony import Telephony
from tests.support.waiting import wait_until

#: A Tuesday, ten in the morning where the team is.
MORNING = datetime(2026, 1, 6, 15, 0, tzinfo=UTC)
#: A queue nobody answers for.
NO_REDIS = "unix:///tmp/nobody-listens-here.sock"
#: What still is not there after everything has settled will not come.
SOON = 0.2

SYSTEM = system("story")
OPERATOR = Actor("op1", frozenset({Role.OPERATOR}))
SECOND_OPERATOR = Actor("op2", frozenset({Role.OPERATOR}))
SUPERVISOR = Actor("dee", frozenset({Role.SUPERVISOR}), person="dee")
COORDINATOR = Actor("kim", frozenset({Role.COORDINATOR}), person="kim")

#: urgency -> answers to the suicide screener that give it
ANSWERS: dict[str, dict[str, str]] = {
    "very_urgent": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes", "q5": "no", "q6": "no"},
    "urgent": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "no", "q5": "no", "q6": "no"},
    "soon": {"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"},
    "routine": {"q1": "no", "q2": "no", "q6": "no"},
}


@dataclass
class Somebody:
    """One person of the team with their phone. Each act lets the world come to rest."""

    world: World
    handset: Handset

    def expect_sms(self, *words: str) -> Self:
        self.handset.expect_sms(*words, seconds=SOON)
        return self

    def expect_call(self, *words: str) -> Self:
        self.handset.expect_call(*words, seconds=SOON)
        return self

    def expect_heard(self, *words: str) -> Self:
        self.handset.expect_heard(*words, seconds=SOON)
        return self

    def reply(self, body: str) -> Self:
        self.handset.reply(body)
        self.world.settle()
        return self

    def press(self, key: str) -> Self:
        self.handset.press(key)
        self.world.settle()
        return self

    def behaves(self, line: Line) -> Self:
        self.handset.behaves(line)
        return self

    @property
    def last_text(self) -> str:
        return self.handset.last_text


class World:
    def __init__(self, telephony: Telephony, database_url: str, queue_url: str, data_dir: Path) -> None:
        self.telephony = telephony
        self.clock: ManualClock = telephony.begin(MORNING)
        settings = load(
            None,
            database_url=database_url,
            redis_url=queue_url,
            data_dir=data_dir,
            secret_key="a-made-up-secret-that-is-long-enough",
            public_url=PUBLIC_URL,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=AUTH_TOKEN,
            twilio_from=OUR_NUMBER,
            twilio_api_base=telephony.phones.url,
        )
        self.svc = bootstrap.build(settings, clock=self.clock, pool_size=20)
        self.worker = Worker(self.svc, bootstrap.channel(settings), "story")
        telephony.serve(self.svc, settings)
        for who, number in team.NUMBERS.items():
            setattr(self, who, self.person(number))
        self.stranger = self.person(team.STRANGER)
        self.last_resort = self.person(team.LAST_RESORT)
        self._logged = 0

    ana: Somebody
    ben: Somebody
    cam: Somebody
    dan: Somebody
    eve: Somebody
    dee: Somebody
    kim: Somebody

    def person(self, number: str) -> Somebody:
        return Somebody(self, self.telephony.phones.phone(number))

    def staff(self, *on: str, capacity: int = 1) -> Self:
        """Put these people on call; everybody when none is named."""
        people.import_roster(SYSTEM, self.svc, team.roster(*on, capacity=capacity))
        return self

    def policy(self, text: str) -> Self:
        people.set_policy(SYSTEM, self.svc, "default", f"team: default\n{text}")
        return self

    # --- what operators do -------------------------------------------------------------------------------------------

    def contact(
        self,
        *,
        line: CallerLine = CallerLine.HELD,
        known: Tri = Tri.YES,
        worry: Worry = Worry.NONE,
        person_age: int = 40,
        phone: str | None = None,
        may_call: str = "unknown",
        **facts: str,
    ) -> Contact:
        minor = {"minor": Tri.YES if person_age < 18 else Tri.NO}
        safety = {**dict.fromkeys(SAFETY_FACTS, Tri.NO), **minor, **{name: Tri(value) for name, value in facts.items()}}
        return Contact(
            channel=Channel.VOICE,
            call_type=CallType.PERSON_IN_CRISIS,
            team="default",
            caller=Caller(line=line),
            person=Person(age=person_age, phone=Phone(number=phone, call=Tri(may_call)) if phone else None),
            location=Location(known=known, area="fairfax", text="12 Made-up Street"),
            needs=Needs(population=Population.ADULT if person_age >= 18 else None),
            safety=Safety(**safety),
            worry=worry,
        )

    def log(
        self,
        urgency: str | None = "very_urgent",
        *,
        assessing: bool = False,
        settle: bool = True,
        **contact: Any,
    ) -> Case:
        """An operator logs a contact of this urgency; None logs it unassessed."""
        self._logged += 1
        given = (answers.Given("cssrs-screener", ANSWERS[urgency]),) if urgency else ()
        draft = intake.Draft(self.contact(**contact), given, assessing=assessing)
        logged = intake.log_contact(OPERATOR, self.svc, draft, f"key-{self._logged}", f"body-{self._logged}")
        assert logged.case_id is not None
        if settle:
            self.settle()
        return self.case(logged.case_id)

    def do(self, act: Callable[..., Any], actor: Actor, *args: Any, **kwargs: Any) -> Any:
        """One function of the flow, and everything that follows from it."""
        result = act(actor, self.svc, *args, **kwargs)
        self.settle()
        return result

    # --- time --------------------------------------------------------------------------------------------------------

    def forward(self, **parts: float) -> None:
        """Let time pass; whatever is due on the way happens at its own moment."""
        until = self.clock.now() + timedelta(**parts)
        stuck = 0
        while True:
            due = self._next_due()
            if due is None or due > until:
                break
            stuck = stuck + 1 if due <= self.clock.now() else 0
            assert stuck < 5, f"nothing moves although something is due at {due}"
            if due > self.clock.now():
                self.clock.forward(due - self.clock.now())
            self.settle()
        if until > self.clock.now():
            self.clock.forward(until - self.clock.now())
        self.settle()

    def _next_due(self) -> datetime | None:
        with self.svc.record.read() as conn:
            sending = outbox.next_due(conn)
        return min((at for at in (self.worker.next_due(), sending) if at is not None), default=None)

    def settle(self) -> None:
        """Work until nothing moves any more."""
        for _ in range(60):
            self.telephony.settle()
            wait_until(self._all_read, what="arrivals to be acted on")
            moved = self.worker.fire_due(None, 100) + self.worker.work("default")
            self.worker.rest()
            # A report that comes at this very moment is answered before it is acted on.
            if not moved and self.telephony.settled() and self._all_read():
                return
        raise AssertionError("the service does not come to rest")

    def _all_read(self) -> bool:
        i = schema.inbox
        with self.svc.record.read() as conn:
            return not conn.scalar(select(func.count()).where(i.c.processed_at.is_(None)))

    # --- looking -----------------------------------------------------------------------------------------------------

    def file(self, case_id: str) -> CaseFile:
        with self.svc.record.read() as conn:
            return casefiles.load(conn, self.svc.record, case_id, lock=False)

    def case(self, case_id: str) -> Case:
        return self.file(case_id).case

    def owners(self, case: Case) -> tuple[str, ...]:
        return tuple(sorted(self.file(case.id).owners))

    def state(self, case: Case) -> str:
        return self.case(case.id).state.value

    def ringing(self, case: Case | None = None) -> list[str]:
        """Kinds of the alarms that ring, of this case or of none."""
        a = schema.alarms
        about = a.c.case_id == case.id if case is not None else a.c.case_id.is_(None)
        with self.svc.record.read() as conn:
            return list(conn.scalars(select(a.c.kind).where(a.c.ended_at.is_(None), about).order_by(a.c.kind)))

    def alarm_id(self, kind: str) -> str:
        a = schema.alarms
        with self.svc.record.read() as conn:
            return str(conn.scalar(select(a.c.id).where(a.c.ended_at.is_(None), a.c.kind == kind)))

    def rows(self, table: Any, **where: object) -> list[Row[Any]]:
        with self.svc.record.read() as conn:
            return list(conn.execute(select(table).filter_by(**where)))

    def history(self, case: Case, kind: str) -> list[Mapping[str, Any]]:
        """What the ledger says of this case, of one kind."""
        rows = self.rows(schema.ledger, case_id=case.id, kind=kind)
        return [row.data for row in rows]

    # --- the end -----------------------------------------------------------------------------------------------------

    def assert_quiet(self) -> None:
        """Nobody got anything that no line of the story expected."""
        self.settle()
        self.telephony.phones.assert_quiet()

    def close(self) -> None:
        self.telephony.end()
        self.worker.close()
        self.svc.queue.close()
        self.svc.record.dispose()
