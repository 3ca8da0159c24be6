"""Calls: ringing, speech, keys, and what the service is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.channels import twiml
from dispatch.channels.channel import Refusal, Taken
from dispatch.channels.failures import FailureKind
from dispatch.channels.twilio import TwilioChannel
from dispatch.clock import SystemClock
from dispatch.demo.phones import lines
from dispatch.demo.phones.lines import Line, Voice
from tests.channels.service import Received, Service
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Phones

ANA, BEN = "+12025550101", "+12025550102"
ANSWER = f"{PUBLIC_URL}/twilio/voice?attempt=7"
CALLBACK = f"{PUBLIC_URL}/twilio/status?attempt=7"
RING = timedelta(seconds=20)
RINGS = Line(voice=Voice.RINGS)


def page(request: Received) -> tuple[int, str]:
    """A page by voice, as the service would say it."""
    if request.path != "/twilio/voice":
        return 204, ""
    match request.fields.get("Digits"):
        case None:
            asked = twiml.ask_for_key(
                "Crisis page. Press 1 to accept, 2 to decline.",
                "/twilio/voice?attempt=7&keys=1",
                wait=timedelta(seconds=1),
                otherwise="No key was pressed. Goodbye.",
            )
            return 200, asked
        case "1":
            return 200, twiml.say("You have case K 7 Q.")
        case _:
            return 200, twiml.say("Declined.")


def told(service: Service) -> list[str]:
    return [request.fields["CallStatus"] for request in service.received if request.path == "/twilio/status"]


def test_a_call_is_answered_and_a_key_accepts(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    service.answer = page
    taken = channel.call(ANA, ANSWER, CALLBACK, RING)
    phones.phone(ANA).expect_call("press 1").press("1").expect_heard("you have case")
    phones.assert_quiet()
    assert isinstance(taken, Taken)
    assert told(service) == ["initiated", "ringing", "in-progress", "completed"]
    assert all(request.genuine for request in service.received)
    assert [r.query for r in service.received if "Digits" in r.fields] == ["attempt=7&keys=1"]


def test_nobody_presses_a_key(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    service.answer = page
    channel.call(ANA, ANSWER, CALLBACK, RING)
    phones.phone(ANA).expect_call("press 1").expect_heard("no key was pressed")
    phones.assert_quiet()
    assert told(service)[-1] == "completed"


@pytest.mark.parametrize(
    ("line", "status"),
    [(lines.SWITCHED_OFF, "no-answer"), (lines.OUT_OF_SERVICE, "failed"), (Line(voice=Voice.BUSY), "busy")],
)
def test_a_call_nobody_takes(service: Service, line: Line, status: str) -> None:
    with Phones(patience=0.05) as phones:
        phones.serve(service.url)
        channel = TwilioChannel(ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, from_number="+12025550100")
        phones.phone(ANA).behaves(line)
        channel.call(ANA, ANSWER, CALLBACK, RING)
        phones.phone(ANA).expect_call()
        phones.assert_quiet()
    assert told(service) == ["initiated", "ringing", status]


def test_a_phone_rings_until_it_is_picked_up(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    service.answer = page
    phones.phone(ANA).behaves(RINGS)
    channel.call(ANA, ANSWER, CALLBACK, RING)
    phones.phone(ANA).pick_up().expect_call("press 1").press("2").expect_heard("declined")
    phones.assert_quiet()
    assert told(service) == ["initiated", "ringing", "in-progress", "completed"]


def test_a_bridge_rings_the_other_phone_from_our_number(
    phones: Phones, service: Service, channel: TwilioChannel
) -> None:
    def bridge(request: Received) -> tuple[int, str]:
        if request.path != "/twilio/voice":
            return 204, ""
        if status := request.fields.get("DialCallStatus"):
            return 200, twiml.say(f"That was {status}.")
        return 200, twiml.connect(
            "Connecting.", BEN, caller_id="+12025550100", ring=RING, action="/twilio/voice?done=1"
        )

    service.answer = bridge
    channel.call(ANA, ANSWER, CALLBACK, RING)
    phones.phone(ANA).expect_call("connecting", "that was completed")
    phones.phone(BEN).expect_call()
    phones.assert_quiet()
    assert phones.server.network.phone(BEN).calls[-1].from_ == "+12025550100"


def test_a_call_to_us_hears_what_we_say(phones: Phones, service: Service) -> None:
    service.answer = lambda _request: (200, twiml.say("No one answers calls at this number."))
    phones.phone(ANA).dial()
    phones.assert_quiet()
    assert phones.server.network.phone(ANA).calls[-1].heard == ["No one answers calls at this number."]


def test_a_call_whose_answer_was_lost_can_be_found(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    service.answer = page
    since = SystemClock().now()
    phones.phone(ANA).behaves(lines.LOST_ANSWER)
    assert channel.call(ANA, ANSWER, CALLBACK, RING) == Refusal(FailureKind.UNKNOWN)
    phones.phone(ANA).expect_call("press 1").press("2").expect_heard("declined")
    phones.assert_quiet()
    found = channel.find(ANA, since, voice=True)
    assert not isinstance(found, Refusal)
    assert [(call.direction, call.status, call.from_, call.body) for call in found] == [
        ("outbound", "completed", "+12025550100", "")
    ]
    assert channel.fetch(found[0].sid) == found[0]


def test_a_number_that_cannot_be_called(phones: Phones, channel: TwilioChannel) -> None:
    assert channel.call("+0", ANSWER, CALLBACK, RING) == Refusal(FailureKind.PERMANENT, 21211)
    assert channel.call(ANA, "no address", CALLBACK, RING) == Refusal(FailureKind.OURS, 21205)


def test_without_a_number_of_our_own_no_call_is_tried(phones: Phones) -> None:
    texts_only = TwilioChannel(ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, messaging_service="MG" + "0" * 32)
    assert texts_only.call(ANA, ANSWER, CALLBACK, RING) == Refusal(FailureKind.OURS)
    assert phones.server.network.asked == 0


@pytest.mark.parametrize("document", ["<Response><Record/></Response>", "not xml"])
def test_a_document_these_phones_cannot_follow_is_a_fault(
    phones: Phones, service: Service, channel: TwilioChannel, document: str
) -> None:
    service.answer = lambda request: (200, document) if request.path == "/twilio/voice" else (204, "")
    channel.call(ANA, ANSWER, CALLBACK, RING)
    phones.phone(ANA).expect_call()
    with pytest.raises(AssertionError, match="met a fault"):
        phones.assert_quiet()
