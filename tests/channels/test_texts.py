"""Texts, through the real Twilio client, to phones that behave as real ones do."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatch.channels.channel import Refusal, RemoteMessage, Taken
from dispatch.channels.failures import FailureKind
from dispatch.channels.twilio import TwilioChannel
from dispatch.clock import SystemClock, monotonic
from dispatch.demo.phones import lines
from dispatch.demo.phones.lines import Line
from tests.channels.service import Service
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, PUBLIC_URL, Phones

ANA = "+12025550101"
CALLBACK = f"{PUBLIC_URL}/twilio/status?attempt=7&token=abc#rc=5&rp=all"
VALID = timedelta(minutes=2)


def test_a_text_arrives_and_its_way_is_told(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    taken = channel.text(ANA, "CRISIS PAGE K7Q. Reply 1 K7Q accept", CALLBACK, VALID)
    phones.phone(ANA).expect_sms("k7q", "accept")
    phones.assert_quiet()
    assert isinstance(taken, Taken)
    assert service.statuses() == ["sent", "delivered"]
    for told in service.received:
        assert told.genuine
        assert (told.path, told.query) == ("/twilio/status", "attempt=7&token=abc")
        assert told.fields["MessageSid"] == taken.sid
    assert phones.server.network.messages[taken.sid].validity == 120


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (lines.SWITCHED_OFF, ["sent", "undelivered 30003"]),
        (lines.OUT_OF_SERVICE, ["sent", "undelivered 30005"]),
        (lines.LANDLINE, ["sent", "undelivered 30006"]),
        (lines.FILTERED, ["sent", "undelivered 30007"]),
        (lines.CARRIER_FAULT, ["sent", "undelivered 30008"]),
        (lines.EXPIRED, ["sent", "failed 30036"]),
        (lines.NO_CALLBACKS, []),
        (lines.REPEATED_CALLBACKS, ["sent", "sent", "delivered", "delivered"]),
        (lines.REVERSED_CALLBACKS, ["delivered", "sent"]),
    ],
)
def test_what_is_told_of_each_line(
    phones: Phones, service: Service, channel: TwilioChannel, line: Line, told: list[str]
) -> None:
    phones.phone(ANA).behaves(line)
    assert isinstance(channel.text(ANA, "hello", CALLBACK, VALID), Taken)
    assert phones.server.network.settle()
    said = [" ".join(filter(None, [r.fields["MessageStatus"], r.fields.get("ErrorCode")])) for r in service.received]
    assert said == told
    if line.outcome == "delivered":
        phones.phone(ANA).expect_sms("hello")
    phones.assert_quiet()


def test_a_callback_can_come_before_the_answer(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    phones.phone(ANA).behaves(lines.EARLY_CALLBACKS)
    assert isinstance(channel.text(ANA, "hello", CALLBACK, VALID), Taken)
    assert service.statuses() == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (lines.OPTED_OUT, Refusal(FailureKind.OPTED_OUT, 21610)),
        (lines.NOT_A_NUMBER, Refusal(FailureKind.PERMANENT, 21211)),
        (lines.NOT_A_MOBILE, Refusal(FailureKind.PERMANENT, 21614)),
        (lines.OVERLOADED, Refusal(FailureKind.TEMPORARY, 20429)),
        (lines.BROKEN, Refusal(FailureKind.TEMPORARY, 20500)),
        (lines.LOST_ANSWER, Refusal(FailureKind.UNKNOWN)),
        (Line(delay=0.6), Refusal(FailureKind.UNKNOWN)),
    ],
)
def test_what_a_refusal_says_and_that_it_never_says_the_number(
    phones: Phones, caplog: pytest.LogCaptureFixture, line: Line, refusal: Refusal
) -> None:
    caplog.set_level(logging.DEBUG)
    phones.phone(ANA).behaves(line)
    impatient = TwilioChannel(
        ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, from_number=OUR_NUMBER, timeout=timedelta(seconds=0.3)
    )
    assert impatient.text(ANA, "hello", CALLBACK, VALID) == refusal
    assert ANA not in caplog.text
    assert "hello" not in caplog.text


def test_the_whole_request_has_one_time_limit(phones: Phones) -> None:
    phones.phone(ANA).behaves(Line(delay=30))
    impatient = TwilioChannel(
        ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, from_number=OUR_NUMBER, timeout=timedelta(seconds=0.3)
    )
    start = monotonic()
    assert impatient.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.UNKNOWN)
    assert monotonic() - start < 3


def test_nobody_listening_is_temporary_because_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    channel = TwilioChannel(ACCOUNT_SID, AUTH_TOKEN, base_url=f"http://127.0.0.1:{port}", from_number=OUR_NUMBER)
    assert channel.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.TEMPORARY)
    assert channel.find(ANA, SystemClock().now()) == Refusal(FailureKind.TEMPORARY)


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b'"x"', b"{}", b""])
def test_an_answer_that_is_not_the_providers_may_have_been_a_taken_one(body: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        channel = TwilioChannel(ACCOUNT_SID, AUTH_TOKEN, base_url=url, from_number=OUR_NUMBER)
        assert channel.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.UNKNOWN)
        thread.join()


@pytest.mark.parametrize(
    ("sid", "token", "sender", "code"),
    [
        (ACCOUNT_SID, "wrong", OUR_NUMBER, 20003),
        ("AC" + "1" * 32, AUTH_TOKEN, OUR_NUMBER, 20003),
        (ACCOUNT_SID, AUTH_TOKEN, "+12025550199", 21606),
        (ACCOUNT_SID, AUTH_TOKEN, None, 21603),
    ],
)
def test_our_own_mistakes_are_not_blamed_on_the_number(
    phones: Phones, sid: str, token: str, sender: str | None, code: int
) -> None:
    channel = TwilioChannel(sid, token, base_url=phones.url, from_number=sender)
    assert channel.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.OURS, code)


def test_wrong_credentials_are_our_mistake_when_a_list_is_asked_for_too(phones: Phones) -> None:
    wrong = TwilioChannel(ACCOUNT_SID, "not-the-token", base_url=phones.url, from_number=OUR_NUMBER)
    since = SystemClock().now() - timedelta(minutes=5)
    expected = Refusal(FailureKind.OURS, 20003)
    assert [wrong.find(ANA, since), wrong.inbound(since), wrong.own_number(OUR_NUMBER)] == [expected] * 3


def test_a_messaging_service_nobody_knows_is_our_mistake_too(phones: Phones) -> None:
    channel = TwilioChannel(ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, messaging_service="MG" + "0" * 32)
    assert channel.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.OURS, 21705)


def test_a_taken_message_whose_answer_was_lost_can_be_found(
    phones: Phones, service: Service, channel: TwilioChannel
) -> None:
    since = SystemClock().now()
    phones.phone(ANA).behaves(lines.LOST_ANSWER)
    channel.text("+12025550102", "to somebody else", CALLBACK, VALID)
    assert channel.text(ANA, "CRISIS PAGE K7Q", CALLBACK, VALID) == Refusal(FailureKind.UNKNOWN)
    phones.phone(ANA).expect_sms("K7Q")
    phones.server.network.settle()
    found = channel.find(ANA, since)
    assert not isinstance(found, Refusal)
    assert [(message.body, message.direction, message.status) for message in found] == [
        ("CRISIS PAGE K7Q", "outbound", "delivered")
    ]
    assert channel.fetch(found[0].sid) == found[0]
    assert ANA not in repr(found)
    assert "K7Q" not in repr(found)
    assert channel.find(ANA, since + timedelta(hours=1)) == []


def test_fetching_what_does_not_exist(phones: Phones, channel: TwilioChannel) -> None:
    assert channel.fetch("SM" + "0" * 32) == Refusal(FailureKind.OURS, 20404)


def test_replies_whose_webhook_never_came_can_be_listed(
    phones: Phones, service: Service, channel: TwilioChannel
) -> None:
    since = SystemClock().now()
    for number in range(120):
        channel.text("+12025550102", f"page {number}", CALLBACK, VALID)
    for number in range(3):
        phones.phone(ANA).reply(f"1 K{number}Q")
    phones.server.network.settle()
    found = channel.inbound(since)
    assert not isinstance(found, Refusal)
    assert sorted(message.body for message in found) == ["1 K0Q", "1 K1Q", "1 K2Q"]
    assert {(message.from_, message.to) for message in found} == {(ANA, OUR_NUMBER)}
    assert channel.inbound(since + timedelta(hours=1)) == []


def test_a_long_list_is_read_page_by_page(phones: Phones, channel: TwilioChannel) -> None:
    since = SystemClock().now()
    for number in range(450):
        phones.phone(ANA).reply(str(number))
    found = channel.inbound(since)
    assert not isinstance(found, Refusal)
    assert len({message.sid for message in found}) == 450


def test_a_reply_is_announced_signed_and_once(phones: Phones, service: Service) -> None:
    phones.phone(ANA).reply("1 K7Q")
    phones.assert_quiet()
    (announced,) = service.received
    assert announced.genuine
    assert announced.path == "/twilio/sms"
    assert announced.idempotency
    assert (announced.fields["From"], announced.fields["Body"]) == (ANA, "1 K7Q")


def test_a_webhook_that_fails_is_tried_again_with_the_same_token(phones: Phones, service: Service) -> None:
    service.answer = lambda _request: (503 if len(service.received) < 3 else 204, "")
    phones.phone(ANA).reply("1 K7Q")
    phones.assert_quiet()
    assert len(service.received) == 3
    assert len({request.idempotency for request in service.received}) == 1
    assert phones.server.webhooks.refused == 0


def test_stop_is_the_carriers_and_start_lifts_it(phones: Phones, service: Service, channel: TwilioChannel) -> None:
    phones.phone(ANA).reply("Stop")
    phones.assert_quiet()
    assert service.received[-1].fields["Body"] == "Stop"
    assert channel.text(ANA, "hello", CALLBACK, VALID) == Refusal(FailureKind.OPTED_OUT, 21610)
    phones.phone(ANA).reply("yes")
    phones.assert_quiet()
    assert isinstance(channel.text(ANA, "hello", CALLBACK, VALID), Taken)
    phones.phone(ANA).expect_sms("hello")


def test_fifty_threads_share_one_channel_and_slow_answers_overlap(phones: Phones, channel: TwilioChannel) -> None:
    phones.server.api.latency = 0.15
    start = monotonic()
    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(lambda n: channel.text(f"+1202555{1000 + n}", "hi", CALLBACK, VALID), range(150)))
    assert len({result.sid for result in taken if isinstance(result, Taken)}) == 150
    # One after the other they would take 22 s; 50 at a time, half a second.
    assert monotonic() - start < 8


def test_quiet_means_that_nothing_unexpected_came(phones: Phones, channel: TwilioChannel) -> None:
    channel.text(ANA, "CRISIS PAGE K7Q", CALLBACK, VALID)
    with pytest.raises(AssertionError, match=r"nobody expected: .*K7Q"):
        phones.assert_quiet()
    phones.phone(ANA).expect_sms("K7Q")
    phones.assert_quiet()
    with pytest.raises(AssertionError, match="got no text"):
        phones.phone(ANA).expect_sms("K7Q", seconds=0.05)


def test_what_is_remembered_is_bounded(phones: Phones) -> None:
    for number in range(230):
        phones.phone(ANA).reply(str(number))
    phones.server.network.settle()
    thread = phones.server.network.phone(ANA).thread
    assert len(thread) == 200
    assert thread[-1].body == "229"


def test_a_remote_message_says_nothing_about_people() -> None:
    now = SystemClock().now()
    message = RemoteMessage("SM1", "inbound", "received", None, now, to=OUR_NUMBER, from_=ANA, body="1 K7Q")
    assert repr(message).count("+1202") == 0
