"""Whose number we send from, and where what comes to it goes."""

from __future__ import annotations

from datetime import timedelta

from dispatch.channels.channel import Refusal
from dispatch.channels.twilio import OwnNumber, TwilioChannel
from tests.phones import ACCOUNT_SID, OUR_NUMBER, PUBLIC_URL, RETRY, Phones


def test_a_number_of_the_account_says_where_texts_and_calls_go(channel: TwilioChannel) -> None:
    expected = OwnNumber(f"{PUBLIC_URL}/twilio/sms{RETRY}", f"{PUBLIC_URL}/twilio/voice{RETRY}")
    assert channel.own_number(OUR_NUMBER) == expected


def test_a_number_of_somebody_else_is_none_of_ours(channel: TwilioChannel) -> None:
    assert channel.own_number("+12025550199") is None


def test_who_is_refused_learns_nothing(phones: Phones) -> None:
    stranger = TwilioChannel(ACCOUNT_SID, "another-token", base_url=phones.url, timeout=timedelta(seconds=2))
    assert isinstance(stranger.own_number(OUR_NUMBER), Refusal)
