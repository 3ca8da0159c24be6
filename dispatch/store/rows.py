"""Rows of a case file, and of what a team settles outside one, as the decisions know them: in and out of their tables.

A dataclass field is the column of the same name; `deadline` lives in the `deadlines` table, and `CODECS` says how the
few structured types travel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_type_hints

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, select, update

from dispatch.alarm import Alarm
from dispatch.case import Case
from dispatch.deadline import Deadline, Meaning, Owner
from dispatch.debrief import Debrief
from dispatch.departure import Departure
from dispatch.errors import Conflict
from dispatch.escalation import Escalation
from dispatch.handoff import Handoff
from dispatch.ladder import Ladder, ladder_as_json, ladder_from_json
from dispatch.page import Page
from dispatch.recontact import Assignment, Emergency, Recontact
from dispatch.shiftcheck import ShiftCheck
from dispatch.signature import Signature
from dispatch.store import schema
from dispatch.store.among import among
from dispatch.swap import Swap

TABLES: dict[type[Any], Table] = {
    Case: schema.cases,
    Escalation: schema.escalations,
    Page: schema.pages,
    Alarm: schema.alarms,
    Assignment: schema.assignments,
    Recontact: schema.recontacts,
    Emergency: schema.emergencies,
    Swap: schema.swaps,
    Handoff: schema.handoffs,
    Debrief: schema.debriefs,
    Departure: schema.departures,
    ShiftCheck: schema.shift_checks,
    Signature: schema.signatures,
}

OWNERS: dict[type[Any], Owner] = {
    Case: Owner.CASE,
    Escalation: Owner.ESCALATION,
    Page: Owner.PAGE,
    Alarm: Owner.ALARM,
    Recontact: Owner.RECONTACT,
    Emergency: Owner.EMERGENCY,
    Swap: Owner.SWAP,
    Handoff: Owner.HANDOFF,
    Debrief: Owner.DEBRIEF,
    Departure: Owner.DEPARTURE,
    ShiftCheck: Owner.SHIFT_CHECK,
    Signature: Owner.SIGNATURE,
}

R = TypeVar("R")
Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _codec(hint: Any) -> tuple[Encode, Decode]:
    text = str(hint)
    if hint == Ladder:
        return ladder_as_json, ladder_from_json
    if text.startswith("tuple[str"):
        return list, tuple
    if text.startswith("frozenset[str"):
        return sorted, frozenset
    kinds = [k for k in getattr(hint, "__args__", (hint,)) if isinstance(k, type) and issubclass(k, StrEnum)]
    if kinds:
        kind = kinds[0]
        return (lambda v: None if v is None else v.value), (lambda v: None if v is None else kind(v))
    return _same, _same


def _codecs_of(cls: type[Any]) -> tuple[tuple[str, Encode, Decode], ...]:
    hints = get_type_hints(cls)
    return tuple((f.name, *_codec(hints[f.name])) for f in fields(cls) if f.name != "deadline")


_CODECS = {cls: _codecs_of(cls) for cls in TABLES}
#: Rows that hold their deadline; the clock of the others follows from what they say, or they have none.
_HOLD_DEADLINE = {cls for cls in OWNERS if any(f.name == "deadline" for f in fields(cls))}


def encode(row: Any) -> dict[str, Any]:
    values = {name: to(getattr(row, name)) for name, to, _ in _CODECS[type(row)]}
    if isinstance(row, Case):
        values["rank"] = row.urgency.rank
    return values


def decode(cls: type[R], values: RowMapping, deadline: Deadline | None) -> R:
    parts = {name: back(values[name]) for name, _, back in _CODECS[cls]}
    if cls in _HOLD_DEADLINE:
        parts["deadline"] = deadline
    return cls(**parts)


# Every decision about a case runs these and `_selecting`: building a statement anew takes as long as running it.
_INSERTS = {cls: table.insert() for cls, table in TABLES.items()}


def insert_rows(conn: Connection, rows: Sequence[Any]) -> None:
    by_class: dict[type[Any], list[dict[str, Any]]] = {}
    for row in rows:
        by_class.setdefault(type(row), []).append(encode(row))
    for cls, insert in _INSERTS.items():  # the order of TABLES is the order of the foreign keys
        if cls in by_class:
            conn.execute(insert, by_class[cls])


def _guarded_update(cls: type[Any]) -> Any:
    table = TABLES[cls]
    names = [name for name, _, _ in _CODECS[cls] if name not in ("id", "version")]
    if cls is Case:
        names.append("rank")
    return (
        update(table)
        .where(table.c.id == bindparam("row_id"), table.c.version == bindparam("was"))
        .values({name: bindparam(name) for name in names} | {"version": table.c.version + 1})
    )


_UPDATES = {cls: _guarded_update(cls) for cls in TABLES}


def update_rows(conn: Connection, rows: Sequence[Any]) -> None:
    """Each row only if nobody changed it since it was loaded. Raises Conflict otherwise: reload and decide again."""
    by_class: dict[type[Any], list[dict[str, Any]]] = {}
    for row in rows:
        values = encode(row)
        values["row_id"] = values.pop("id")
        values["was"] = values.pop("version")
        by_class.setdefault(type(row), []).append(values)
    for cls, changed in by_class.items():
        if conn.execute(_UPDATES[cls], changed).rowcount != len(changed):
            raise Conflict(f"The {OWNERS.get(cls, 'row')} was changed meanwhile.")


def load_rows(conn: Connection, cls: type[R], column: str, values: Sequence[str]) -> list[R]:
    """Rows of one table whose `column` is one of `values`, each with its deadline."""
    found = conn.execute(_selecting(TABLES[cls], OWNERS.get(cls), column), {"wanted": list(values)}).mappings()
    if cls not in OWNERS:
        return [decode(cls, row, None) for row in found]
    return [decode(cls, row, _deadline(row)) for row in found]


@cache
def _selecting(table: Table, owner: Owner | None, column: str) -> Select[Any]:
    query, due = select(table), schema.deadlines
    if owner is not None:
        owned = (due.c.owner_kind == owner.value) & (due.c.owner_id == table.c.id)
        meaning, due_at = due.c.meaning.label("deadline_meaning"), due.c.due_at.label("deadline_due")
        query = select(table, meaning, due_at).outerjoin(due, owned)
    return query.where(among(table.c[column], "wanted")).order_by(*_order(table))


#: Columns that say when a row began, by whichever name its table has.
_BEGAN = (
    "started_at",
    "created_at",
    "since",
    "opened_at",
    "called_at",
    "logged_at",
    "offered_at",
    "start",
    "due_at",
    "until",
)


def _order(table: Table) -> tuple[Any, ...]:
    """The order in which rows came into being, so that a file reads the same each time."""
    first = next(c for n in _BEGAN for c in table.c if c.name == n)
    return (first, table.c.id)


def _deadline(row: RowMapping) -> Deadline | None:
    if row["deadline_due"] is None:
        return None
    return Deadline(Meaning(row["deadline_meaning"]), row["deadline_due"])
