"""One case on a bench: decisions are made about it as the flow makes them, with a matcher that picks as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from dispatch import asking, opening, overdue, policyfile, wording
from dispatch.alarm import Alarm, Kind
from dispatch.alarming import raise_alarm
from dispatch.case import CLOCKS, Line, State
from dispatch.casefile import CaseFile, Office, Row, Turn
from dispatch.contactvalues import CallType
from dispatch.deadline import Meaning
from dispatch.effects import Ring, SendPage, Tell
from dispatch.escalation import CLOCKS as RUN_CLOCKS
from dispatch.escalation import Escalation, Run
from dispatch.facts import Facts
from dispatch.matching import Pick
from dispatch.page import Page, Report
from dispatch.priority import Mode, Urgency
from dispatch.recontact import Assignment
from dispatch.triage import Triage

PEOPLE = ("ana", "ben", "cam", "dan", "eve")
NOON = datetime(2026, 1, 6, 17, 0, tzinfo=UTC)
POLICY = policyfile.default()
OFFICE = Office(("kim",), ("dee",), 1)
FACTS = Facts(call_type=CallType.PERSON_IN_CRISIS)
ZONE = "America/New_York"

T = TypeVar("T")


def found(urgency: Urgency, *, people: int = 1, incomplete: bool = False, hold: bool = False) -> Triage:
    return Triage(
        urgency=urgency,
        mode=Mode.MOBILE if people > 1 else POLICY.mode[urgency],
        respond_by=NOON + POLICY.respond_by[urgency],
        incomplete=incomplete,
        hard_stops=(),
        people_needed=people,
        two_person_because=("location_unknown",) if people > 1 else (),
        because=(),
        reasons=("made up",),
        prompts=(),
        scene_hold=hold,
        pages=True,
    )


@dataclass
class Bench:
    """`file` is what the record would hold, `now` what the clock would say."""

    now: datetime = NOON
    file: CaseFile = field(init=False)
    rung: int = 0
    #: person and words of each text, in order
    told: list[tuple[str, str]] = field(default_factory=list)
    #: person of each page that goes out, and how
    went_out: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = count()

    def open(self, triage: Triage, *, at: datetime = NOON, line: Line = Line.LOST, assessing: bool = False) -> None:
        self.now = at
        turn = opening.open_case(
            case_id="case",
            code="K7Q",
            team="default",
            timezone=ZONE,
            facts=replace(FACTS, line=line),
            found=triage,
            policy=POLICY,
            office=OFFICE,
            answered_at=at,
            now=at,
            operator="op1",
            assessing=assessing,
            new_id=self._new_id,
        )
        self._commit(turn)

    def decide(self, decision: Callable[[Turn], T], actor: str = "op1") -> T:
        """Decide and commit."""
        turn = Turn(self.file, self.now, POLICY, OFFICE, actor, self._new_id)
        result = decision(turn)
        self._commit(turn)
        return result

    def assess(self, triage: Triage, facts: Facts = FACTS, *, unsafe: bool = False) -> None:
        self.decide(lambda turn: opening.assessed_again(turn, triage, facts, ZONE, unsafe=unsafe))

    def ring(self, kind: str, *because: str, subject: str | None = None) -> None:
        self.decide(lambda turn: raise_alarm(turn, Kind(kind), *because, subject=subject))

    def sent(self, page: Page) -> None:
        self.decide(lambda turn: asking.reported(turn, turn.file.page(page.id), Report.SENT), "system:api")

    def _new_id(self) -> str:
        return f"id{next(self._ids)}"

    def _commit(self, turn: Turn) -> None:
        before = getattr(self, "file", None)
        self.file = turn.file
        if _more_wanted(before, turn.file) or _freed(before, turn.file):
            assert turn.nudge or turn.effects, "nobody wakes the matcher: the next person waits for the sweeper"
        for effect in turn.effects:
            match effect:
                case SendPage(page_id, person, voice):
                    assert turn.file.page(page_id).person == person
                    self.went_out.append((person, "voice" if voice else "text"))
                case Tell(person, words, about):
                    assert wording.text(words, about)
                    self.told.append((person, words))
                case Ring():
                    self.rung += 1

    # --- the matcher -------------------------------------------------------------------------------------------------

    def match(self, choose: Callable[[Sequence[str], int], Sequence[str]], *, only_busy: bool = False) -> None:
        """Ask people for the escalation as the matcher would; `choose` says whom of those who may be asked."""
        for _ in range(32):
            running = self.file.escalation
            if running is None or running.want == 0 or running.state is Run.HELD:
                return
            before = (running.step, running.state)
            self.decide(lambda turn: self._ask(turn, choose, only_busy), "system:matcher")
            after = self.file.escalation
            if after is None or (after.step, after.state) == before:
                return

    def _ask(self, turn: Turn, choose: Callable[[Sequence[str], int], Sequence[str]], only_busy: bool) -> None:
        running = turn.file.escalation
        assert running is not None
        may = self._may_be_asked(turn, running)
        picks = list(choose(may, running.want))[: running.want]
        if picks:
            asking.page_people(
                turn, running, [Pick(p, "primary", ()) for p in picks], [f"x{next(self._ids):09d}" for _ in picks]
            )
        after = turn.file.escalation
        assert after is not None
        if after.want > 0 and running.state is not Run.EXHAUSTED:
            if running.current.count is None and picks:
                turn.put(_no_more(after))
            else:
                asking.nobody_left(turn, after, only_busy and not picks)

    def _may_be_asked(self, turn: Turn, running: Escalation) -> list[str]:
        here = {
            p.person
            for p in turn.file.pages
            if (p.escalation_id, p.step, p.round) == (running.id, running.step, running.round)
        }
        not_these = here | set(running.declined) | set(turn.file.owners)
        if running.state is Run.EXHAUSTED or (running.current.count is not None and running.current.act != "call"):
            not_these |= set(running.asked)
        return [p for p in PEOPLE if p not in not_these]

    # --- time --------------------------------------------------------------------------------------------------------

    def clocks(self) -> list[tuple[datetime, str, Meaning]]:
        return sorted(
            (row.deadline.due_at, row.id, row.deadline.meaning) for row in self.file.rows() if row.deadline is not None
        )

    def fire_next(self) -> bool:
        """Let time pass until the next deadline, and fire it; False when nothing runs."""
        clocks = self.clocks()
        if not clocks:
            return False
        self.now = max(self.now, clocks[0][0])
        self.fire_due()
        return True

    def fire(self, meaning: Meaning, owner_id: str) -> None:
        self.decide(lambda turn: overdue.fire(turn, meaning, owner_id), "system:ticker")

    def fire_due(self) -> None:
        """Everything that is due now, once each, as a ticker claims it: what a first one moves, a later one leaves."""
        for due_at, owner_id, meaning in self.clocks():
            if due_at <= self.now and (due_at, owner_id, meaning) in self.clocks():
                self.fire(meaning, owner_id)

    # --- what must be true after every commit ------------------------------------------------------------------------

    def check(self) -> None:
        case = self.file.case
        for row in self.file.rows():
            assert (row.deadline is not None) == _open(row), f"{type(row).__name__} {row}"
        if case.deadline is not None:
            outstanding = {Meaning.CHECK_IN_OVERDUE} if CLOCKS[case.state] is Meaning.CHECK_IN_DUE else set()
            assert case.deadline.meaning in {CLOCKS[case.state]} | outstanding
        running = [e for e in self.file.escalations if e.open]
        assert len(running) <= 1
        for escalation in running:
            assert escalation.deadline is not None
            assert escalation.deadline.meaning is RUN_CLOCKS[escalation.state]
            assert escalation.step < len(escalation.ladder)
            assert escalation.missing > 0, "a run that has everybody must have ended"
        if case.state not in (State.LOGGED, State.CLEARED, State.CLOSED):
            short = case.needed - len(self.file.owners)
            assert short <= 0 or running, f"{short} more are needed and nobody is looked for"
        open_pages = [p.person for p in self.file.pages if p.open]
        assert len(open_pages) == len(set(open_pages)), "one person, two open pages of one case"
        assert len(self.file.owners) == len(set(self.file.owners))
        if case.state is State.CLOSED:
            assert not [row for row in self.file.rows() if _open(row)]

    def ringing(self) -> list[Alarm]:
        return [alarm for alarm in self.file.alarms if alarm.open]


def _open(row: Row) -> bool:
    return not isinstance(row, Assignment) and row.open


def _more_wanted(before: CaseFile | None, after: CaseFile) -> bool:
    was, now = before.escalation if before else None, after.escalation
    if now is None or now.state is Run.HELD:
        return False
    same = was is not None and (was.id, was.state, was.step, was.round) == (now.id, now.state, now.step, now.round)
    return now.want > (was.want if was is not None and same else 0)


def _freed(before: CaseFile | None, after: CaseFile) -> bool:
    """Somebody has room again, for this case or another."""
    return before is not None and not _taken(before) <= _taken(after)


def _taken(file: CaseFile) -> set[str]:
    return {*file.owners, *(page.person for page in file.pages if page.open)}


def _no_more(escalation: Escalation) -> Escalation:
    return replace(escalation, want=0)


#: The longest that silence may last before somebody is rung: a night's hold, the ladder, the first words with the
#: person or a disposition owed.
PATIENCE = {
    urgency: timedelta(hours=24)
    + POLICY.check_in.contact[urgency]
    + POLICY.match[urgency] * len(ladder)
    + sum((step.wait for step in ladder if step.wait), timedelta(0))
    for urgency, ladder in POLICY.ladders.items()
}
