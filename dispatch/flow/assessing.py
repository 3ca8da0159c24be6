"""Assessing an open case again: the case follows, a lower result only when a second person confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row

from dispatch import opening
from dispatch.access import Act, Actor
from dispatch.assessed import AnsweredBy, Assessed, standing
from dispatch.casefile import CaseFile, Turn
from dispatch.errors import Conflict, NotFound, Refused
from dispatch.facts import Facts, Safety, together
from dispatch.flow import signatures
from dispatch.flow.answers import Given, Scored, assessment_row, score_all
from dispatch.flow.commit import commit, mirror, retrying
from dispatch.flow.service import Service
from dispatch.policy import Policy
from dispatch.store import casefiles, contacts, datakeys
from dispatch.store.casefiles import Told
from dispatch.store.sealing import DataKey
from dispatch.triage import Triage, scene_unsafe, triage
from protocols.model import Protocol

_FACTS = TypeAdapter(Facts)


@dataclass(frozen=True, slots=True)
class AssessedAgain:
    """`counts` is false for a lower result, which waits as proposed. `prompts` are what to ask or do next."""

    assessment_id: str
    counts: bool
    prompts: tuple[str, ...]


def assess(actor: Actor, svc: Service, case_id: str, given: Given) -> AssessedAgain:
    """Score again for an open case; its place follows. A lower result of the same protocol waits as proposed.

    Raises NotFound, InvalidInput for a wrong answer, Refused when the case is closed.
    """
    return retrying(lambda: _assess(actor, svc, case_id, given))


def _assess(actor: Actor, svc: Service, case_id: str, given: Given) -> AssessedAgain:
    now = svc.clock.now()
    scored = score_all(svc, [given], now, prefix="")
    history = results_of(svc, case_id)
    facts: list[Facts] = []
    timezone = timezone_of_case(svc, case_id)
    key = svc.sealer.new_subject_key()
    row = assessment_row(actor, svc, key, scored[0], None, case_id, now)
    files = svc.instruments.new([scored[0].score.hash])

    def decide(turn: Turn) -> AssessedAgain:
        if not turn.case.open:
            raise Refused("The case is closed: reopen it first.")
        found = again_triaged(turn.case.answered_at, history, scored, facts[-1], turn.policy, now)
        place(history, scored, [row], turn.policy)
        counts = row["standing"] == "counts"
        # What the contacts say of the scene was looked at when they were logged.
        unsafe = bool(scene_unsafe(Safety(), [scored[0].assessed], turn.policy))
        opening.assessed_again(turn, found, facts[-1], timezone, unsafe=unsafe)
        turn.say("assessed", protocol=given.protocol, band=scored[0].score.band, counts=counts)
        return AssessedAgain(row["id"], counts, found.prompts)

    told: list[Told] = []

    def first(conn: Connection, _: CaseFile) -> None:
        must_be_all(conn, case_id, len(history))
        facts.append(facts_of_case(conn, case_id))

    def also(conn: Connection, turn: Turn) -> None:
        contacts.add_assessments(conn, key, [row], now)
        svc.instruments.archive(conn, files, now)
        told[:] = [signatures.ask(actor, svc, conn, turn, [(row["id"], given.protocol)])]

    done = commit(actor, svc, Act.ASSESS, case_id, decide, first=first, also=also)
    for timers in told:
        mirror(svc, timers)
    return done


def confirm_assessment(actor: Actor, svc: Service, case_id: str, assessment_id: str) -> None:
    """A second person, or the QMHP who spoke with the person, confirms a lower result; the case may fall with it.

    Raises Refused when it is the assessor's own, or not waiting; NotFound when the case has no such assessment.
    """
    now = svc.clock.now()
    history = results_by_id(svc, case_id)
    facts: list[Facts] = []
    if assessment_id not in history:
        raise NotFound("The case has no such assessment.")
    by = history[assessment_id][0]
    confirmed = [replace(one, confirmed=one.confirmed or id_ == assessment_id) for id_, (_, one) in history.items()]

    def decide(turn: Turn) -> None:
        spoke = turn.case.first_contact_at is not None and actor.person in turn.file.owners
        if by == actor.id and not spoke:
            raise Refused("Somebody other than the person who assessed has to confirm a lower result.")
        counting = standing(confirmed, turn.policy).counts
        opening.lowered(turn, triage(facts[-1], counting, turn.policy, turn.case.answered_at, now))
        turn.say("assessment_confirmed", assessment=assessment_id)

    def first(conn: Connection, _: CaseFile) -> None:
        must_be_all(conn, case_id, len(history))
        facts.append(facts_of_case(conn, case_id))

    def also(conn: Connection, turn: Turn) -> None:
        if not contacts.confirm(conn, assessment_id):
            raise Refused("That result is not waiting for anybody.")

    commit(actor, svc, Act.REGRADE, case_id, decide, first=first, also=also)


def must_be_all(conn: Connection, case_id: str, known: int) -> None:
    """Raises Conflict when the case has other results than the `known` ones, which were opened before the lock."""
    if len(contacts.assessments_of(conn, [case_id])) != known:
        raise Conflict("Another assessment was made at this moment: look again.")


def place(
    history: Sequence[Assessed], scored: Sequence[Scored], rows: Sequence[dict[str, Any]], policy: Policy
) -> None:
    """Say in each new row whether its result counts, or waits as proposed for a second person because it is lower."""
    proposed = standing([*history, *(one.assessed for one in scored)], policy).proposed
    for one, row in zip(scored, rows, strict=True):
        row["standing"] = "proposed" if one.assessed in proposed else "counts"


def again_triaged(
    answered_at: datetime,
    history: Sequence[Assessed],
    scored: Sequence[Scored],
    facts: Facts,
    policy: Policy,
    now: datetime,
) -> Triage:
    counting = standing([*history, *(s.assessed for s in scored)], policy).counts
    return triage(facts, counting, policy, answered_at, now)


def results_of(svc: Service, case_id: str) -> list[Assessed]:
    """Every result ever scored for the case. Raises NotFound."""
    return [one for _, one in results_by_id(svc, case_id).values()]


def results_by_id(svc: Service, case_id: str) -> dict[str, tuple[str, Assessed]]:
    """Assessment id -> (who assessed, the result), opened before any write lock is taken."""
    with svc.record.read() as conn:
        casefiles.load(conn, svc.record, case_id, lock=False)
        rows = contacts.assessments_of(conn, [case_id])
        keys = datakeys.load(conn, {row.key_id for row in rows})
        files = {row.content_hash: svc.instruments.at_hash(conn, row.content_hash) for row in rows}
    return {row.id: (row.by, _assessed(svc, row, keys[row.key_id], files[row.content_hash])) for row in rows}


def _assessed(svc: Service, row: Row[Any], key: DataKey, protocol: Protocol) -> Assessed:
    content = svc.sealer.open_dict("assessments", "content", row.id, key, row.content)
    return replace(
        _unopened(row),
        flags=content["flags"],
        because=tuple(content["because"]),
        answered_by=AnsweredBy(row.answered_by),
        respond_within=protocol.band(row.band).respond_within if row.band is not None else None,
        confirmed=row.standing == "confirmed",
    )


def _unopened(row: Row[Any]) -> Assessed:
    """As far as it can be read without opening anything sealed."""
    return Assessed(
        protocol=row.protocol,
        version=row.version_of,
        band=row.band,
        floor=row.floor,
        ceiling=row.ceiling,
        incomplete=row.incomplete,
        at=row.at,
    )


def facts_of_case(conn: Connection, case_id: str) -> Facts:
    """What all its contacts together say of a case. Raises NotFound."""
    found = [_FACTS.validate_python(row.facts) for row in contacts.of_case(conn, case_id)]
    if not found:
        raise NotFound("The case has no contact.")
    return reduce(together, found)


def bands_of_case(conn: Connection, case_id: str) -> list[Assessed]:
    """The latest result of each protocol, as far as it can be read without opening anything sealed."""
    return list({row.protocol: _unopened(row) for row in contacts.assessments_of(conn, [case_id])}.values())


def timezone_of_case(svc: Service, case_id: str) -> str:
    """The case's team's: page hours are local."""
    with svc.record.read() as conn:
        file = casefiles.load(conn, svc.record, case_id, lock=False)
        return svc.rosters.team(conn, file.case.team).team.timezone
