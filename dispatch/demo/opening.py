"""The fixed opening of two minutes: what this service is for, one thing at a time. Then the replay begins.

Each scene logs one contact through the public API and lets the phones of the front page show what becomes of it. A
visitor may take any phone in the hand and do it themselves; whoever only watches sees the made-up people do it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dispatch.clock import monotonic
from dispatch.demo import contacts
from dispatch.demo.client import Client, NotDone
from dispatch.demo.habits import Habits, Script
from dispatch.demo.hands import Hands
from dispatch.demo.lines import USUAL
from dispatch.demo.office import Office
from dispatch.demo.outage import Outage
from dispatch.demo.people import Member
from dispatch.demo.phones.lines import SWITCHED_OFF
from dispatch.demo.phones.network import Network
from dispatch.demo.phones.server import PhoneServer
from dispatch.demo.strip import Scene, Strip

#: A visitor who is doing something gets this much longer than a scene takes by itself.
PATIENCE = 40.0
SCENES = 6


@dataclass(frozen=True, slots=True)
class Logged:
    id: str
    code: str


@dataclass(slots=True)
class Stage:
    """What the scenes play on."""

    phones: PhoneServer
    habits: Habits
    office: Office
    client: Client
    hands: Hands
    strip: Strip
    outage: Outage
    members: tuple[Member, ...]
    stopping: threading.Event
    #: makes every Idempotency-Key of this run of the demo its own
    run: str
    skip: threading.Event
    number: int = 0
    logged: int = 0

    def show(self, title: str, words: str, do: str, lasts: float | None = None) -> None:
        ends = None if lasts is None else monotonic() + lasts
        self.strip.show(Scene(title, words, do, self.number, SCENES, ends))

    def log(self, kind: str, script: Script, *, screen: str = "") -> Logged:
        """An operator logs a made-up contact; `script` says what whoever is asked does. `screen` names an answer set.

        Raises NotDone.
        """
        body = contacts.body(kind, random.Random(f"opening {self.number}"))
        # Known words and nothing special asked for: who is asked depends on whose turn it is alone.
        body["needs"] = {"population": "adult"}
        if screen:
            body["assessments"] = [contacts.screen(screen)]
        self.habits.scripts[None] = script
        self.logged += 1
        answer = self.client.post("operator", "/contacts", body, key=f"{self.run}-opening-{self.logged}")
        case = answer["case"]
        self.habits.scripts[case["code"]] = script
        self.office.leave.add(case["id"])
        return Logged(case["id"], case["code"])

    def line(self, case: Logged) -> dict[str, Any]:
        """The case as lists show it; empty once it is closed. Looking into it would be written down as a look."""
        found = self.client.get("coordinator", "/cases", state="open", limit=200)["items"]
        return next((line for line in found if line["id"] == case.id), {})

    def owned(self, case: Logged) -> bool:
        line = self.line(case)
        return not line or bool(line["owners"])

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for it; False after `seconds`, when the visitor skips the opening, or at the end of the demo."""
        ends = monotonic() + seconds
        while not condition():
            if monotonic() > ends or self.over or self.skip.is_set():
                return False
            self.skip.wait(0.25)
        return True

    def rest(self, seconds: float) -> None:
        self.until(lambda: False, seconds)

    @property
    def over(self) -> bool:
        return self.stopping.is_set()


def play(stage: Stage) -> None:
    """All scenes, in order; ends early when the visitor skips them."""
    for number, scene in enumerate((_accepts, _silence, _undelivered, _nobody, _hard_stop, _redis), 1):
        if stage.over or stage.skip.is_set():
            break
        stage.number = number
        try:
            scene(stage)
        except NotDone:
            # The visitor may have killed something; the next scene stands by itself.
            stage.rest(2.0)
        finally:
            stage.habits.scripts.pop(None, None)
            for member in stage.members:
                stage.phones.network.behave(member.number, USUAL)
    stage.office.leave.clear()


def _accepts(stage: Stage) -> None:
    stage.show(
        "One key accepts",
        "An operator logs a person in crisis. The screen scores high, and the next person on call is paged by text.",
        "Press 1 on the phone that lights up. If you only watch, its owner will, in a moment.",
        12,
    )
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("accept", 6.0), screen="high")
    stage.until(lambda: stage.owned(case), PATIENCE)
    stage.rest(8.5)


