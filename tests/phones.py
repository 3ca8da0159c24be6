"""Phones for stories: what a person sees, hears, texts and presses, and nothing that nobody expected.

    phones.phone("+12025550101").expect_sms("K7Q", "accept").reply("1 K7Q").expect_sms("You have K7Q")
    phones.phone("+12025550104").expect_call("nobody has taken").press("1").expect_heard("Acknowledged")
    phones.assert_quiet()

Waiting is always on a condition. `assert_quiet` fails on every text and call that no line of the story asked for,
which is how a page to the wrong person, or a second one to the right person, is found.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from dispatch.clock import Clock
from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.lines import Line
from dispatch.demo.phones.records import Call, Message
from dispatch.demo.phones.server import PhoneServer

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "a-made-up-token"
OUR_NUMBER = "+12025550100"
PUBLIC_URL = "https://crisis.test"
#: What the provider is told to do when a webhook fails: five more tries, whatever was wrong.
RETRY = "#rc=5&rp=all"
LIMIT = 10.0


class Handset:
    """One person's phone. Every act returns the handset, so that a story reads as one sentence."""

    def __init__(self, phones: Phones, number: str) -> None:
        self._phones = phones
        self.number = number
        self._last: Message | None = None

    def expect_sms(self, *words: str, seconds: float = LIMIT) -> Self:
        """Wait for a text, not yet accounted for, that has all `words` in it, in any case."""
        network = self._phones.server.network
        wanted = [word.casefold() for word in words]

        def found() -> Message | None:
            fresh = (message for message in self._texts() if message.sid not in self._phones.expected)
            return next((m for m in fresh if all(word in m.body.casefold() for word in wanted)), None)

        message = network.wait(found, seconds)
        assert message is not None, f"{self.number} got no text with {words}; {self._screen()}"
        self._phones.expected.add(message.sid)
        self._last = message
        return self

    def expect_call(self, *words: str, seconds: float = LIMIT) -> Self:
        """Wait for a call, not yet accounted for, in which all `words` are said."""
        network = self._phones.server.network

        def found() -> Call | None:
            fresh = (call for call in self._calls() if call.sid not in self._phones.expected)
            return next((call for call in fresh if _says(call, words)), None)

        call = network.wait(found, seconds)
        assert call is not None, f"{self.number} got no call with {words}; {self._screen()}"
        self._phones.expected.add(call.sid)
        return self

    def expect_heard(self, *words: str, seconds: float = LIMIT) -> Self:
        """Wait until the newest call has said all `words`."""
        network = self._phones.server.network
        heard = network.wait(lambda: self._calls() and _says(self._calls()[-1], words), seconds)
        assert heard, f"{self.number} did not hear {words}; {self._screen()}"
        return self

    def reply(self, body: str) -> Self:
        self._phones.server.reply(self.number, body)
        return self

    def press(self, keys: str) -> Self:
        assert self._phones.server.press(self.number, keys), f"{self.number} is in no call; {self._screen()}"
        return self

    def pick_up(self, seconds: float = LIMIT) -> Self:
        """Wait for the phone to ring, and pick up."""
        network = self._phones.server.network
        assert network.wait(lambda: any(call.status == "ringing" for call in self._calls()), seconds), self._screen()
        assert self._phones.server.pick_up(self.number), self._screen()
        return self

    def dial(self) -> Self:
        """Call the service's number."""
        self._phones.server.dial(self.number)
        return self

    def behaves(self, line: Line) -> Self:
        self._phones.server.network.behave(self.number, line)
        return self

    @property
    def last_text(self) -> str:
        """The body of the text last expected here."""
        assert self._last is not None, f"no text was expected at {self.number} yet"
        return self._last.body

    def _texts(self) -> list[Message]:
        thread = self._phones.server.network.phone(self.number).thread
        return [message for message in thread if message.direction != "inbound"]

    def _calls(self) -> list[Call]:
        return [call for call in self._phones.server.network.phone(self.number).calls if call.direction != "inbound"]

    def _screen(self) -> str:
        texts = [message.body for message in self._texts()]
        return f"texts: {texts}; calls: {[(call.status, call.heard) for call in self._calls()]}"

    def unexpected(self) -> list[str]:
        found: list[Message | Call] = [*self._texts(), *self._calls()]
        return [
            f"{self.number}: {item.body if isinstance(item, Message) else f'a call, {item.heard}'}"
            for item in found
            if item.sid not in self._phones.expected
        ]


class Phones:
    """All phones of one story, on a stand-in of its own.

    The service is known to it as `public_url`, and found where `serve` says once it has a port.
    """

    def __init__(
        self,
        *,
        public_url: str = PUBLIC_URL,
        clock: Clock | None = None,
        latency: float = 0.0,
        patience: float = 30.0,
    ) -> None:
        self.public_url = public_url
        account = Account(
            ACCOUNT_SID,
            AUTH_TOKEN,
            (OUR_NUMBER,),
            f"{public_url}/twilio/sms{RETRY}",
            f"{public_url}/twilio/voice{RETRY}",
        )
        self.server = PhoneServer(account, clock=clock, latency=latency, patience=patience)
        self.expected: set[str] = set()
        self._handsets: dict[str, Handset] = {}

    @property
    def url(self) -> str:
        """What to give the service as DISPATCH_TWILIO_API_BASE."""
        return self.server.url

    def serve(self, local_url: str) -> None:
        """The service under test listens at `local_url`."""
        self.server.reach(self.public_url, local_url)

    def phone(self, number: str) -> Handset:
        if number not in self._handsets:
            self._handsets[number] = Handset(self, number)
        return self._handsets[number]

    def take_as_read(self) -> None:
        """Everything so far was meant: for a long night, of which a story counts the pages instead."""
        assert self.server.network.settle(LIMIT), "the phones did not come to rest"
        for phone in self.server.network.phones():
            self.expected |= {message.sid for message in phone.thread} | {call.sid for call in phone.calls}

    def assert_quiet(self) -> None:
        """Fail on anything nobody expected, once nothing is under way any more."""
        network = self.server.network
        assert network.settle(LIMIT), "the phones did not come to rest"
        unexpected = [line for phone in network.phones() for line in self.phone(phone.number).unexpected()]
        assert not unexpected, "nobody expected: " + "; ".join(unexpected)
        assert not network.faults, f"the phones met a fault: {list(network.faults)}"

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()


def _says(call: Call, words: tuple[str, ...]) -> bool:
    heard = " ".join(call.heard).casefold()
    return all(word.casefold() in heard for word in words)
