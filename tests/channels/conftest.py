from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dispatch.channels.twilio import TwilioChannel
from tests.channels.service import Service
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Phones


@pytest.fixture
def phones() -> Iterator[Phones]:
    with Phones(patience=5.0) as started:
        yield started


@pytest.fixture
def service(phones: Phones) -> Iterator[Service]:
    with Service() as started:
        phones.serve(started.url)
        yield started


@pytest.fixture
def channel(phones: Phones) -> TwilioChannel:
    return TwilioChannel(
        ACCOUNT_SID, AUTH_TOKEN, base_url=phones.url, from_number=OUR_NUMBER, timeout=timedelta(seconds=2)
    )
