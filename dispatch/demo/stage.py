"""What the scenes of the opening are played on: phones, desks and strip, and the waiting for what happens there."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dispatch.clock import monotonic
from dispatch.demo import contacts
from dispatch.demo.client import Client
from dispatch.demo.habits import Habits, Script
from dispatch.demo.hands import Hands
from dispatch.demo.office import Office
from dispatch.demo.outage import Outage
from dispatch.demo.people import Member
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
    #: how long a second of the service's clock really is
    second: float
    stopping: threading.Event
    #: makes every Idempotency-Key of this run of the demo its own
    run: str
    skip: threading.Event
    number: int = 0
    logged: int = 0

    def show(self, title: str, words: str, do: str, lasts: float | None = None) -> None:
        ends = None if lasts is None else monotonic() + lasts * self.second
        self.strip.show(Scene(title, words, do, self.number, SCENES, ends))

    def clear(self) -> None:
        """Put away whatever the moments before have left open, so that everybody is free for the next one: a visitor
        who tried a key has kept a phone, and its owner has not gone on."""
        for line in self.client.get("coordinator", "/cases", state="open", limit=200)["items"]:
            if line["id"] in self.office.leave:
                self.office.put_away(line)

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

    def taken(self, case: Logged, seconds: float = PATIENCE) -> bool:
        """Wait until somebody has it, and say so when it is the visitor who is waited for."""
        scene = self.strip.scene

        def look() -> bool:
            waits = [m.name for m in self.members if self.hands.held(m.id) and self.habits.waits(m.id, case.code)]
            do = (
                f"{waits[0]}'s phone is in your hand and waits for you: press 1, or let go of it."
                if waits
                else scene.do
            )
            self.strip.show(replace(scene, do=do))
            return self.owned(case)

        return self.until(look, seconds)

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for it; False after `seconds`, when the visitor skips the opening, or at the end of the demo."""
        ends = monotonic() + seconds * self.second
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
