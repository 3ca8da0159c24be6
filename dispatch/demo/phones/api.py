"""The provider's HTTP API, as far as the service uses it: send, list and fetch messages; make, list and fetch calls.

Source: Twilio, Message resource and Call resource, https://www.twilio.com/docs/messaging/api, .../voice/api.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import parse_qs, parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dispatch.clock import Clock
from dispatch.demo.phones.calls import Calls
from dispatch.demo.phones.carrier import Carrier, Tasks
from dispatch.demo.phones.lines import Callbacks
from dispatch.demo.phones.network import Network
from dispatch.demo.phones.records import API, Call, Message, new_sid

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")


class _NoAnswer(Response):
    """The connection breaks after the request was taken and before the answer is whole."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"1000")]})


class Api:
    """`latency` in seconds is added to every answer; it never holds up another request."""

    def __init__(
        self, network: Network, carrier: Carrier, calls: Calls, tasks: Tasks, clock: Clock, latency: float
    ) -> None:
        self.latency = latency
        self._network = network
        self._carrier = carrier
        self._calls = calls
        self._tasks = tasks
        self._clock = clock
        self._account = carrier.account

    def routes(self) -> list[Route]:
        account = f"{API}/Accounts/{{account}}"
        return [
            Route(f"{account}/Messages.json", self.create_message, methods=["POST"]),
            Route(f"{account}/Messages.json", self.list_messages, methods=["GET"]),
            Route(f"{account}/Messages/{{sid}}.json", self.fetch_message, methods=["GET"]),
            Route(f"{account}/Calls.json", self.create_call, methods=["POST"]),
            Route(f"{account}/Calls.json", self.list_calls, methods=["GET"]),
            Route(f"{account}/Calls/{{sid}}.json", self.fetch_call, methods=["GET"]),
            Route(f"{account}/IncomingPhoneNumbers.json", self.list_numbers, methods=["GET"]),
        ]

    async def create_message(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self._network.asked += 1
        asked_at = self._clock.now()
        await asyncio.sleep(self.latency)
        if refused := self._stranger(request) or self._bad_message(form):
            return refused
        to = form["To"]
        phone = self._network.phone(to)
        await asyncio.sleep(phone.line.delay)
        if phone.opted_out or phone.line.refuse:
            return _error(*(phone.line.refuse or (400, 21610)), to)
        message = Message(
            sid=new_sid("SM"),
            to=to,
            from_=form.get("From", self._account.numbers[0]),
            body=form["Body"],
            direction="outbound-api",
            status="queued",
            created_at=asked_at,
            callback=form.get("StatusCallback"),
            validity=int(form.get("ValidityPeriod", "36000")),
            messaging_service=form.get("MessagingServiceSid"),
        )
        self._network.add_message(message)
        answer = JSONResponse(message.json(self._account.sid), 201)
        delivery = self._tasks.start(self._carrier.send(message, phone))
        if phone.line.callbacks is Callbacks.EARLY:
            await delivery
        return _NoAnswer() if phone.line.lose_answer else answer

    async def create_call(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        one = {name: values[-1] for name, values in form.items()}
        self._network.asked += 1
        await asyncio.sleep(self.latency)
        if refused := self._stranger(request):
            return refused
        if not _NUMBER.fullmatch(one.get("To", "")):
            return _error(400, 21211, one.get("To", ""))
        if one.get("From") not in self._account.numbers:
            return _error(400, 21212, one.get("From", ""))
        if not one.get("Url", "").startswith("http"):
            return _error(400, 21205, one.get("Url", ""))
        phone = self._network.phone(one["To"])
        call = Call(
            sid=new_sid("CA"),
            to=one["To"],
            from_=one["From"],
            direction="outbound-api",
            status="queued",
            created_at=self._clock.now(),
            url=one["Url"],
            callback=one.get("StatusCallback"),
            events=frozenset(form.get("StatusCallbackEvent", ["completed"])),
            ring_for=float(one.get("Timeout", "60")),
        )
        self._network.add_call(call, phone)
        answer = JSONResponse(call.json(self._account.sid), 201)
        self._tasks.start(self._calls.ring(call, phone))
        return _NoAnswer() if phone.line.lose_answer else answer

    async def list_messages(self, request: Request) -> Response:
        return await self._listed(request, "Messages", list(self._network.messages.values()))

    async def list_calls(self, request: Request) -> Response:
        return await self._listed(request, "Calls", list(self._network.calls.values()))

    async def fetch_message(self, request: Request) -> Response:
        return await self._one(request, self._network.messages.get(request.path_params["sid"]))

    async def fetch_call(self, request: Request) -> Response:
        return await self._one(request, self._network.calls.get(request.path_params["sid"]))

    async def list_numbers(self, request: Request) -> Response:
        """The account's own numbers, as far as anybody asks: where texts and calls to them go."""
        await asyncio.sleep(self.latency)
        if refused := self._stranger(request):
            return refused
        wanted = request.query_params.get("PhoneNumber")
        urls = {"sms_url": self._account.sms_url, "voice_url": self._account.voice_url}
        numbers = [number for number in self._account.numbers if wanted in (None, number)]
        here = f"{API}/Accounts/{self._account.sid}/IncomingPhoneNumbers.json"
        return JSONResponse(
            {
                "incoming_phone_numbers": [{"phone_number": number, **urls} for number in numbers],
                "page": 0,
                "page_size": 50,
                "uri": here,
                "next_page_uri": None,
            }
        )

    async def _one(self, request: Request, record: Message | Call | None) -> Response:
        await asyncio.sleep(self.latency)
        if refused := self._stranger(request):
            return refused
        if record is None:
            return _error(404, 20404, request.url.path)
        return JSONResponse(record.json(self._account.sid))

    async def _listed(self, request: Request, kind: str, records: Sequence[Message | Call]) -> Response:
        """One page, newest first. Dates count whole days, as the provider's documentation promises no more."""
        await asyncio.sleep(self.latency)
        if refused := self._stranger(request):
            return refused
        query = dict(request.query_params)
        kept = [record for record in reversed(records) if _matches(record, query)]
        size = min(1000, max(1, int(query.get("PageSize", "50"))))
        after = next((at for at, record in enumerate(kept, 1) if record.sid == query.get("PageToken")), 0)
        page, more = kept[after : after + size], len(kept) > after + size
        number = int(query.get("Page", "0"))
        here = f"{API}/Accounts/{self._account.sid}/{kind}.json"
        onward = {**query, "Page": str(number + 1), "PageToken": page[-1].sid} if more else {}
        return JSONResponse(
            {
                kind.lower(): [record.json(self._account.sid) for record in page],
                "page": number,
                "page_size": size,
                "uri": f"{here}?{urlencode(query)}",
                "first_page_uri": f"{here}?PageSize={size}",
                "next_page_uri": f"{here}?{urlencode(onward)}" if more else None,
                "previous_page_uri": None,
                "start": after,
                "end": after + len(page) - 1,
            }
        )

    def _stranger(self, request: Request) -> Response | None:
        expected = base64.b64encode(f"{self._account.sid}:{self._account.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _error(401, 20003, "Authenticate")
        return None if request.path_params["account"] == self._account.sid else _error(404, 20404, request.url.path)

    def _bad_message(self, form: dict[str, str]) -> Response | None:
        if not _NUMBER.fullmatch(form.get("To", "")):
            return _error(400, 21211, form.get("To", ""))
        if not form.get("Body"):
            return _error(400, 21602, form["To"])
        if len(form["Body"]) > 1600:
            return _error(400, 21617, form["To"])
        if "MessagingServiceSid" in form:
            known = form["MessagingServiceSid"] in self._account.messaging_services
            return None if known else _error(400, 21705, form["MessagingServiceSid"])
        if "From" not in form:
            return _error(400, 21603, form["To"])
        return None if form["From"] in self._account.numbers else _error(400, 21606, form["From"])


def _matches(record: Message | Call, query: dict[str, str]) -> bool:
    if query.get("To", record.to) != record.to or query.get("From", record.from_) != record.from_:
        return False
    day = ((record.sent_at if isinstance(record, Message) else None) or record.created_at).date()
    return not (
        ("DateSent>" in query and day < _day(query["DateSent>"]))
        or ("DateSent<" in query and day > _day(query["DateSent<"]))
        or ("DateSent" in query and day != _day(query["DateSent"]))
    )


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _error(status: int, code: int, about: str) -> Response:
    # The real provider quotes the number in its message; nothing of ours may repeat it.
    return JSONResponse(
        {
            "code": code,
            "message": f"The request about '{about}' was refused.",
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status,
    )
