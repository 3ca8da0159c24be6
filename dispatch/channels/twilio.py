"""Twilio, through its own client: the one file that touches it.

Three things here are there because of an accident: the SDK has no time limit of its own; its exceptions and its log
lines quote telephone numbers; and its connection pool is smaller than our pool of sending threads, which makes it
open and throw away connections in the middle of a burst.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal, TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from dispatch.channels.channel import Refusal, RemoteMessage, SendResult, Taken
from dispatch.channels.failures import FailureKind, kind_of_answer

TIMEOUT = timedelta(seconds=5)
CONNECTIONS = 64

# Twilio accepts 1 to 36,000 s and advises more than 5 (Message resource, ValidityPeriod).
_VALIDITY = (timedelta(seconds=6), timedelta(seconds=36_000))
# Call resource, Timeout.
_RING = (timedelta(seconds=5), timedelta(seconds=600))

# Lists come sorted by the time of sending. A message still in a queue has none, so we read past the border a little.
_SLACK = timedelta(minutes=5)
_MOST = 1000

# What reading an answer that is not Twilio's can raise, a proxy's page in place of JSON for one.
_GARBLED = (ValueError, TypeError, LookupError, AttributeError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of the account, by where Twilio sends what comes to it; empty is nowhere."""

    sms_url: str
    voice_url: str


class TwilioChannel:
    """Texts and calls by one Twilio account. Safe to share between threads.

    Texts leave from `messaging_service` if there is one, else from `from_number`; calls need `from_number`.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str = "https://api.twilio.com",
        from_number: str | None = None,
        messaging_service: str | None = None,
        timeout: timedelta = TIMEOUT,
        connections: int = CONNECTIONS,
    ) -> None:
        self._from = from_number
        self._service = messaging_service
        self._client: Any = Client(account_sid, auth_token, http_client=_http(base_url, timeout, connections))
        # The SDK builds its parts on first use, without a lock: done here, before threads share it.
        self._client.api.base_url = base_url
        self._messages: Any = self._client.messages
        self._calls: Any = self._client.calls

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> SendResult:
        sender = {"messaging_service_sid": self._service} if self._service else {"from_": self._from}
        return _answered(
            lambda: _taken(
                self._messages.create(
                    to=to,
                    body=body,
                    status_callback=callback,
                    validity_period=_seconds(validity, *_VALIDITY),
                    **sender,
                )
            )
        )

    def call(self, to: str, answer_url: str, callback: str, timeout: timedelta) -> SendResult:
        if self._from is None:
            return Refusal(FailureKind.OURS)
        return _answered(
            lambda: _taken(
                self._calls.create(
                    to=to,
                    from_=self._from,
                    url=answer_url,
                    status_callback=callback,
                    status_callback_event=["initiated", "ringing", "answered", "completed"],
                    timeout=_seconds(timeout, *_RING),
                )
            )
        )

    def find(self, to: str, since: datetime, *, voice: bool = False) -> list[RemoteMessage] | Refusal:
        source = self._calls if voice else self._messages
        # Only the newest page: nobody is sent 50 messages within one lease. No date filter: Twilio's knows days only,
        # and a message still waiting to be sent has no date.
        return _answered(lambda: _since(since, map(_remote, source.list(to=to, limit=50, page_size=50)), "outbound"))

    def inbound(self, since: datetime) -> list[RemoteMessage] | Refusal:
        def read() -> list[RemoteMessage]:
            ours = {"to": self._from} if self._from and not self._service else {}
            found = self._messages.stream(date_sent_after=since, page_size=200, **ours)
            recent: list[RemoteMessage] = []
            for message in map(_remote, islice(found, _MOST)):
                if message.created_at < since - _SLACK:
                    break
                recent.append(message)
            return _since(since, recent, "inbound")

        return _answered(read)

    def own_number(self, number: str) -> OwnNumber | Refusal | None:
        """Where texts and calls to this number of ours go; None when it is none of this account's."""

        def read() -> OwnNumber | None:
            found = self._client.incoming_phone_numbers.list(phone_number=number, limit=1)
            return OwnNumber(found[0].sms_url or "", found[0].voice_url or "") if found else None

        return _answered(read)

    def fetch(self, sid: str) -> RemoteMessage | Refusal:
        source = self._calls if sid.startswith("CA") else self._messages
        return _answered(lambda: _remote(source(sid).fetch()))


