"""What the demo's pages ask the world: what is on the phones, what is happening, and what a visitor does.

These routes stand beside the stand-in's own, on a port of this machine, for whoever has the account's token. They are
plain functions, so each runs in a thread: what a visitor does is handed to the phones' event loop and waited for.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dispatch.clock import monotonic
from dispatch.demo.lines import BUTTONS, button_of
from dispatch.demo.people import Member
from dispatch.demo.phones.network import Phone
from dispatch.demo.phones.records import Call, Message
from dispatch.demo.texts import Asks, read

if TYPE_CHECKING:
    from dispatch.demo.world import World

ON_SCREEN = 12
LONGEST = 320
Answer = dict[str, Any]


def routes(world: World, members: tuple[Member, ...]) -> list[Route]:
    """`world` is only used once a request comes."""
    control = _Control(world, members)
    return [
        Route("/demo/now", _guarded(world, control.now), methods=["GET"]),
        Route("/demo/phones/{person}/{act}", _guarded(world, control.act), methods=["POST"]),
        Route("/demo/redis", _guarded(world, control.redis), methods=["POST"]),
        Route("/demo/skip", _guarded(world, control.skip), methods=["POST"]),
        Route("/demo/work", _guarded(world, control.work), methods=["POST"]),
    ]


def _guarded(world: World, do: Callable[[Request], Answer | None]) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given, f"Bearer {world.phones.account.token}"):
            return Response(status_code=401)
        answer = do(request)
        return JSONResponse(answer) if answer is not None else Response(status_code=404)

    return handle


class _Control:
    def __init__(self, world: World, members: tuple[Member, ...]) -> None:
        self._world = world
        self._members = {member.id: member for member in members}

    def now(self, request: Request) -> Answer:
        """Everything the pages show. `held`: phones in this visitor's hand; `role`: how they look at the service."""
        world, query = self._world, request.query_params
        world.hands.holds(person for person in query.getlist("held") if person in self._members)
        if role := query.get("role"):
            world.hands.looks_as(role)
        due = world.next_arrival
        return {
            "strip": world.strip.shown(),
            "phones": [self._phone(member) for member in self._members.values()],
            "outage": _outage(world),
            "open_cases": world.office.open_cases,
            "alarms": world.office.alarms,
            "next_arrival": None if due is None else max(0, round(due - monotonic())),
        }

    def act(self, request: Request) -> Answer | None:
        """What a visitor does on a phone: `text` or `key` (`words`), `press` in a call, `pick_up`, one of BUTTONS."""
        member, act = self._members.get(request.path_params["person"]), request.path_params["act"]
        if member is None:
            return None
        world, words = self._world, request.query_params.get("words", "")[:LONGEST]
        if act == "let_go":
            world.hands.lets_go(member.id)
        else:
            world.hands.holds([member.id])
        phones = world.phones
        if act in BUTTONS:
            phones.network.behave(member.number, BUTTONS[act])
        elif act in ("text", "key") and words.strip():
            world.habits.visitor_acted(member.id, words)
            phones.reply(member.number, _meant(phones.network.phone(member.number), words) if act == "key" else words)
        elif act == "press" and words in set("0123456789*#"):
            phones.press(member.number, words)
        elif act == "pick_up":
            phones.pick_up(member.number)
        elif act not in ("hold", "let_go", "text", "key", "press"):
            return None
        return self._phone(member)

    def redis(self, _: Request) -> Answer:
        self._world.outage.begin(self._world.stopping)
        return {"outage": _outage(self._world)}

    def skip(self, _: Request) -> Answer:
        self._world.skip.set()
        return {}

    def work(self, _: Request) -> Answer:
        """A visitor has opened or pressed something on the board."""
        self._world.hands.goes_to_work()
        return {}

    def _phone(self, member: Member) -> Answer:
        network = self._world.phones.network
        with network.changed:
            phone = network.phone(member.number)
            texts = [_text(message) for message in list(phone.thread)[-ON_SCREEN:]]
            call = next((call for call in reversed(phone.calls) if not call.over), None)
            line, stopped = button_of(phone.line), phone.opted_out
            in_call = None if call is None else _call(call)
        return {
            "id": member.id,
            "name": member.name,
            "number": member.number,
            "title": member.post.title,
            "layers": list(member.post.layers),
            "texts": texts,
            "call": in_call,
            "line": line,
            "stopped": stopped,
            "held": round(self._world.hands.left(member.id)),
            "waits": _waits(phone),
        }


def _outage(world: World) -> int:
    """Seconds for which Redis stays gone, at least 1 until it is back and filled."""
    return max(1, round(world.outage.left)) if world.outage.gone else 0


def _meant(phone: Phone, key: str) -> str:
    """The key; with the newest page's code where the key alone could mean an older page too."""
    pages = [read(message.body).code for message in phone.thread if read(message.body).asks is Asks.PAGE]
    return f"{key} {pages[-1]}" if key in ("1", "2") and len(set(pages)) > 1 else key


def _text(message: Message) -> Answer:
    mine = message.direction == "inbound"
    return {"mine": mine, "words": message.body, "at": message.created_at.isoformat(), "seq": message.seq}


def _call(call: Call) -> Answer:
    return {"ringing": call.status == "ringing", "said": call.heard[-1:], "keys": call.waiting_for_key}


def _waits(phone: Phone) -> bool:
    """The newest thing on the screen is a page nobody has answered."""
    newest = phone.thread[-1] if phone.thread else None
    return newest is not None and newest.direction != "inbound" and " accept, " in newest.body
