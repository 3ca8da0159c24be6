"""What every flow function is given beside the actor: the record, the queue, the clock, the library, the secrets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from dispatch.clock import Clock, SystemClock
from dispatch.flow.instruments import Instruments
from dispatch.flow.rosters import Rosters
from dispatch.queue import Queue
from dispatch.store.engine import Record
from dispatch.store.sealing import Sealer
from protocols.loader import Library


def new_id() -> str:
    """A fresh row id: the second it was made in, then 64 random bits.

    Rows made together lie together in every index, which is what keeps a commit small; the time says no more than the
    row's own columns do.
    """
    return f"{int(SystemClock().now().timestamp()):08x}{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class Service:
    """Built once a process by `bootstrap`; shared by its threads. `public_url` is where people and the provider reach
    us."""

    record: Record
    queue: Queue
    clock: Clock
    sealer: Sealer
    library: Library
    instruments: Instruments
    rosters: Rosters
    public_url: str
    #: what a person sees who is called back by us
    hotline_number: str | None = None
    #: every number that texts and calls of ours come from, as far as the settings say
    senders: tuple[str, ...] = ()
    demo: bool = False
    new_id: Callable[[], str] = field(default=new_id)