def _answered(ask: Callable[[], T]) -> T | Refusal:
    """The answer, or why there is none. Every exception of the SDK ends here, unlogged: it quotes numbers."""
    try:
        return ask()
    except TwilioRestException as error:
        return _refusal(error.status, error.code)
    except TwilioServiceException as error:
        return _refusal(error.status, error.code)
    except requests.exceptions.ConnectTimeout:
        return Refusal(FailureKind.TEMPORARY)
    except requests.exceptions.ConnectionError as error:
        return Refusal(FailureKind.TEMPORARY if _never_connected(error) else FailureKind.UNKNOWN)
    except TwilioException as error:
        return _refused_list(error)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, *_GARBLED):
        return Refusal(FailureKind.UNKNOWN)


def _taken(created: Any) -> Taken:
    if not isinstance(created.sid, str):
        raise TypeError("an answer without a sid")
    return Taken(created.sid)


def _refusal(status: int, code: int | None) -> Refusal:
    # Without a code of its own the SDK puts the HTTP status there.
    return Refusal(kind_of_answer(status, code), code)


def _refused_list(error: TwilioException) -> Refusal:
    # A refused page of a list is raised with the whole response instead of its status and code: without a look inside,
    # wrong credentials would be taken for an answer lost on the way.
    response = error.args[1] if len(error.args) > 1 else None
    status = getattr(response, "status_code", None)
    if not isinstance(status, int):
        return Refusal(FailureKind.UNKNOWN)
    try:
        code = json.loads(response.text).get("code")  # type: ignore[union-attr]  # it has a status, so it is one
    except _GARBLED:
        code = None
    return _refusal(status, code if isinstance(code, int) else None)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """True when no byte can have reached the provider, so that sending again cannot page twice."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)


def _http(base_url: str, timeout: timedelta, connections: int) -> Any:
    quiet = logging.getLogger("dispatch.channels.twilio.sdk")
    quiet.disabled = True
    http = TwilioHttpClient(logger=quiet)
    # One limit for the whole request. Given as a number it would count for connecting and for reading each, which
    # together outlast the lease of a send.
    http.timeout = urllib3.Timeout(total=timeout.total_seconds())
    session = http.session
    # Proxy and certificate settings of the environment, read once: per request that is a third of the SDK's CPU time.
    environment = session.merge_environment_settings(base_url, {}, None, None, None)
    session.proxies.update(environment["proxies"])
    session.verify, session.cert, session.trust_env = environment["verify"], environment["cert"], False
    session.mount(base_url, HTTPAdapter(pool_connections=2, pool_maxsize=connections))
    return http


def _seconds(span: timedelta, least: timedelta, most: timedelta) -> int:
    return int(min(max(span, least), most).total_seconds())


def _since(
    since: datetime, messages: Iterable[RemoteMessage], direction: Literal["inbound", "outbound"]
) -> list[RemoteMessage]:
    # Twilio gives whole seconds: a message of the same second as `since` counts.
    border = since.replace(microsecond=0)
    kept = [message for message in messages if message.direction == direction and message.created_at >= border]
    return sorted(kept, key=lambda message: message.created_at, reverse=True)


def _remote(item: Any) -> RemoteMessage:
    return RemoteMessage(
        sid=item.sid,
        direction="inbound" if str(item.direction).startswith("inbound") else "outbound",
        status=str(item.status),
        error_code=getattr(item, "error_code", None),
        created_at=item.date_created,
        to=item.to or "",
        # The SDK calls it `from_` for messages and `_from` for calls.
        from_=getattr(item, "from_", None) or getattr(item, "_from", None) or "",
        body=getattr(item, "body", None) or "",
    )
