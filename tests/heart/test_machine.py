"""Anything may happen to a case, in any order, at any time. What must be true stays true, and silence always ends
where somebody is being rung."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch import answering, asking, closure, working
from dispatch.alarm import Kind
from dispatch.alarming import acknowledge
from dispatch.case import OPEN, UNFILLED, Event, Line, State
from dispatch.errors import Refused
from dispatch.laddering import hold_ended, pass_step, round_overdue
from dispatch.page import Report
from dispatch.priority import Urgency
from tests.heart.bench import NOON, PATIENCE, PEOPLE, Bench, found

people = st.sampled_from(PEOPLE)
urgencies = st.sampled_from(list(Urgency))
statuses = st.sampled_from(sorted(working.STATUS.values()))


class AnyCase(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()

    @initialize(
        urgency=urgencies,
        two=st.booleans(),
        assessing=st.booleans(),
        hours=st.integers(0, 23),
        line=st.sampled_from(list(Line)),
    )
    def logged(self, urgency: Urgency, two: bool, assessing: bool, hours: int, line: Line) -> None:
        triage = found(urgency, people=1 + two, incomplete=assessing)
        self.bench.open(triage, at=NOON + timedelta(hours=hours), line=line, assessing=assessing)

    # --- what people do ----------------------------------------------------------------------------------------------

    @rule(person=people)
    def somebody_accepts(self, person: str) -> None:
        """With their newest page, open or not, or with none (a screen)."""
        before = self.bench.file
        wanted = before.escalation is not None and before.escalation.missing > 0
        page = next((p for p in reversed(before.pages) if p.person == person), None)
        over = not before.case.open or (before.case.state is State.CLEARED and before.escalation is None)
        owns = self.bench.decide(lambda turn: answering.accept(turn, person, page), person)
        assert owns == (not over and (person in before.owners or wanted))
        assert (person in self.bench.file.owners) == (owns or person in before.owners)
        if before.case.state in UNFILLED and owns and person not in before.owners:
            complete = before.escalation is not None and before.escalation.missing == 1
            assert (self.bench.file.case.state is State.ACCEPTED) == complete

    @rule(data=st.data())
    @precondition(lambda self: self.bench.file.pages)
    def somebody_declines(self, data: st.DataObject) -> None:
        page = data.draw(st.sampled_from(self.bench.file.pages))
        self.bench.decide(lambda turn: answering.decline(turn, page.person, turn.file.page(page.id)), page.person)

    @rule(data=st.data(), report=st.sampled_from(list(Report)))
    @precondition(lambda self: self.bench.file.pages)
    def the_provider_reports(self, data: st.DataObject, report: Report) -> None:
        page = data.draw(st.sampled_from(self.bench.file.pages))
        self.bench.decide(lambda turn: asking.reported(turn, turn.file.page(page.id), report, 30003), "system:api")

    @rule(event=statuses, person=st.none() | people)
    def somebody_says_how_far_it_is(self, event: Event, person: str | None) -> None:
        self.bench.decide(lambda turn: working.status(turn, event, person), person or "op1")

    @rule(person=people)
    def assigned_by_name(self, person: str) -> None:
        if self.bench.file.case.open:
            self.bench.decide(lambda turn: answering.assign(turn, person))
            assert person in self.bench.file.owners

    @rule(data=st.data())
    @precondition(lambda self: self.bench.file.owners)
    def given_back(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(self.bench.file.owners))
        place = self.bench.file.case.place
        self.bench.decide(lambda turn: answering.release(turn, person, "released"), person)
        file = self.bench.file
        assert file.case.place == place
        assert file.escalation is not None
        assert len(file.owners) + file.escalation.missing >= min(file.case.needed, len(file.owners) + 1)
        if not file.owners:
            assert file.escalation.missing >= file.case.needed

    @rule(person=st.none() | people)
    def backup(self, person: str | None) -> None:
        self.bench.decide(lambda turn: answering.backup(turn, person), person or "op1")

    @rule(person=people)
    def cry_for_help(self, person: str) -> None:
        if self.bench.file.case.open:
            self.bench.decide(lambda turn: answering.call_for_help(turn, person, "asked_for_help"), person)
            assert any(a.kind is Kind.SAFETY and a.subject == person for a in self.bench.ringing())

    @rule(person=st.sampled_from([*PEOPLE, "kim", "dee"]), data=st.data())
    @precondition(lambda self: self.bench.ringing())
    def an_alarm_is_acknowledged(self, person: str, data: st.DataObject) -> None:
        alarm = data.draw(st.sampled_from(self.bench.ringing()))
        self.bench.decide(lambda turn: turn.put(acknowledge(alarm, person, turn.now)), person)

    @rule()
    def stood_down(self) -> None:
        if self.bench.file.case.open:
            self.bench.decide(working.stand_down)
            assert self.bench.file.case.state is State.CLEARED
            assert self.bench.file.escalation is None

    @rule(urgency=urgencies, confirmed=st.booleans(), doubts=st.sampled_from([(), ("location_unknown",)]))
    def regraded(self, urgency: Urgency, confirmed: bool, doubts: tuple[str, ...] = ()) -> None:
        before = self.bench.file.case
        if before.open and urgency is not before.urgency:
            done = self.bench.decide(lambda turn: working.regrade(turn, urgency, confirmed=confirmed, doubts=doubts))
            assert done == (confirmed or urgency.rank < before.urgency.rank)
            assert (self.bench.file.case.urgency is urgency) == done

    @rule(urgency=urgencies, two=st.booleans(), incomplete=st.booleans())
    def assessed_again(self, urgency: Urgency, two: bool, incomplete: bool) -> None:
        if self.bench.file.case.open:
            triage = found(urgency, people=1 + two, incomplete=incomplete)
            self.bench.assess(triage)

    @rule(confirmed=st.booleans())
    def emergency_services(self, confirmed: bool) -> None:
        if self.bench.file.case.open:
            at = self.bench.now if confirmed else None
            self.bench.decide(lambda turn: working.call_emergency(turn, "op1", "police", None, "unknown", at))

    @rule(reached=st.booleans())
    def the_operator_calls_back(self, reached: bool) -> None:
        if self.bench.file.case.open:
            self.bench.decide(lambda turn: working.recontacted(turn, reached))

    @rule()
    def escalated_by_hand(self) -> None:
        running = self.bench.file.escalation
        if running is not None:
            act = {"held": hold_ended, "asking": lambda t, e: pass_step(t, e, "by_hand"), "exhausted": round_overdue}
            self.bench.decide(lambda turn: act[running.state.value](turn, running))

    @rule()
    def closed(self) -> None:
        """It always can be."""
        if self.bench.file.case.open:
            self.bench.decide(lambda turn: closure.close(turn, "outpatient"))
        assert self.bench.file.case.state is State.CLOSED

    @rule()
    def reopened(self) -> None:
        before = self.bench.file.case
        try:
            self.bench.decide(closure.reopen)
        except Refused:
            assert before.state in OPEN - {State.CLEARED}
        else:
            assert self.bench.file.case.place == before.place

    # --- the matcher and time ----------------------------------------------------------------------------------------

    @rule(data=st.data(), only_busy=st.booleans())
    def people_are_matched(self, data: st.DataObject, only_busy: bool) -> None:
        self.bench.match(
            lambda may, most: data.draw(st.lists(st.sampled_from(may), unique=True, max_size=most)) if may else [],
            only_busy=only_busy,
        )

    @rule()
    def everybody_who_may_be_is_asked(self) -> None:
        self.bench.match(lambda may, _most: may)

    @rule(minutes=st.integers(0, 90))
    def time_passes(self, minutes: int) -> None:
        """The ticker may be late: whatever fell due meanwhile fires now."""
        self.bench.now += timedelta(minutes=minutes)
        self.bench.fire_due()

    @rule(times=st.integers(1, 4))
    def time_passes_to_the_next_deadline(self, times: int) -> None:
        for _ in range(times):
            self.bench.fire_next()

    # --- what stays true ---------------------------------------------------------------------------------------------

    @invariant()
    def what_must_be_true_is(self) -> None:
        if hasattr(self.bench, "file"):
            self.bench.check()

    def teardown(self) -> None:
        """From wherever it is, pure silence ends in a ringing alarm, and it goes on ringing."""
        if not hasattr(self.bench, "file") or not self.bench.file.case.open:
            return
        quiet_since = self.bench.now
        for _ in range(400):
            if self.bench.ringing():
                break
            self.bench.match(lambda may, most: may[:most])
            assert self.bench.fire_next(), "an open case without a clock"
        assert self.bench.ringing(), f"nobody is rung: {self.bench.file.case}"
        assert self.bench.now - quiet_since <= PATIENCE[self.bench.file.case.urgency]
        rung = self.bench.rung
        for _ in range(60):
            self.bench.match(lambda may, most: may[:most])
            self.bench.fire_next()
        assert self.bench.rung > rung
        assert self.bench.file.case.open


TestAnyCase = AnyCase.TestCase
TestAnyCase.settings = settings(stateful_step_count=30)