def _silence(stage: Stage) -> None:
    stage.show(
        "Silence, so the next person",
        "Whoever is asked first does not answer. After 15 seconds, minutes in real life, the next person is asked.",
        "Leave the first phone alone, and watch the second one.",
        24,
    )
    case = stage.log("suicidal_thoughts", lambda _person, n: ("accept", 3.0) if n else ("ignore", 0.0), screen="high")
    stage.until(lambda: stage.owned(case), PATIENCE)
    stage.rest(7.5)


def _undelivered(stage: Stage) -> None:
    stage.show(
        "Undelivered, so the next at once",
        "The next phone is switched off. The carrier says so, and nobody waits: another person is asked that second.",
        "Watch the phone that is off: nothing arrives, and the next one rings within a second.",
        10,
    )
    network = stage.phones.network
    responders = [member for member in stage.members if "responder" in member.post.roles]
    for member in responders:
        network.behave(member.number, SWITCHED_OFF)
    before = next(reversed(network.messages), "")
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("accept", 4.0), screen="high")
    # Only the first phone is off: the others are back before anybody else is asked.
    first = network.wait(lambda: _page_after(network, before), 5.0)
    for member in responders:
        if member.number != first:
            network.behave(member.number, USUAL)
    stage.until(lambda: stage.owned(case), PATIENCE)
    stage.rest(7.0)


def _page_after(network: Network, before: str) -> str | None:
    """The number that the first page after the message `before` is for."""
    for sid, message in reversed(network.messages.items()):
        if sid == before:
            return None
        if "PAGE" in message.body and message.direction != "inbound":
            return message.to
    return None


def _nobody(stage: Stage) -> None:
    stage.show(
        "Nobody answers, so an alarm",
        "Nobody answers at any step. At the end of every ladder an alarm rings people, and goes on until one acts.",
        "Watch the ladder climb. The alarm is next.",
        32,
    )
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("ignore", 0.0), screen="moderate")
    stage.until(lambda: stage.line(case).get("state") in (None, "unanswered"), 60.0)
    stage.show(
        "An alarm you must act on",
        f"Nobody took {case.code}. It rings until a person acts: take the case on any phone with 1, or assign it.",
        "Open the case as coordinator and assign it, or press 1 on a phone. Otherwise the coordinator will.",
        16,
    )
    taken = stage.until(lambda: stage.owned(case), 16.0)
    # Whoever has begun to act, on a phone or at the coordinator's screen, is not taken over.
    if not taken and any(stage.hands.held(member.id) for member in stage.members):
        taken = stage.until(lambda: stage.owned(case), PATIENCE)
    if not taken and not stage.over:
        stage.office.give(case.id, case.code, set(), [m for m in stage.members if m.post.opening])
    stage.office.leave.discard(case.id)
    stage.rest(7.0)


def _hard_stop(stage: Stage) -> None:
    stage.show(
        "A hard stop",
        "An attempt is in progress. No score is asked for: the operator is told to call 911, and a supervisor and a "
        "responder are rung together, by voice, to stay on the line.",
        "Pick up a ringing phone and press 1, or watch.",
        16,
    )
    case = stage.log("attempt", lambda _person, _n: ("accept", 7.0))
    stage.office.leave.discard(case.id)
    stage.until(lambda: stage.owned(case), PATIENCE)
    stage.rest(9.0)


def _redis(stage: Stage) -> None:
    stage.show(
        "Kill Redis",
        "The queue lives in Redis; what is true lives in the record. Without Redis, contacts are still logged and "
        "pages still go out.",
        "Press the button. A contact is logged every few seconds, and you can watch its page go out.",
        14,
    )
    ends = monotonic() + 14.0
    if stage.until(lambda: stage.outage.left > 0, 10.0):
        ends = monotonic() + stage.outage.left + 3.0
    while monotonic() < ends and not stage.over and not stage.skip.is_set():
        case = stage.log("distress", lambda _person, _n: ("accept", 3.0), screen="high")
        stage.until(lambda: stage.owned(case), 12.0)  # noqa: B023 - asked before the next one
        stage.rest(4.0)
