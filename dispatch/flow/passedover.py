"""Why the latest look for people asked these and not the others, as the history has it; and what could be relaxed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.case import Case
from dispatch.eligibility import RELAXABLE
from dispatch.errors import NotFound
from dispatch.flow.names import Names
from dispatch.flow.searching import LISTED
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.store import schema
from dispatch.store.rows import load_rows

#: Looks of one pass at the most: a ladder has fewer steps.
_STEPS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """People whom one rule passed over: how many in all, and the first of them with their reasons."""

    rule: str
    count: int
    people: tuple[tuple[Named, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """`following` come after the picks, in order, each with what ranks them. `relaxed` was given up already;
    `could_relax` are the rules that stand in the way of somebody and that the policy allows to be given up, in its
    order."""

    at: datetime
    picks: tuple[Named, ...]
    following: tuple[tuple[Named, tuple[str, ...]], ...]
    passed: tuple[Passed, ...]
    relaxed: tuple[str, ...]
    could_relax: tuple[str, ...]


def last(actor: Actor, svc: Service, case_id: str) -> LastLook | None:
    """None before the first look. Raises NotFound."""
    links = schema.ledger.c
    query = select(links.at, links.data).where(links.case_id == case_id, links.kind == "matched")
    with svc.record.read() as conn:
        found = load_rows(conn, Case, "id", [case_id])
        if not found:
            raise NotFound("There is no such case.")
        check(actor, Act.SEE_CASE, found[0].team)
        rows = conn.execute(query.order_by(links.n.desc()).limit(_STEPS)).all()
        if not rows:
            return None
        order = svc.rosters.team(conn, found[0].team).policy.relax
        return _view(svc, conn, [row for row in rows if row.at == rows[0].at][::-1], order)


def _view(svc: Service, conn: Connection, rows: Sequence[Any], order: tuple[str, ...]) -> LastLook:
    """One pass may look for people step by step: of several reasons, the one of a layer they are on call in counts."""
    reasons: dict[str, tuple[str, str]] = {}
    counts: dict[str, int] = {}
    picks: list[str] = []
    following: dict[str, list[str]] = {}
    relaxed: list[str] = []
    for row in rows:
        picks += row.data["picks"]
        following |= row.data["next"]
        relaxed += row.data["relaxed"]
        for rule, n in row.data["skipped"].items():
            counts[rule] = max(n, counts.get(rule, 0))
        for rule, people in row.data["of"].items():
            for person, reason in people.items():
                if rule != "on_call" or person not in reasons:
                    reasons[person] = (rule, reason)
    out = {*picks, *following}
    names = Names(svc, conn, [*out, *reasons])
    rules = dict.fromkeys(rule for person, (rule, _) in reasons.items() if person not in out)
    passed = []
    for rule in rules:
        people = [(names.of(p), _words(why)) for p, (by, why) in reasons.items() if by == rule and p not in out]
        more = max(len(people), counts[rule]) if counts[rule] > LISTED else len(people)
        passed.append(Passed(rule=rule, count=more, people=tuple(people)))
    in_the_way = rules.keys() - set(relaxed)
    return LastLook(
        at=rows[-1].at,
        picks=tuple(names.of(person) for person in picks),
        following=tuple(
            (names.of(p), tuple(_words(one) for one in why)) for p, why in following.items() if p not in picks
        ),
        passed=tuple(passed),
        relaxed=tuple(dict.fromkeys(relaxed)),
        could_relax=tuple(rule for rule in order if rule in RELAXABLE and rule in in_the_way),
    )


def _words(reason: str) -> str:
    return reason.replace("_", " ")
