"""A case in brief: what the answer to a logged contact and to every act shows. It is on the path of every call that is
answered, so its statements are built once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, tuple_

from dispatch.assessed import AnsweredBy, Assessed, known_urgency, standing
from dispatch.case import UNFILLED, Case, State
from dispatch.errors import Forgotten, NotFound
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import AssessmentView, Because, CaseBrief, Named
from dispatch.policy import Policy
from dispatch.priority import Mode, Place, Urgency
from dispatch.queue import QueueDown
from dispatch.store import schema
from dispatch.store.among import among
from dispatch.store.sealing import DataKey

_C, _A, _K = schema.cases.c, schema.assessments.c, schema.data_keys.c
_CASES = select(
    _C.id, _C.code, _C.state, _C.team, _C.urgency, _C.mode, _C.respond_by, _C.logged_at, _C.incomplete
).where(among(_C.id, "cases"))
_GIVEN = (
    select(schema.assessments, _K.wrapped)
    .join(schema.data_keys, _K.id == _A.key_id)
    .where(among(_A.case_id, "cases"))
    .order_by(_A.at, _A.id)
)
_AHEAD = select(func.count()).where(
    _C.team == bindparam("team"),
    _C.state.in_([state.value for state in sorted(UNFILLED)]),
    tuple_(_C.rank, _C.respond_by, _C.logged_at, _C.id)
    < tuple_(
        bindparam("rank", type_=_C.rank.type),
        bindparam("respond_by", type_=_C.respond_by.type),
        bindparam("logged_at", type_=_C.logged_at.type),
        bindparam("case", type_=_C.id.type),
    ),
)


def brief_of_new(case: Case, history: Sequence[Assessed], policy: Policy, position: int | None) -> CaseBrief:
    """The case that was just opened, from what opened it: whoever logged the contact need not wait for it to be read
    back."""
    return _of(case, position, because(history, policy))


def positions_of(svc: Service, cases: Sequence[Case]) -> list[int | None]:
    """The place of each in its team's waiting order, 1 first; None when it does not wait for anybody. The queue says
    it; the record does where the queue cannot."""
    waiting = [case for case in cases if case.state in UNFILLED]
    try:
        told = svc.queue.waiting.positions([(case.team, case.id) for case in waiting]) if waiting else []
    except QueueDown:
        told = [None] * len(waiting)
    found = {case.id: place for case, place in zip(waiting, told, strict=True)}
    if unknown := [case for case in waiting if found[case.id] is None]:
        with svc.record.read() as conn:
            found |= {case.id: position_of(conn, case.team, case.state, case.place) for case in unknown}
    return [found.get(case.id) for case in cases]


def brief_of(svc: Service, case_id: str) -> CaseBrief:
    """Raises NotFound. No look is recorded here: see `looks`."""
    found = briefs_of(svc, [case_id])
    if not found:
        raise NotFound("There is no such case.")
    return found[case_id]


def briefs_of(svc: Service, case_ids: Sequence[str]) -> dict[str, CaseBrief]:
    """Several cases in one look, by id; one that is not there is absent."""
    if not case_ids:
        return {}
    with svc.record.read() as conn:
        cases = conn.execute(_CASES, {"cases": list(case_ids)}).all()
        given: dict[str, list[Row[Any]]] = {case.id: [] for case in cases}
        for row in conn.execute(_GIVEN, {"cases": list(given)}) if given else ():
            given[row.case_id].append(row)
        # The policy only ranks several results among each other.
        ranked = {case.team for case in cases if len(given[case.id]) > 1}
        policies = {team: svc.rosters.team(conn, team).policy for team in ranked}
        places = {case.id: position_of(conn, case.team, State(case.state), _place(case)) for case in cases}
    return {case.id: _brief(svc, case, given[case.id], places[case.id], policies.get(case.team)) for case in cases}


def _place(case: Any) -> Place:
    return Place(Urgency(case.urgency).rank, case.respond_by, case.logged_at, case.id)


def _brief(
    svc: Service, case: Any, given: Sequence[Row[Any]], position: int | None, policy: Policy | None
) -> CaseBrief:
    views = opened(svc, given, {row.key_id: DataKey(row.key_id, row.wrapped) for row in given}, None)
    return _of(case, position, because(_history(views), policy if len(given) > 1 else None))


def _of(case: Any, position: int | None, why: tuple[Because, ...]) -> CaseBrief:
    """Of a case, or of its row."""
    return CaseBrief(
        id=case.id,
        code=case.code,
        state=State(case.state),
        team=case.team,
        urgency=Urgency(case.urgency),
        response_mode=Mode(case.mode),
        respond_by=case.respond_by,
        queue_position=position,
        incomplete=case.incomplete,
        because=why,
    )


def position_of(conn: Connection, team: str, state: State, place: Place) -> int | None:
    """The case's place in its team's waiting order, 1 first; None when it does not wait for anybody."""
    if state not in UNFILLED:
        return None
    values = {
        "team": team,
        "rank": place.rank,
        "respond_by": place.respond_by,
        "logged_at": place.logged_at,
        "case": place.case_id,
    }
    return int(conn.scalar(_AHEAD, values) or 0) + 1


def opened(
    svc: Service, rows: Sequence[Row[Any]], keys: Mapping[str, DataKey], names: Names | None
) -> tuple[AssessmentView, ...]:
    """Assessments with what was answered; those whose person was forgotten are left out."""
    return tuple(view for row in rows if (view := _opened(svc, row, keys[row.key_id], names)) is not None)


def _opened(svc: Service, row: Row[Any], key: DataKey, names: Names | None) -> AssessmentView | None:
    try:
        content = svc.sealer.open_dict("assessments", "content", row.id, key, row.content)
    except Forgotten:
        return None
    return AssessmentView(
        id=row.id,
        protocol=row.protocol,
        version=row.version_of,
        hash=row.content_hash,
        band=row.band,
        score=content["score"],
        floor=row.floor,
        ceiling=row.ceiling,
        incomplete=row.incomplete,
        because=tuple(content["because"]),
        missing=tuple(content["missing"]),
        flags=content["flags"],
        answers=content["answers"],
        answered_by=AnsweredBy(row.answered_by),
        by=names.of(row.by) if names else Named(row.by, row.by),
        at=row.at,
        standing=row.standing,
    )


def because_of(views: Sequence[AssessmentView], policy: Policy) -> tuple[Because, ...]:
    """The assessments that count, most urgent first."""
    return because(_history(views), policy)


def because(history: Sequence[Assessed], policy: Policy | None) -> tuple[Because, ...]:
    """The results that count, most urgent first. `policy` may be None for a single one, which counts."""

    def rank(one: Assessed) -> int:
        urgency = known_urgency(one, policy) if policy is not None else None
        return len(Urgency) if urgency is None else urgency.rank

    counting = history if policy is None else sorted(standing(history, policy).counts, key=rank)
    return tuple(Because(a.protocol, a.version, a.band, a.because) for a in counting)


def _history(views: Sequence[AssessmentView]) -> list[Assessed]:
    return [
        Assessed(
            protocol=v.protocol,
            version=v.version,
            band=v.band,
            floor=v.floor,
            ceiling=v.ceiling,
            incomplete=v.incomplete,
            flags=v.flags,
            because=v.because,
            answered_by=v.answered_by,
            at=v.at,
            confirmed=v.standing == "confirmed",
        )
        for v in views
    ]
