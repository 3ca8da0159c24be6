"""Builds a process's service from its settings. The one place where the parts meet."""

from __future__ import annotations

from dispatch import policyfile, rulepackfile
from dispatch.channels.absent import AbsentChannel
from dispatch.channels.channel import Channel
from dispatch.channels.signature import Signatures
from dispatch.channels.twilio import TwilioChannel
from dispatch.clock import Clock, SystemClock
from dispatch.duties import Worker
from dispatch.errors import InvalidInput
from dispatch.flow.instruments import Instruments
from dispatch.flow.rosters import Rosters
from dispatch.flow.service import Service
from dispatch.policy import Policy
from dispatch.policyreader import Bands
from dispatch.queue import Queue
from dispatch.settings import Settings
from dispatch.store.engine import Record
from dispatch.store.keyring import Keyring
from dispatch.store.sealing import Sealer
from protocols.loader import Library


def build(settings: Settings, *, clock: Clock | None = None, pool_size: int = 20) -> Service:
    """The service over the record and the queue that the settings name. Raises InvalidInput when a needed setting is
    missing."""
    if settings.secret_key is None:
        raise InvalidInput("DISPATCH_SECRET_KEY is needed: it seals personal data.")
    library = Library.shipped(
        *([settings.data_dir / "protocols"] if (settings.data_dir / "protocols").is_dir() else [])
    )
    bands = {p.id: [b.id for b in p.bands] for p in library}
    return Service(
        record=Record(settings.record_url, pool_size=pool_size),
        queue=Queue(settings.queue_url),
        clock=clock or SystemClock.parse(settings.clock),
        sealer=Sealer(Keyring.parse(settings.secret_key.get_secret_value())),
        library=library,
        instruments=Instruments(library),
        rosters=Rosters(rulepackfile.shipped(), bands, _policy(settings, bands)),
        public_url=settings.address,
        hotline_number=settings.twilio_from,
        senders=settings.senders,
        demo=settings.demo,
    )


def _policy(settings: Settings, bands: Bands) -> Policy:
    """The site's policy over the shipped one. Raises InvalidFile naming every fault's line: no hotline starts on a
    policy that is not the one it was given."""
    file = settings.policy_file
    if file is None:
        return policyfile.default()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"DISPATCH_POLICY_FILE cannot be read: {file} ({type(error).__name__})") from None
    return policyfile.parse(text, str(file), policyfile.default(), bands)


def channel(settings: Settings) -> Channel:
    """The way to people's phones. Raises InvalidInput naming what is missing."""
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        raise InvalidInput("DISPATCH_TWILIO_ACCOUNT_SID and DISPATCH_TWILIO_AUTH_TOKEN are needed to page anybody.")
    return TwilioChannel(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        base_url=settings.twilio_api_base,
        from_number=settings.twilio_from,
        messaging_service=settings.twilio_messaging_service_sid,
    )


def signatures(settings: Settings) -> Signatures | None:
    if settings.twilio_auth_token is None:
        return None
    following = settings.twilio_auth_token_next
    return Signatures(
        settings.address,
        settings.twilio_auth_token.get_secret_value(),
        following.get_secret_value() if following else None,
    )


def build_worker(settings: Settings, process: str) -> Worker:
    """A service that also sends, for one of the loops of `workers`. Without a provider it records, and alarms, all the
    same: the first start comes before Twilio is set up."""
    known = settings.twilio_account_sid is not None and settings.twilio_auth_token is not None
    return Worker(build(settings, pool_size=16), channel(settings) if known else AbsentChannel(), process)
