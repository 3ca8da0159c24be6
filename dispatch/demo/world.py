"""Everything outside the service: the phones, the people who hold them, the people who call, and the two at their
desks. One process, started by the demo's supervisor beside the service's own.

The service knows nothing of it. It is reached as Twilio would be, and reaches the service by signed webhooks and by the
public API.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import httpx2

from dispatch import bootstrap, logs
from dispatch.access import system
from dispatch.clock import monotonic
from dispatch.demo import arrivals, contacts, control, figures, kept, opening, people, recorded, tidy
from dispatch.demo.arrivals import Arrival, Pace
from dispatch.demo.client import Client, NotDone
from dispatch.demo.habits import Habits
from dispatch.demo.hands import Hands
from dispatch.demo.lines import USUAL
from dispatch.demo.office import Office
from dispatch.demo.outage import Outage
from dispatch.demo.people import Member
from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.server import PhoneServer
from dispatch.demo.stage import Stage
from dispatch.demo.strip import Scene, Strip
from dispatch.flow import people as roster
from dispatch.queue import QueueDown
from dispatch.responder import Availability
from dispatch.settings import Settings

log = logs.get(__name__)

#: With so many open cases no more contacts are logged: whatever the speed, the demo does not grow.
MOST_OPEN = 40
READY_WITHIN = 60.0
VISITOR_WITHIN = 30.0
#: Seconds of a message between two steps on its way; about what people are used to.
HOP = 0.25
_RETRY = "#rc=5&rp=all"


@dataclass(frozen=True, slots=True)
class Plan:
    """How this demo was started. `supervisor` is ended after `hours`; None goes on for ever."""

    port: int
    speed: float
    seed: int
    hours: float | None
    supervisor: int | None
    opening: bool


class World:
    def __init__(self, settings: Settings, plan: Plan) -> None:
        self._settings = settings
        self._plan = plan
        self._members = people.members()
        self._svc = bootstrap.build(settings, pool_size=4)
        self._figures = figures.shipped()
        self.stopping = threading.Event()
        self.skip = threading.Event()
        self.strip = Strip()
        self.hands = Hands()
        self.outage = Outage(settings.queue_url, self._filled, self.strip.tell)
        #: How long a second of the service's clock really is: a rehearsal's clock moves everybody here too.
        self._second = self._svc.clock.real_seconds(timedelta(seconds=1))
        self.phones = PhoneServer(
            _account(settings), hop=HOP, port=plan.port, routes=control.routes(self, self._members), usual=USUAL
        )
        self.habits = Habits(self.phones, self._members, self._figures, self.hands, self.strip.tell, self._second)
        self._client = Client(settings.address, kept.desks(self._svc, settings.data_dir))
        self.office = Office(
            self._client,
            self._svc.clock,
            self._members,
            self._figures,
            self.hands,
            self.strip.tell,
            self.habits.over,
        )
        self._run = ""
        self.next_arrival: float | None = None

    def run(self) -> None:
        """Until SIGTERM, SIGINT or the end of the demo's hours."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self._prepare()
        self.phones.start()
        try:
            self._await_service()
            for name, work in self._threads().items():
                threading.Thread(target=self._safely(work), name=name, daemon=True).start()
            hours = self._plan.hours
            if not self.stopping.wait(None if hours is None else hours * 3600) and self._plan.supervisor is not None:
                log.info("demo_ends", hours=hours)
                os.kill(self._plan.supervisor, signal.SIGTERM)
                self.stopping.wait()
        finally:
            self.phones.stop()
            self._client.close()
            self._svc.queue.close()
            self._svc.record.dispose()

    def _threads(self) -> dict[str, Callable[[], None]]:
        return {
            "habits": lambda: self.habits.run(self.stopping),
            "office": lambda: self.office.run(self.stopping),
            "tidy": lambda: tidy.run(self._svc, self.stopping),
            "callers": self._callers,
        }

    def _safely(self, work: Callable[[], None]) -> Callable[[], None]:
        """A part that breaks ends the process: the supervisor starts the whole world again, from where it was."""

        def run() -> None:
            try:
                work()
            except Exception as error:
                log.exception("world_broke", kind=type(error).__name__)
                os.kill(os.getpid(), signal.SIGTERM)

        return run

    def _prepare(self) -> None:
        """The people, their roster and the policy; who is on duty for the opening."""
        actor = system("demo")
        roster.import_roster(actor, self._svc, people.roster(self._members))
        roster.set_policy(actor, self._svc, people.TEAM, people.policy())
        played = kept.progress(self._settings.data_dir)[0] > 0 or not self._plan.opening
        self._on_duty(lambda member: played or member.post.opening)

    def _on_duty(self, who: Callable[[Member], bool]) -> None:
        for member in self._members:
            availability = Availability.ROSTER if who(member) else Availability.OFF
            roster.set_availability(system("demo"), self._svc, member.id, availability, even_so=True)

    def _filled(self) -> bool:
        """Redis answers and holds what the record says."""
        try:
            return self._svc.queue.epoch.intact()
        except QueueDown:
            return False

    def _await_service(self) -> None:
        ends = monotonic() + READY_WITHIN
        while not self.stopping.is_set() and monotonic() < ends:
            try:
                if httpx2.get(f"{self._settings.address}/readyz", timeout=2.0).status_code == httpx2.codes.OK:
                    return
            except httpx2.HTTPError:
                pass
            self.stopping.wait(0.2)

    # --- callers -----------------------------------------------------------------------------------------------------

    def _callers(self) -> None:
        number, self._run = kept.progress(self._settings.data_dir)
        if self._plan.opening and number == 0:
            self._await_visitor()
            opening.play(self._stage())
        self._on_duty(lambda _: True)
        source = recorded.kept(self._settings.data_dir / kept.ARRIVALS)
        numbered = source.replay(number) if source else _drawn(self._figures, self._plan.seed, number)
        self._replay(numbered, "recorded" if source else "drawn")

    def _await_visitor(self) -> None:
        """The opening is for somebody; without anybody it begins by itself."""
        ends = monotonic() + VISITOR_WITHIN
        self.strip.show(Scene("Ready", "The opening begins when you look.", ""))
        while not self.stopping.is_set() and monotonic() < ends and not self.hands.somebody.wait(0.2):
            pass
        self.stopping.wait(2.0)

    def _stage(self) -> Stage:
        return Stage(
            phones=self.phones,
            habits=self.habits,
            office=self.office,
            client=self._client,
            hands=self.hands,
            strip=self.strip,
            outage=self.outage,
            members=self._members,
            second=self._second,
            stopping=self.stopping,
            run=self._run,
            skip=self.skip,
        )

    def _replay(self, numbered: Iterator[tuple[int, Arrival]], kind: str) -> None:
        pace: Pace | None = None
        for number, arrival in numbered:
            if pace is None:
                pace = Pace(self._plan.speed, arrival.at, monotonic() + 1.0)
            self.next_arrival = pace.due(arrival)
            while (left := pace.due(arrival) - monotonic()) > 0:
                self._narrate(kind, pace.at(monotonic()))
                if self.stopping.wait(min(left, 1.0)):
                    return
            held = monotonic()
            while self.office.open_cases >= MOST_OPEN and not self.stopping.wait(1.0):
                pass
            pace.held += monotonic() - held
            self._log(number, arrival)

    def _narrate(self, kind: str, at: datetime) -> None:
        recorded_ones = kind == "recorded"
        origin = "recorded arrivals" if recorded_ones else "arrivals drawn from published figures"
        surge = not recorded_ones and arrivals.surging(self._figures.surge, at - arrivals.FIRST)
        many = f" Right now {self._figures.surge.factor:g} times as many as usual: ladders climb." if surge else ""
        self.strip.show(
            Scene(
                f"{at:%A %H:%M} in the world of the demo",
                f"Contacts come by themselves: {origin}, {self._plan.speed:g} times as fast.{many}",
                "Take any phone in the hand: it waits for you. Everyone else goes on by habit.",
            )
        )

    def _log(self, number: int, arrival: Arrival) -> None:
        """Once, however often it has to be tried: the key is the arrival's own."""
        body = contacts.body(arrival.kind, random.Random(f"{self._plan.seed} {number}"), arrival.words)
        while not self.stopping.is_set():
            try:
                answer = self._client.post("operator", "/contacts", body, key=f"{self._run}-{number}")
            except NotDone as error:
                if error.status is not None and error.status < 500:
                    log.warning("arrival_refused", status=error.status, kind=arrival.kind, problem=str(error))
                    break
                self.stopping.wait(1.0)
                continue
            case = answer["case"]
            shown = f"case {case['code']}" if case else "no case"
            self.strip.tell(f"A contact is logged: {arrival.kind.replace('_', ' ')}, {shown}.")
            break
        kept.put(self._settings.data_dir / kept.PROGRESS, {"arrivals": number, "run": self._run})


def _drawn(known: figures.Figures, seed: int, after: int) -> Iterator[tuple[int, Arrival]]:
    return islice(enumerate(arrivals.draw(known, seed), 1), after, None)


def _account(settings: Settings) -> Account:
    assert settings.twilio_account_sid is not None
    assert settings.twilio_auth_token is not None
    return Account(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        (people.OUR_NUMBER,),
        f"{settings.address}/twilio/sms{_RETRY}",
        f"{settings.address}/twilio/voice{_RETRY}",
    )
