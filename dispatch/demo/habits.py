"""What made-up responders do with their phones: accept, decline, ignore, answer late, and work the case by texts.

A habit is drawn once a page, seeded by the case's code and the person, so the same demo goes the same way twice.
Everything is sent as a person would send it: a text to the service's number, or a key in a call.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from dispatch.clock import monotonic
from dispatch.demo.figures import Figures, pick
from dispatch.demo.hands import Hands
from dispatch.demo.people import Member
from dispatch.demo.phones.records import Call, Message
from dispatch.demo.phones.server import PhoneServer
from dispatch.demo.texts import Asks, Read, read

#: (the person, how many were asked for this case before) -> what they do, one of ANSWERS, and after how many seconds.
Script = Callable[[str, int], tuple[str, float]]
ANSWERS = ("accept", "decline", "ignore", "late")
#: Later than the longest step of a demo ladder.
LATE = 24.0
_LOOKS_AGAIN = 1.0
#: The keys of work on a case, in the order of the work.
_STEPS = {"3": 1, "4": 2, "6": 3, "7": 3, "5": 4}
_REMEMBERED = 500


@dataclass(order=True, slots=True)
class _Plan:
    due: float
    n: int
    person: str = field(compare=False)
    #: a text to send, or None to answer a ringing telephone
    text: str | None = field(compare=False)
    code: str | None = field(compare=False)
    answer: str | None = field(compare=False, default=None)


@dataclass(slots=True)
class Known:
    """What the phones know of one case: who was asked, who has it, and whether it is a visit."""

    asked: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    mobile: bool = False


class Habits:
    """Runs in a thread of its own. `tell` is given plain words for each thing that happens on a phone. `second`: how
    long a second of the service's clock really is; people live by that clock."""

    def __init__(
        self,
        phones: PhoneServer,
        members: tuple[Member, ...],
        figures: Figures,
        hands: Hands,
        tell: Callable[[str], None],
        second: float = 1.0,
    ) -> None:
        self._phones = phones
        self._members = members
        self._figures = figures
        self._hands = hands
        self._tell = tell
        self._second = second
        self._plans: list[_Plan] = []
        self._n = count()
        self._seen: dict[str, int] = {}
        self._rung: OrderedDict[str, None] = OrderedDict()
        self.cases: OrderedDict[str, Known] = OrderedDict()
        #: Overrides what is drawn: for one code, or for every case that has no script of its own (`None`).
        self.scripts: dict[str | None, Script] = {}
        self._lock = threading.RLock()

    def run(self, stopping: threading.Event) -> None:
        network = self._phones.network
        while not stopping.is_set():
            with network.changed:
                network.changed.wait(self._pause())
            self._look()
            self._act()

    def waits(self, person: str, code: str) -> bool:
        """The owner of this phone was asked for this case, would say yes, and has not answered yet."""
        with self._lock:
            return any((p.person, p.code, p.answer) == (person, code, "accept") for p in self._plans)

    def visitor_acted(self, person: str, words: str) -> None:
        """A visitor answers on this phone: what its owner was about to answer is theirs now, and so is the work up to
        the step that was sent. What comes after it is the owner's again once the phone is let go of: no case is kept
        waiting by a phone that was put down."""
        done = _STEPS.get(words.strip()[:1], 0)
        with self._lock:
            self._drop(
                lambda plan: (
                    plan.person == person
                    and plan.text is not None
                    and (plan.answer is not None or 0 < _STEPS.get(plan.text[:1], 0) <= done)
                )
            )

    def over(self, code: str) -> None:
        """The case is done or closed: whoever else is on it has nothing more to send."""
        with self._lock:
            self._drop(lambda plan: plan.code == code)

    def _drop(self, which: Callable[[_Plan], bool]) -> None:
        self._plans = [plan for plan in self._plans if not which(plan)]
        heapq.heapify(self._plans)

    def _pause(self) -> float:
        with self._lock:
            return min(_LOOKS_AGAIN, max(0.0, self._plans[0].due - monotonic())) if self._plans else _LOOKS_AGAIN

    # --- reading -----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        network = self._phones.network
        for member in self._members:
            with network.changed:
                phone = network.phone(member.number)
                seen = self._seen.get(member.id, 0)
                fresh = [message for message in phone.thread if message.seq > seen]
                ringing = [call for call in phone.calls if call.status == "ringing" and call.sid not in self._rung]
            for message in fresh:
                self._seen[member.id] = max(self._seen.get(member.id, 0), message.seq)
                if message.direction != "inbound":
                    self._read(member, message)
            for call in ringing:
                self._rings(member, call)

    def _read(self, member: Member, message: Message) -> None:
        words = read(message.body)
        with self._lock:
            match words.asks:
                case Asks.PAGE:
                    self._paged(member, words)
                case Asks.MINE:
                    self._has(member, words.code or "")
                case Asks.REMINDER:
                    self._drop(lambda plan: (plan.person, plan.code) == (member.id, words.code))
                    self._plan(3.0, member.id, f"6 {words.code}", words.code)
                    self._plan(15.0, member.id, f"5 {words.code}", words.code)
                case Asks.CHECK_IN:
                    self._plan(3.0, member.id, "OK", words.code)
                case Asks.SHIFT_CHECK:
                    self._tell(f"{member.name} is on call now, and is asked whether our texts arrive.")
                    self._plan(3.0, member.id, "OK", None)
                case Asks.HAND_ON:
                    self._tell(f"{member.name}'s duty ends soon, with {words.code} still open.")
                case Asks.STAND_DOWN:
                    self._plan(3.0, member.id, f"5 {words.code}", words.code)
                case Asks.WHICH if words.options:
                    self._plan(3.0, member.id, words.options[0], None)
                case Asks.OVER:
                    self._drop(lambda plan: (plan.person, plan.code) == (member.id, words.code))
                case Asks.ALARM:
                    self._tell(f"{member.name} is told: {message.body.removeprefix('ALARM: ')}")
                case _:
                    pass

    def _paged(self, member: Member, words: Read) -> None:
        code = words.code or ""
        known = self._case(code)
        known.mobile = words.mobile
        if member.id not in known.asked:
            known.asked.append(member.id)
        answer, after = self._habit(member.id, code)
        self._tell(f"{code}: {member.name} is asked.")
        if answer == "ignore":
            return
        key = "2" if answer == "decline" else "1"
        self._plan(after, member.id, f"{key} {code}", code, answer)

    def _rings(self, member: Member, call: Call) -> None:
        self._rung[call.sid] = None
        while len(self._rung) > _REMEMBERED:
            self._rung.popitem(last=False)
        with self._lock:
            self._tell(f"{member.name}'s phone is ringing.")
            self._plan(4.0, member.id, None, None)

    def _habit(self, person: str, code: str) -> tuple[str, float]:
        script = self.scripts.get(code) or self.scripts.get(None)
        if script is not None:
            return script(person, len(self._case(code).asked) - 1)
        drawn = random.Random(f"{person} {code}")
        answer = pick(self._figures.answers, drawn)
        after = LATE + drawn.random() * 8 if answer == "late" else self._figures.answer_seconds.draw(drawn)
        return answer, after

    # --- working a case ----------------------------------------------------------------------------------------------

    def _has(self, member: Member, code: str) -> None:
        """From accepting to done, once. A minute of the world is a second here."""
        if member.id in self._case(code).taken:
            return
        self._case(code).taken.add(member.id)
        self._drop(lambda plan: plan.answer is not None and (plan.person, plan.code) == (member.id, code))
        self._tell(f"{code}: {member.name} has it.")
        if code in self.scripts:
            # In the opening a case is done in seconds, so that its owner is free for the next scene.
            self._plan(2.5, member.id, f"6 {code}", code)
            self._plan(5.0, member.id, f"5 {code}", code)
            return
        drawn = random.Random(f"work {member.id} {code}")
        figures, at = self._figures, 2.0 + drawn.random() * 3
        if self._case(code).mobile:
            self._plan(at, member.id, f"3 {code}", code)
            at += figures.travel_minutes.draw(drawn)
            self._plan(at, member.id, f"4 {code}", code)
            at += 3.0
            spent = figures.on_scene_minutes
        else:
            spent = figures.telephone_minutes
        reached = drawn.random() < figures.reached
        self._plan(at, member.id, f"{'6' if reached else '7'} {code}", code)
        at += spent.draw(drawn) if reached else 10.0
        self._plan(at, member.id, f"5 {code}", code)

    def _case(self, code: str) -> Known:
        known = self.cases.setdefault(code, Known())
        while len(self.cases) > _REMEMBERED:
            self.cases.popitem(last=False)
        return known

    # --- doing -------------------------------------------------------------------------------------------------------

    def _plan(self, after: float, person: str, text: str | None, code: str | None, answer: str | None = None) -> None:
        heapq.heappush(
            self._plans, _Plan(monotonic() + after * self._second, next(self._n), person, text, code, answer)
        )

    def _act(self) -> None:
        while (plan := self._next()) is not None:
            if self._hands.held(plan.person):
                # It waits for the visitor, and is looked at again once they have let go.
                plan.due = monotonic() + _LOOKS_AGAIN
                with self._lock:
                    heapq.heappush(self._plans, plan)
                continue
            number = next(member.number for member in self._members if member.id == plan.person)
            if plan.text is None:
                self._answer_call(plan.person, number)
            else:
                if plan.code is not None and plan.text == f"5 {plan.code}":
                    self.over(plan.code)
                self._phones.reply(number, plan.text)

    def _next(self) -> _Plan | None:
        with self._lock:
            if self._plans and self._plans[0].due <= monotonic():
                return heapq.heappop(self._plans)
            return None

    def _answer_call(self, person: str, number: str) -> None:
        """Pick up what rings; a call that asks for a key gets one if this person wants the case."""
        phone = self._phones.network.phone(number)
        call = next((call for call in reversed(phone.calls) if not call.over), None)
        if call is None:
            return
        if call.status == "ringing":
            code = self._case_of_call(call)
            if code is not None and self._habit(person, code)[0] == "ignore":
                return
            self._phones.pick_up(number)
            with self._lock:
                self._plan(2.0, person, None, None)
        elif call.waiting_for_key:
            self._phones.press(number, "1")

    def _case_of_call(self, call: Call) -> str | None:
        """The newest case this person was asked about by text; a call says its code only once it is picked up."""
        person = next((m.id for m in self._members if m.number == call.to), None)
        return next((code for code, known in reversed(self.cases.items()) if person in known.asked), None)
