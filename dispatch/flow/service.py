"""What every flow function is given beside the actor: the record, the queue, the clock, the library, the secrets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from dispatch.clock import Clock
from dispatch.flow.rosters import Rosters
from dispatch.queue import Queue
from dispatch.store.engine import Record
from dispatch.store.sealing import Sealer
from protocols.loader import Library


def new_id() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True, slots=True)
class Service:
    """Built once a process by `bootstrap`; shared by its threads. `public_url` is where people and the provider reach
    us."""

    record: Record
    queue: Queue
    clock: Clock
    sealer: Sealer
    library: Library
    rosters: Rosters
    public_url: str
    #: what a person sees who is called back by us
    hotline_number: str | None = None
    demo: bool = False
    new_id: Callable[[], str] = field(default=new_id)
