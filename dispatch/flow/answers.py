"""Scoring answer sets: every wrong answer named, and each result as a row with what was answered sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.access import Actor
from dispatch.assessed import AnsweredBy, Assessed
from dispatch.errors import Fault, InvalidInput, ServiceError
from dispatch.flow.service import Service
from dispatch.store.sealing import DataKey
from protocols.engine import Score, score


@dataclass(frozen=True, slots=True)
class Given:
    """One answer set as the operator entered it."""

    protocol: str
    answers: Mapping[str, object]
    answered_by: AnsweredBy = AnsweredBy.SELF


@dataclass(frozen=True, slots=True)
class Scored:
    given: Given
    score: Score
    assessed: Assessed


def score_all(svc: Service, given: Sequence[Given], at: datetime, *, prefix: str = "assessments") -> list[Scored]:
    """Score answer sets. Raises InvalidInput naming each wrong answer as `assessments.0.answers.q2`; all are reported
    together."""
    faults: list[Fault] = []
    found: list[Scored] = []
    for n, one in enumerate(given):
        try:
            protocol = svc.library.get(one.protocol)
            result = score(protocol, one.answers)
        except ServiceError as error:
            where = f"{prefix}.{n}" if prefix else str(n)
            parts = error.faults or (Fault("", error.detail),)
            faults += [Fault(f"{where}.{_part(f.field)}", f.problem) for f in parts]
            continue
        found.append(Scored(one, result, Assessed.of(protocol, result, at, one.answered_by)))
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)
    return found


def _part(field: str) -> str:
    return "protocol" if field == "protocol" else f"answers.{field}" if field else "answers"


def assessment_row(
    actor: Actor,
    svc: Service,
    key: DataKey,
    scored: Scored,
    contact_id: str | None,
    case_id: str | None,
    now: datetime,
) -> dict[str, Any]:
    id_, result = svc.new_id(), scored.score
    content = {
        "answers": dict(scored.given.answers),
        "score": result.score,
        "because": list(result.because),
        "missing": list(result.missing),
        "flags": dict(result.flags),
    }
    return {
        "id": id_,
        "contact_id": contact_id,
        "case_id": case_id,
        "protocol": result.protocol,
        "version_of": result.version,
        "content_hash": result.hash,
        "band": result.band,
        "floor": result.floor,
        "ceiling": result.ceiling,
        "incomplete": result.incomplete,
        "answered_by": scored.given.answered_by.value,
        "by": actor.id,
        "at": now,
        "standing": "counts",
        "key_id": key.id,
        "content": svc.sealer.seal("assessments", "content", id_, key, content),
    }
