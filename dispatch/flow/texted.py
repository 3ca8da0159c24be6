"""One text of somebody who works here, under way: read once, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from dispatch.access import Actor
from dispatch.effects import Effect, Tell
from dispatch.flow.commit import mirror
from dispatch.flow.service import Service
from dispatch.store import inbox, ledger, outbox
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry


class AlreadyRead(Exception):
    """Another has acted on this text already: roll back."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text under way: who wrote it, and the arrival to be marked read by whatever is made of it."""

    svc: Service
    actor: Actor
    inbox_id: str
    person: Row[Any]
    words: str
    #: everybody who has this number
    sharing: Sequence[Row[Any]]

    def finish(self, conn: Connection, _: object = None) -> None:
        if not inbox.finish(conn, self.inbox_id, self.svc.clock.now()):
            raise AlreadyRead


def say(text: Text, words: str, **about: str) -> None:
    """Answer with these words, and nothing else."""
    svc, now = text.svc, text.svc.clock.now()
    with svc.record.write() as conn:
        text.finish(conn)
        tell(svc, conn, text, Tell(text.person.id, words, about), now)
        n = ledger.append(conn, [Entry(now, text.actor.id, "answered", None, None, {"words": words})])
    mirror(svc, Told(teams=set(text.person.teams), ledger_no=n))


def tell(svc: Service, conn: Connection, text: Text, effect: Effect, now: datetime) -> None:
    """The answer as an effect of a transaction that does more."""
    team = text.person.teams[0] if text.person.teams else ""
    outbox.add(conn, [effect_row(effect, team, None, 0, svc.new_id, now)], now)
