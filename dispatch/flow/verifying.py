"""A number is proved to be somebody's by a code sent to it, entered on the page or texted back; or by an answer that
only its owner would give.

The code itself is kept nowhere: not in the record, not in the outbox. It is worked out from the service's secret and a
random mark when it is sent, and compared by a keyed hash.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from dispatch.access import Act, Actor, check
from dispatch.effects import Tell
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.flow.commit import mirror
from dispatch.flow.service import Service
from dispatch.store import ledger, outbox, people, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry

#: The words of the text that carries a code.
WORDS = "number_code"
LASTS = timedelta(minutes=10)
#: Guesses at one number within that time, however many codes are sent in it.
TRIES = 5
#: Between two texts to one person: a button pressed in a hurry must not flood a telephone.
PAUSE = timedelta(minutes=1)
_V = schema.verifications


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    """`verified_at` null: not proved. `expires_at`: a code is waited for until then."""

    person: str
    verified_at: datetime | None
    expires_at: datetime | None


def number(actor: Actor, svc: Service, person: str) -> NumberView:
    """Whether a person's number is proved. Raises NotFound."""
    now = svc.clock.now()
    with svc.record.read() as conn:
        row = _whom(actor, conn, person)
        sent = conn.execute(select(_V).where(_V.c.person == person)).one_or_none()
    waits = sent is not None and sent.expires_at > now and sent.phone_index == row.phone_index
    return NumberView(
        person=person,
        verified_at=row.verified_at,
        expires_at=sent.expires_at if sent is not None and waits and row.verified_at is None else None,
    )


def ask(actor: Actor, svc: Service, person: str) -> NumberView:
    """Text a code to the number on record. The person themselves, or whoever manages people.

    Raises NotFound, and Refused where there is no number, texts are stopped, or a code was sent just now.
    """
    now = svc.clock.now()
    with svc.record.write() as conn:
        row = _whom(actor, conn, person)
        before = conn.execute(svc.record.for_update(select(_V).where(_V.c.person == person))).one_or_none()
        _may_send(row, before, now)
        mark = secrets.token_hex(16)
        # Codes sent in a row share their guesses, or asking again would buy new ones.
        again = before is not None and before.expires_at > now and before.phone_index == row.phone_index
        values = {
            "phone_index": row.phone_index,
            "code_hash": _hashed(svc, person, code_of(svc, person, mark)),
            "asked_at": now,
            "expires_at": now + LASTS,
            "tries": before.tries if before is not None and again else 0,
        }
        if before is None:
            conn.execute(_V.insert(), {"person": person, **values})
        else:
            conn.execute(update(_V).where(_V.c.person == person).values(**values))
        team = row.teams[0] if row.teams else ""
        text = Tell(person, WORDS, {"mark": mark})
        outbox.add(conn, [effect_row(text, team, None, 0, svc.new_id, now)], now)
        n = ledger.append(conn, [Entry(now, actor.id, "number_code_sent", None, None, {"person": person})])
    mirror(svc, Told(teams=set(row.teams[:1]), ledger_no=n))
    return NumberView(person=person, verified_at=row.verified_at, expires_at=now + LASTS)


def confirm(actor: Actor, svc: Service, person: str, code: str) -> NumberView:
    """Enter the code. Raises NotFound, Refused when none is waited for or too many were wrong, and InvalidInput for
    the wrong one."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        row = _whom(actor, conn, person)
        found = _tried(svc, conn, row, code, now)
        if found == "right":
            n = _prove(conn, actor, row, now, "code")
        elif found == "wrong":
            n = ledger.append(conn, [Entry(now, actor.id, "number_code_wrong", None, None, {"person": person})])
    if found == "none":
        raise Refused("No code is waited for: it has expired, the number has changed, or too many were wrong.")
    if found == "wrong":
        problem = "is not the code that was sent"
        raise InvalidInput(f"code: {problem}", [Fault("code", problem)])
    mirror(svc, Told(teams=set(row.teams), ledger_no=n))
    return NumberView(person=person, verified_at=row.verified_at or now, expires_at=None)


def by_text(actor: Actor, svc: Service, sharing: Sequence[str], digits: str) -> bool:
    """Six digits came from the number that these people have; True when they are the code of one of them."""
    now, told = svc.clock.now(), Told()
    with svc.record.write() as conn:
        for person in sharing:
            row = people.one(conn, person)
            if _tried(svc, conn, row, digits, now) == "right":
                told.teams, told.ledger_no = set(row.teams), _prove(conn, actor, row, now, "code_texted")
                break
        else:
            return False
    mirror(svc, told)
    return True


def proved(actor: Actor, svc: Service, person: str, how: str) -> None:
    """Their number proved itself without a code."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        row = people.one(conn, person)
        n = _prove(conn, actor, row, now, how)
    mirror(svc, Told(teams=set(row.teams), ledger_no=n))


