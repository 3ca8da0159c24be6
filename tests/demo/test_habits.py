"""What made-up responders do when their phones say something; and that a phone in somebody's hand is left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

import pytest

from dispatch.demo import figures, people
from dispatch.demo.figures import Spread
from dispatch.demo.habits import Habits
from dispatch.demo.hands import Hands
from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.records import Message, new_sid
from dispatch.demo.phones.server import PhoneServer
from tests.support.waiting import wait_until

MEMBERS = people.members()
ANA, BEN = MEMBERS[0], MEMBERS[1]
NOW = datetime(2026, 1, 6, 15, 0, tzinfo=UTC)
PAGE = "CRISIS PAGE K7Q SOON Fairfax phone. Reply 1 K7Q accept, 2 K7Q decline, by 02:14. http://127.0.0.1:8000/p/abcdefghij"
QUICK = Spread(0.01, 0.1)


class Street:
    """Phones and habits without a service: texts arrive because the test says so."""

    def __init__(self) -> None:
        self.phones = PhoneServer(Account("AC" + "0" * 32, "token", (people.OUR_NUMBER,)))
        self.hands = Hands()
        known = replace(
            figures.shipped(), telephone_minutes=QUICK, travel_minutes=QUICK, on_scene_minutes=QUICK, reached=1.0
        )
        self.told: list[str] = []
        self.habits = Habits(self.phones, MEMBERS, known, self.hands, self.told.append)
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.habits.run, args=(self.stopping,))

    def arrives(self, member: people.Member, body: str) -> None:
        network = self.phones.network
        message = Message(new_sid("SM"), member.number, people.OUR_NUMBER, body, "outbound-api", "delivered", NOW)
        network.show(network.phone(member.number), message)

    def sent(self, member: people.Member) -> list[str]:
        thread = list(self.phones.network.phone(member.number).thread)
        return [message.body for message in thread if message.direction == "inbound"]

    def expect(self, member: people.Member, *texts: str) -> None:
        wait_until(
            lambda: self.sent(member) == list(texts), 15.0, f"{member.id} to send {texts}, not {self.sent(member)}"
        )

    def __enter__(self) -> Self:
        self.phones.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.phones.network.note()
        self._thread.join()
        self.phones.stop()


@pytest.fixture
def street() -> Iterator[Street]:
    with Street() as made:
        yield made


def test_a_page_is_accepted_or_declined_with_its_code(street: Street) -> None:
    street.habits.scripts[None] = lambda person, _: ("accept" if person == ANA.id else "decline", 0.0)
    street.arrives(ANA, PAGE)
    street.arrives(BEN, PAGE)
    street.expect(ANA, "1 K7Q")
    street.expect(BEN, "2 K7Q")


def test_the_second_who_is_asked_may_do_otherwise(street: Street) -> None:
    street.habits.scripts["K7Q"] = lambda _, before: ("accept", 0.0) if before else ("ignore", 0.0)
    street.arrives(ANA, PAGE)
    wait_until(lambda: any(ANA.name in words for words in street.told), 5.0)
    street.arrives(BEN, PAGE)
    street.expect(BEN, "1 K7Q")
    assert street.sent(ANA) == []


def test_a_case_is_worked_by_text_until_it_is_done(street: Street) -> None:
    street.arrives(ANA, "You have K7Q. Reply 3 K7Q on the way, 6 K7Q reached, CALL K7Q to be connected.")
    street.expect(ANA, "6 K7Q", "5 K7Q")


def test_whoever_is_done_is_done_for_the_other_too(street: Street) -> None:
    for member in (ANA, BEN):
        street.arrives(member, "You have K7Q. Reply 3 K7Q on the way, 6 K7Q reached, CALL K7Q to be connected.")
    wait_until(lambda: "5 K7Q" in street.sent(ANA) + street.sent(BEN), 15.0)
    assert (street.sent(ANA) + street.sent(BEN)).count("5 K7Q") == 1


def test_a_phone_in_the_hand_waits_for_its_visitor(street: Street) -> None:
    street.habits.scripts[None] = lambda _person, _: ("accept", 0.0)
    street.hands.holds([ANA.id])
    street.arrives(ANA, PAGE)
    street.arrives(BEN, PAGE)
    street.expect(BEN, "1 K7Q")
    assert street.sent(ANA) == []
    street.hands.lets_go(ANA.id)
    street.expect(ANA, "1 K7Q")


def test_what_a_visitor_answered_is_not_answered_again(street: Street) -> None:
    street.habits.scripts[None] = lambda _person, _: ("accept", 0.0)
    street.hands.holds([ANA.id])
    street.arrives(ANA, PAGE)
    wait_until(lambda: any(ANA.name in words for words in street.told), 5.0)
    street.habits.visitor_acted(ANA.id, "2")
    street.hands.lets_go(ANA.id)
    street.arrives(BEN, PAGE)
    street.expect(BEN, "1 K7Q")
    assert street.sent(ANA) == []


def test_what_a_visitor_has_done_is_not_done_again_and_the_rest_is(street: Street) -> None:
    street.hands.holds([ANA.id])
    street.arrives(ANA, "You have K7Q. Reply 3 K7Q on the way, 6 K7Q reached, CALL K7Q to be connected.")
    wait_until(lambda: any("has it" in words for words in street.told), 5.0)
    street.habits.visitor_acted(ANA.id, "6")
    street.hands.lets_go(ANA.id)
    street.expect(ANA, "5 K7Q")


def test_whoever_comes_on_duty_says_that_texts_arrive(street: Street) -> None:
    street.arrives(BEN, "Shift check: you are on call (second). Reply OK by 02:02, or your coordinator is told.")
    street.expect(BEN, "OK")


def test_a_phone_in_the_hand_that_is_waited_for_is_known(street: Street) -> None:
    street.habits.scripts[None] = lambda person, _: ("accept" if person == ANA.id else "ignore", 0.0)
    street.hands.holds([ANA.id, BEN.id])
    street.arrives(ANA, PAGE)
    street.arrives(BEN, PAGE)
    wait_until(lambda: street.habits.waits(ANA.id, "K7Q"), 5.0, "the phone to wait for its visitor")
    assert not street.habits.waits(BEN.id, "K7Q")
    street.habits.visitor_acted(ANA.id, "1")
    assert not street.habits.waits(ANA.id, "K7Q")


def test_somebody_else_has_it_so_nothing_is_sent(street: Street) -> None:
    street.habits.scripts[None] = lambda person, _: ("accept", 3600.0 if person == ANA.id else 0.0)
    street.arrives(ANA, PAGE)
    street.arrives(ANA, "K7Q is with ben. Nothing more to do. Thank you.")
    street.arrives(ANA, "K7Q check-in. Reply OK.")
    street.expect(ANA, "OK")
