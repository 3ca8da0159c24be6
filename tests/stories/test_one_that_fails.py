"""One text, effect or arrival that cannot be dealt with holds up nobody else's page, and is loud."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from dispatch import duties
from dispatch.channels.channel import Refusal, RemoteMessage, Taken
from dispatch.channels.twilio import TwilioChannel
from dispatch.deliver.claiming import claim
from dispatch.deliver.job import Result
from dispatch.deliver.results import record
from dispatch.effects import Tell
from dispatch.errors import InvalidFile
from dispatch.flow import covering, inbound, paging, people, searching, sweeping
from dispatch.responder import Availability
from dispatch.store import inbox, outbox, schema
from dispatch.store.casefiles import effect_row
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.stories import team
from tests.stories.world import COORDINATOR, SYSTEM, World
from tests.support.logged import logged

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[io.StringIO]:
    """As a process has it: an error's place, not its values. Left alone, the library paints every local variable."""
    with logged() as stream:
        yield stream


def set_person(world: World, who: str, **values: object) -> None:
    with world.svc.record.write() as conn:
        conn.execute(update(schema.people).where(schema.people.c.id == who).values(**values))


def people_phone(world: World, who: str) -> object:
    return world.rows(schema.people, id=who)[0].phone


def test_a_person_of_no_team_who_texts_us_stops_no_page(world: World) -> None:
    of_a_team = "phone: '+12025550105', roles: [responder], teams: [default]"
    lone = team.roster("ana").replace(of_a_team, of_a_team.replace("default", ""))
    people.import_roster(SYSTEM, world.svc, lone)
    world.eve.reply("WHO").expect_sms("On call with you")
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)


def test_a_text_from_before_there_was_a_team_stops_no_page(world: World) -> None:
    """Somebody tried the number out while the service was being set up."""
    effect = effect_row(Tell("eve", "noted", {}), "", None, 0, world.svc.new_id, world.clock.now())
    with world.svc.record.write() as conn:
        outbox.add(conn, [effect], world.clock.now())
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    world.eve.expect_sms("Noted")


def test_a_number_that_cannot_be_opened_stops_no_other_page_and_is_loud(world: World) -> None:
    set_person(world, "ana", phone=people_phone(world, "ben"))
    case = world.log()
    world.ben.expect_sms(PAGE, case.code)
    world.kim.expect_sms("ALARM", "needs a look")
    assert world.ringing(case) == ["service"]


def test_a_case_that_cannot_be_matched_stops_no_other_case_of_its_team(world: World) -> None:
    """Nor is it forgotten: its own clock rings for it."""
    bad = world.log("very_urgent", settle=False)
    with world.svc.record.write() as conn:
        conn.execute(update(schema.cases).where(schema.cases.c.id == bad.id).values(languages=[["not", "a word"]]))
    good = world.log("urgent")
    world.ana.expect_sms(PAGE, good.code)
    world.forward(minutes=3)
    assert world.ringing(bad) == ["unanswered"]
    world.kim.expect_sms("nobody has taken", bad.code).expect_call("nobody has taken")


def test_a_result_that_cannot_be_recorded_keeps_no_other_from_being_recorded(world: World) -> None:
    bad, good = world.log("very_urgent", settle=False), world.log("urgent", settle=False)
    searching.match_team(SYSTEM, world.svc, "default")
    jobs = claim(SYSTEM, world.svc, 10)
    with world.svc.record.write() as conn:
        conn.execute(update(schema.cases).where(schema.cases.c.id == bad.id).values(mode="by balloon"))
    record(SYSTEM, world.svc, [Result(job, Taken(f"SM{n}")) for n, job in enumerate(jobs)])
    assert {row.case_id: row.delivery for row in world.rows(schema.pages)} == {bad.id: "sending", good.id: "sent"}
    with world.svc.record.write() as conn:
        conn.execute(update(schema.cases).where(schema.cases.c.id == bad.id).values(mode="mobile"))


def test_a_text_nobody_can_act_on_is_told_after_half_a_minute(world: World) -> None:
    """It is kept and tried again; somebody may be waiting for what it says."""
    arrival = inbound.take_in(
        SYSTEM, world.svc, "sms", {"MessageSid": "SM1", "From": "+12025550101"}, None, {}
    ).inbox_id
    other = people_phone(world, "ben")
    with world.svc.record.write() as conn:
        conn.execute(update(schema.inbox).where(schema.inbox.c.id == arrival).values(body=other))
    world.clock.forward(seconds=20)
    sweeping.sweep(SYSTEM, world.svc)
    assert "service" not in world.ringing()
    world.clock.forward(seconds=11)
    sweeping.sweep(SYSTEM, world.svc)
    (alarm,) = [row for row in world.rows(schema.alarms, kind="service") if row.subject == "late"]
    assert alarm.because == ["answers_waiting"]
    with world.svc.record.write() as conn:
        inbox.finish(conn, arrival, world.clock.now())
    world.settle()
    world.kim.expect_sms("needs a look")


