"""Everything the stand-in remembers, bounded, and how to wait for it.

The event loop of the server is the only writer of what happens; other threads read under the lock, wait on the
condition, and hand what a person does (a reply, a key) to the loop.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from dispatch.clock import monotonic
from dispatch.demo.phones.lines import NORMAL, Line
from dispatch.demo.phones.records import Call, Message

MESSAGES, CALLS, PHONES, ON_SCREEN = 5_000, 1_000, 5_000, 200

T = TypeVar("T")


@dataclass(slots=True)
class Phone:
    """`thread` is what its screen shows, both ways, oldest first; it forgets what is long gone."""

    number: str
    line: Line = NORMAL
    opted_out: bool = False
    thread: deque[Message] = field(default_factory=lambda: deque(maxlen=ON_SCREEN))
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=ON_SCREEN))


class Network:
    def __init__(self, usual: Line = NORMAL) -> None:
        self._usual = usual
        self.changed = threading.Condition(threading.RLock())
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.calls: OrderedDict[str, Call] = OrderedDict()
        #: Every message the API took or refused, ever; the records themselves are bounded.
        self.asked = 0
        #: What went wrong in the stand-in itself, or in a document the service sent it.
        self.faults: deque[str] = deque(maxlen=ON_SCREEN)
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._busy = 0
        self._seq = count(1)

    def phone(self, number: str) -> Phone:
        with self.changed:
            phone = self._phones.get(number)
            if phone is None:
                phone = self._phones[number] = Phone(number, self._usual)
                _forget(self._phones, PHONES)
            return phone

    def phones(self) -> list[Phone]:
        with self.changed:
            return list(self._phones.values())

    def behave(self, number: str, line: Line) -> None:
        """From now on `number` behaves like `line`."""
        with self.changed:
            self.phone(number).line = line

    def add_message(self, message: Message) -> None:
        with self.changed:
            message.seq = next(self._seq)
            self.messages[message.sid] = message
            _forget(self.messages, MESSAGES)
            self.changed.notify_all()

    def show(self, phone: Phone, message: Message) -> None:
        """Put `message` on the phone's screen."""
        with self.changed:
            message.seq = next(self._seq)
            message.arrived = True
            phone.thread.append(message)
            self.changed.notify_all()

    def add_call(self, call: Call, phone: Phone) -> None:
        with self.changed:
            call.seq = next(self._seq)
            self.calls[call.sid] = call
            _forget(self.calls, CALLS)
            phone.calls.append(call)
            self.changed.notify_all()

    def note(self) -> None:
        """Something that was waited for may be true now."""
        with self.changed:
            self.changed.notify_all()

    def begin(self) -> None:
        """One more piece of work is under way; until its `end` the network is not settled."""
        with self.changed:
            self._busy += 1

    def end(self) -> None:
        with self.changed:
            self._busy -= 1
            self.changed.notify_all()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Work under way that goes on only when a person does something."""
        self.end()
        try:
            yield
        finally:
            self.begin()

    def fault(self, what: str) -> None:
        with self.changed:
            self.faults.append(what)
            self.changed.notify_all()

    def wait(self, condition: Callable[[], T], seconds: float = 10.0) -> T | None:
        """The first truthy answer of `condition`, asked at each change; None after `seconds`."""
        deadline = monotonic() + seconds
        with self.changed:
            while not (answer := condition()):
                left = deadline - monotonic()
                if left <= 0 or not self.changed.wait(left):
                    return condition() or None
            return answer

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until every text, call step and webhook under way is done; False when some are not by then."""
        return bool(self.wait(lambda: self._busy == 0, seconds))


def _forget(records: OrderedDict[str, T], most: int) -> None:
    while len(records) > most:
        records.popitem(last=False)
