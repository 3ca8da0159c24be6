"""A message and a call, as the provider's API shows them."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from dispatch import gsm7

API = "/2010-04-01"


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass(slots=True)
class Message:
    """`arrived`: it is on the phone's screen. `seq` orders everything that happened at this stand-in."""

    sid: str
    to: str
    from_: str
    body: str
    direction: str
    status: str
    created_at: datetime
    seq: int = 0
    sent_at: datetime | None = None
    error_code: int | None = None
    arrived: bool = False
    callback: str | None = None
    validity: int | None = None
    messaging_service: str | None = None

    def json(self, account: str) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "messaging_service_sid": self.messaging_service,
            "api_version": "2010-04-01",
            "to": self.to,
            "from": self.from_,
            "body": self.body,
            "status": self.status,
            "direction": self.direction,
            "num_segments": str(-(-gsm7.septets(self.body) // gsm7.SEGMENT)),
            "num_media": "0",
            "price": None,
            "price_unit": "USD",
            "error_code": self.error_code,
            "error_message": None,
            "date_created": format_datetime(self.created_at),
            "date_updated": format_datetime(self.sent_at or self.created_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "uri": f"{API}/Accounts/{account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


@dataclass(slots=True)
class Call:
    """`heard` is every line spoken into it, `dialled` the number it was joined to."""

    sid: str
    to: str
    from_: str
    direction: str
    status: str
    created_at: datetime
    seq: int = 0
    url: str | None = None
    callback: str | None = None
    events: frozenset[str] = frozenset({"completed"})
    ring_for: float = 60.0
    heard: list[str] = field(default_factory=list)
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    picked_up: asyncio.Event = field(default_factory=asyncio.Event)
    waiting_for_key: bool = False
    #: Cleared while the call waits for its person, set again when it goes on.
    going_on: asyncio.Event = field(default_factory=asyncio.Event)
    dialled: str | None = None

    @property
    def over(self) -> bool:
        return self.status in ("completed", "no-answer", "busy", "failed", "canceled")

    def json(self, account: str) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "to": self.to,
            "from": self.from_,
            "status": self.status,
            "direction": self.direction,
            "duration": "1" if self.status == "completed" else None,
            "answered_by": None,
            "date_created": format_datetime(self.created_at),
            "date_updated": format_datetime(self.created_at),
            "start_time": format_datetime(self.created_at),
            "end_time": format_datetime(self.created_at) if self.over else None,
            "uri": f"{API}/Accounts/{account}/Calls/{self.sid}.json",
            "subresource_uris": {},
        }
