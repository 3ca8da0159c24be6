"""What a contact would come to, before it is logged: the operator's live band. Stores nothing, tells nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.access import Act, Actor, check
from dispatch.assessed import Assessed
from dispatch.contact import Contact, facts_of
from dispatch.errors import Fault, InvalidInput
from dispatch.flow.answers import Given, score_all
from dispatch.flow.service import Service
from dispatch.triage import Triage, triage
from protocols.engine import Score


@dataclass(frozen=True, slots=True)
class Preview:
    """`scores` has one entry for each answer set, None where `faults` says why it cannot be scored yet."""

    triage: Triage
    scores: tuple[Score | None, ...]
    faults: tuple[Fault, ...]
    now: datetime


def preview(actor: Actor, svc: Service, contact: Contact, given: Sequence[Given]) -> Preview:
    """Score and triage as `log_contact` would. An answer set that cannot be scored is left out of the triage, which is
    then as cautious as if it had not been asked. Raises InvalidInput for an unknown team, NotAllowed."""
    check(actor, Act.LOG_CONTACT, contact.team)
    now = svc.clock.now()
    with svc.record.read() as conn:
        policy = svc.rosters.team(conn, contact.team).policy
    scores: list[Score | None] = []
    assessed: list[Assessed] = []
    faults: list[Fault] = []
    for n, one in enumerate(given):
        try:
            scored = score_all(svc, [one], now)[0]
        except InvalidInput as error:
            scores.append(None)
            faults += [Fault(f.field.replace("assessments.0", f"assessments.{n}", 1), f.problem) for f in error.faults]
            continue
        scores.append(scored.score)
        assessed.append(scored.assessed)
    found = triage(facts_of(contact), assessed, policy, contact.answered_at or now, now)
    return Preview(found, tuple(scores), tuple(faults), now)
