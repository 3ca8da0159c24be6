"""The provider takes nothing from us: our credentials were revoked, or it is down. It is loud where it still can be."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from dispatch.channels.channel import Refusal, Taken
from dispatch.channels.failures import FailureKind
from dispatch.channels.twilio import TwilioChannel
from dispatch.demo.phones import lines
from dispatch.flow import health
from dispatch.page import Delivery
from dispatch.store import schema
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.stories.team import NUMBERS
from tests.stories.world import World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


class Slow(TwilioChannel):
    """A provider that thinks about each text to one number until it is told to go on."""

    def __init__(self, base_url: str, number: str) -> None:
        super().__init__(ACCOUNT_SID, AUTH_TOKEN, base_url=base_url, from_number=OUR_NUMBER)
        self.number = number
        self.asked, self.go_on = threading.Event(), threading.Event()

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> Taken | Refusal:
        if to == self.number:
            self.asked.set()
            assert self.go_on.wait(30)
        return super().text(to, body, callback, validity)


class Mute(TwilioChannel):
    """A provider that never says what it made of a text to one number."""

    def __init__(self, base_url: str, number: str) -> None:
        super().__init__(ACCOUNT_SID, AUTH_TOKEN, base_url=base_url, from_number=OUR_NUMBER)
        self.number = number

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> Taken | Refusal:
        return Refusal(FailureKind.UNKNOWN) if to == self.number else super().text(to, body, callback, validity)


def codes(world: World) -> list[str]:
    return [reason.code for reason in health.health(world.svc).reasons if reason.code == "provider_down"]


def test_with_revoked_credentials_whoever_watches_the_service_is_told(world: World) -> None:
    """No alarm leaves by telephone either: the board and /readyz are all there is."""
    sender, good = world.worker._sender, world.worker._channel
    sender._channel = TwilioChannel(ACCOUNT_SID, "revoked", base_url=world.telephony.phones.url, from_number=OUR_NUMBER)
    assert codes(world) == []
    case = world.log()
    assert world.state(case) == "unanswered", "the ladder does not wait for pages that never left"
    assert {"service", "unanswered"} == set(world.ringing(case))
    assert codes(world) == ["provider_down"]
    sender._channel = good
    world.forward(minutes=2)
    world.ana.expect_sms(PAGE, case.code).reply("1").expect_sms("You have")
    assert codes(world) == []
    assert world.owners(case) == ("ana",)
    overhear(world)


def test_one_persons_number_says_nothing_about_the_provider(world: World) -> None:
    for who in (world.ana, world.ben, world.cam, world.dan):
        who.behaves(lines.NOT_A_MOBILE)
    world.log()
    world.forward(seconds=5)
    assert codes(world) == []
    overhear(world)


def test_a_provider_that_is_slow_over_one_page_holds_up_no_other(world: World) -> None:
    channel = Slow(world.telephony.phones.url, NUMBERS["ana"])
    world.worker._sender._channel = channel
    first = world.log(settle=False)
    world.worker.work("default")
    assert channel.asked.wait(10)
    second = world.log(settle=False)
    assert world.worker.work("default") == 1, "begun while the first is still under way"
    world.ben.handset.expect_sms(PAGE, second.code, seconds=10)
    assert [page.delivery for page in world.file(first.id).pages] == [Delivery.SENDING]
    channel.go_on.set()
    world.settle()
    world.ana.expect_sms(PAGE, first.code)


def test_a_page_whose_fate_the_provider_never_tells_is_given_up_and_loud(world: World) -> None:
    """Else it would be asked about for ever, one lease after another, and nobody would hear that nothing goes out."""
    world.worker._sender._channel = Mute(world.telephony.phones.url, NUMBERS["ana"])
    case = world.log()
    world.forward(seconds=10)
    (effect,) = world.rows(schema.outbox, kind="SendPage", person="ana")
    assert (effect.state, effect.attempts) == ("claimed", 2)
    assert world.ringing(case) == []
    world.forward(seconds=10)
    world.ben.expect_sms(PAGE, case.code)
    world.kim.expect_sms("ALARM", "the page to ana did not arrive")
    (effect,) = world.rows(schema.outbox, kind="SendPage", person="ana")
    assert (effect.state, effect.attempts) == ("failed", 3)
    world.forward(seconds=20)


def overhear(world: World) -> None:
    """Who else is asked and rung on the way is told elsewhere."""
    network = world.telephony.phones.server.network
    world.telephony.phones.expected.update([*network.messages, *network.calls])