def test_a_key_that_could_not_be_acted_on_is_acted_on_later(world: World) -> None:
    """The record failed at that very moment: whoever pressed 1 heard an error, and has said yes all the same."""
    case = world.log("routine", attempt_in_progress="yes")
    for who in (world.ana, world.dee):
        who.expect_sms(PAGE).expect_call("Crisis page")
    with world.svc.record.write() as conn:
        conn.execute(text("CREATE TRIGGER no BEFORE INSERT ON assignments BEGIN SELECT RAISE(ABORT, 'no'); END"))
    world.ana.handset.press("1")
    world.telephony.settle()
    assert world.owners(case) == ()
    assert list(world.telephony.phones.server.network.faults) == ["a call got no document, and ended"]
    world.telephony.phones.server.network.faults.clear()
    with world.svc.record.write() as conn:
        conn.execute(text("DROP TRIGGER no"))
    world.clock.forward(seconds=6)
    sweeping.sweep(SYSTEM, world.svc)
    world.settle()
    world.ana.expect_sms("You have")
    world.dee.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


def late(world: World) -> None:
    """A text that nobody ever takes, and half a minute."""
    effect = effect_row(Tell("eve", "noted", {}), "nowhere", None, 0, world.svc.new_id, world.clock.now())
    with world.svc.record.write() as conn:
        outbox.add(conn, [{**effect, "not_before": world.clock.now()}], world.clock.now())
        conn.execute(update(schema.outbox).values(lease_until=world.clock.now() + timedelta(days=1), state="claimed"))
    world.clock.forward(seconds=31)


def test_a_case_that_cannot_be_repaired_silences_no_other_watch_of_the_sweeper(world: World) -> None:
    bad = world.log("very_urgent", settle=False)
    with world.svc.record.write() as conn:
        conn.execute(update(schema.cases).where(schema.cases.c.id == bad.id).values(mode="by balloon"))
        conn.execute(delete(schema.deadlines).where(schema.deadlines.c.owner_id == bad.id))
    late(world)
    with pytest.raises(ValueError, match="by balloon"):
        sweeping.sweep(SYSTEM, world.svc)
    world.settle()
    world.kim.expect_sms("needs a look")


def test_a_team_that_cannot_be_read_keeps_no_other_from_being_looked_at(world: World) -> None:
    elsewhere = "  - {id: a-broken-one, name: Another line, timezone: America/New_York, state: VA}\n"
    people.import_roster(SYSTEM, world.svc, team.roster("ana").replace("people:\n", elsewhere + "people:\n"))
    with world.svc.record.write() as conn:
        broken = update(schema.teams).where(schema.teams.c.id == "a-broken-one")
        conn.execute(broken.values(policy="match: of another version", version=2))
    for who in ("ana", "dee"):
        people.set_availability(SYSTEM, world.svc, who, Availability.OFF, even_so=True)
    with pytest.raises(InvalidFile):
        covering.watch(SYSTEM, world.svc)
    assert world.ringing() == ["coverage", "coverage"]
    world.settle()
    world.kim.expect_sms("cover has a gap").expect_sms("cover has a gap")


def test_a_fault_of_the_service_that_somebody_knows_of_is_silent_for_five_minutes(world: World) -> None:
    late(world)
    sweeping.sweep(SYSTEM, world.svc)
    world.do(paging.acknowledge_alarm, COORDINATOR, world.alarm_id("service"))
    sweeping.sweep(SYSTEM, world.svc)
    assert world.ringing() == []
    world.clock.forward(minutes=5)
    sweeping.sweep(SYSTEM, world.svc)
    world.settle()
    world.kim.expect_sms("needs a look")
    assert world.ringing() == ["service"]


class Babbling(TwilioChannel):
    """Answers what its own client cannot read."""

    def inbound(self, since: datetime) -> list[RemoteMessage] | Refusal:
        raise RuntimeError("nothing we know")


def test_a_provider_that_cannot_be_asked_for_missed_texts_keeps_no_other_watch_from_being_kept(world: World) -> None:
    world.worker._channel = Babbling(ACCOUNT_SID, AUTH_TOKEN, base_url="http://127.0.0.1:9", from_number=OUR_NUMBER)
    world.worker._asked_at -= duties.MISSED_EVERY
    world.clock.forward(seconds=1)  # to a worker that has not run for a second, a step of the clock
    with pytest.raises(RuntimeError, match="nothing we know"):
        world.worker.sweep()
    assert [row.because for row in world.rows(schema.alarms, kind="service")] == [["clock_step"]]
    world.settle()
    world.kim.expect_sms("needs a look")