def waiting(conn: Connection, phone_index: str | None, now: datetime) -> bool:
    """Whether a code that was sent to this number can still be entered."""
    query = select(_V.c.person).where(_V.c.phone_index == phone_index, _V.c.expires_at > now)
    return phone_index is not None and conn.execute(query).first() is not None


def about(svc: Service, person: str, given: Mapping[str, Any]) -> dict[str, str]:
    """What fills the text: the code, worked out at the moment it is sent."""
    return {"digits": code_of(svc, person, str(given["mark"]))}


def code_of(svc: Service, person: str, mark: str) -> str:
    """Six digits, never beginning with 911: who texts that is crying for help."""
    number = int(svc.sealer.blind_index("number code", f"{person} {mark}"), 16) % 999_000
    return f"{number if number < 911_000 else number + 1_000:06d}"


def forget(conn: Connection, person: str) -> None:
    """The number is another one: a code sent to the old one proves nothing."""
    conn.execute(delete(_V).where(_V.c.person == person))


def _whom(actor: Actor, conn: Connection, person: str) -> Row[Any]:
    check(actor, Act.SEE_ROSTER)
    row = people.one(conn, person)
    if actor.person != person and not any(actor.may(Act.MANAGE_PEOPLE, team) for team in row.teams):
        raise NotAllowed("Only the person, or whoever manages people, proves a number.")
    return row


def _may_send(row: Row[Any], before: Row[Any] | None, now: datetime) -> None:
    if row.phone is None:
        raise Refused("There is no number on record to send a code to.")
    if row.unreachable == "opted_out":
        raise Refused("Texts to this number are stopped: text START from it first.")
    if before is not None and now < before.asked_at + PAUSE:
        raise Refused("A code was sent a moment ago. Wait a minute before asking for another.")
    if before is not None and before.tries >= TRIES and before.expires_at > now:
        raise Refused("Too many wrong codes. Wait ten minutes before asking for another.")


def _tried(svc: Service, conn: Connection, row: Row[Any], code: str, now: datetime) -> str:
    """`right`, `wrong`, or `none` where no code is waited for. Counted before it is compared: many at once are no way
    round the limit."""
    mine = (_V.c.person == row.id) & (_V.c.phone_index == row.phone_index) & (_V.c.expires_at > now)
    counted = update(_V).where(mine, _V.c.tries < TRIES).values(tries=_V.c.tries + 1).returning(_V.c.code_hash)
    kept = conn.scalar(counted)
    if kept is None:
        return "none"
    return "right" if hmac.compare_digest(str(kept), _hashed(svc, row.id, code)) else "wrong"


def _prove(conn: Connection, actor: Actor, row: Row[Any], now: datetime, how: str) -> int | None:
    if row.verified_at is not None:
        return None
    values: dict[str, Any] = {"verified_at": now}
    if row.unreachable == "bad_number":
        values["unreachable"] = None
    people.set_fields(conn, row.id, values)
    return ledger.append(conn, [Entry(now, actor.id, "number_proved", None, None, {"person": row.id, "how": how})])


def _hashed(svc: Service, person: str, code: str) -> str:
    return svc.sealer.blind_index("number code entered", f"{person} {code}")
