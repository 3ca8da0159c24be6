"""Twilio and the way to us: credentials, our number and where its webhooks go, TLS, and whose clock is wrong."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from dispatch import bootstrap
from dispatch.channels.channel import Refusal
from dispatch.channels.failures import FailureKind
from dispatch.channels.twilio import TwilioChannel
from dispatch.cli.checks.finding import Finding, note, ok, red
from dispatch.clock import SystemClock
from dispatch.errors import InvalidInput
from dispatch.settings import Settings

TIMEOUT = 5.0
#: HTTP dates are whole seconds, and an answer takes its time.
SKEW = timedelta(seconds=3)
CERTIFICATE_LEFT = timedelta(days=14)
#: Asked for only to see whether we are let in: who is, is told that there is no such message.
NO_SUCH_MESSAGE = "SM" + "0" * 32
NOT_FOUND = 20404


def check(given: Settings) -> Iterator[Finding]:
    yield from _account(given)
    yield from _reachable(given)
    yield _clock(given)


def _account(given: Settings) -> Iterator[Finding]:
    try:
        channel = bootstrap.channel(given)
    except InvalidInput as error:
        yield red("twilio", error.detail, "see docs/administrators.md, Twilio")
        return
    assert isinstance(channel, TwilioChannel)
    found = channel.fetch(NO_SUCH_MESSAGE)
    if isinstance(found, Refusal) and found.code != NOT_FOUND:
        if found.kind is FailureKind.OURS:
            mend = "mend DISPATCH_TWILIO_ACCOUNT_SID and DISPATCH_TWILIO_AUTH_TOKEN"
            yield red("twilio", f"the account or its token is refused ({found.code})", mend)
        else:
            says = f"{given.twilio_api_base} does not answer as Twilio does ({found.code or found.kind.value})"
            yield red("twilio", says, "see whether this machine may reach it")
        return
    yield ok("twilio", "account and token are accepted")
    yield from _number(given, channel)


def _number(given: Settings, channel: TwilioChannel) -> Iterator[Finding]:
    if given.twilio_from is None:
        mend = "set DISPATCH_TWILIO_FROM too"
        yield red("sender", "without a number of our own no call can go out: ladders end in calls", mend)
        return
    own = channel.own_number(given.twilio_from)
    if isinstance(own, Refusal):
        yield note("sender", f"Twilio does not say whose number it is ({own.code or own.kind.value})")
        return
    if own is None:
        yield red("sender", "DISPATCH_TWILIO_FROM is no number of this account", "buy it, or name the right one")
        return
    wanted = {"sms": f"{given.address}/twilio/sms", "voice": f"{given.address}/twilio/voice"}
    for kind, url in (("sms", own.sms_url), ("voice", own.voice_url)):
        if kind == "sms" and given.twilio_messaging_service_sid is not None:
            yield note("webhook sms", "the messaging service decides", f"see that its webhook is {wanted[kind]}")
        elif url.partition("#")[0] != wanted[kind]:
            mend = f"set it to {wanted[kind]}#rc=5&rp=all, by POST"
            yield red(f"webhook {kind}", f"goes to {url or 'nowhere'}", mend)
        else:
            yield ok(f"webhook {kind}", url)


def _reachable(given: Settings) -> Iterator[Finding]:
    """From here, by the address the world uses: name, proxy and certificate are then right, whoever asks."""
    if given.public_url is None:
        return
    try:
        status = requests.get(f"{given.public_url}/healthz", timeout=TIMEOUT).status_code
    except requests.RequestException as error:
        says = f"{given.public_url} does not answer ({type(error).__name__})"
        yield red("reachable", says, "start the service; see the name, the proxy and its certificate")
        return
    if status != 200:
        yield red("reachable", f"{given.public_url}/healthz answers {status}", "let the proxy pass everything on to us")
        return
    yield ok("reachable", f"{given.public_url}/healthz answers")
    if given.public_url.startswith("https://"):
        yield _certificate(given.public_url)


def _certificate(url: str) -> Finding:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        with (
            closing(socket.create_connection((host, parts.port or 443), timeout=TIMEOUT)) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = str((secure.getpeercert() or {})["notAfter"])
    except (OSError, KeyError) as error:
        return red("certificate", f"cannot be read ({type(error).__name__})", "see the proxy's certificate")
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - SystemClock().now()
    if left < CERTIFICATE_LEFT:
        return red("certificate", f"ends in {left.days} days", "renew it; Twilio stops calling us when it has ended")
    return ok("certificate", f"good for {left.days} days")


def _clock(given: Settings) -> Finding:
    try:
        date = requests.head(given.twilio_api_base, timeout=TIMEOUT).headers["Date"]
        skew = SystemClock().now() - parsedate_to_datetime(date)
    except (requests.RequestException, KeyError, ValueError, TypeError):
        return note("clock", "there was nobody to compare it with")
    if abs(skew) > SKEW:
        way = "ahead" if skew > timedelta() else "behind"
        says = f"this machine's clock is {abs(skew).total_seconds():.0f} s {way}"
        return red("clock", says, "let NTP set it: every deadline is read from it")
    return ok("clock", "agrees with Twilio's")
