"""Opening a case: from what triage says to the first row, its clock, its ladder and the promise to call back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.answering import one_more, tell_of_the_rise
from dispatch.case import Case, Event, Line, State
from dispatch.casefile import CaseFile, Office, Turn
from dispatch.deadline import Deadline, Meaning
from dispatch.escalation import Reason
from dispatch.facts import Facts
from dispatch.hours import Hours, open_windows
from dispatch.laddering import refreeze, start
from dispatch.policy import Policy
from dispatch.priority import Mode, Urgency, most_urgent, strongest
from dispatch.recontact import Recontact
from dispatch.triage import Triage
from dispatch.wallclock import zone

_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_AHEAD = timedelta(days=2)


def held_until(policy: Policy, urgency: Urgency, now: datetime, timezone: str) -> datetime | None:
    """When page hours begin again; None when pages may go out now. The page is held, never the case."""
    hours = policy.page_hours.get(urgency)
    if hours is None:
        return None
    windows = open_windows([Hours(_EVERY_DAY, *hours)], zone(timezone), now - timedelta(days=1), now + _AHEAD)
    if any(w.start <= now < w.end for w in windows):
        return None
    return min((w.start for w in windows if w.start > now), default=None)


def open_case(
    *,
    case_id: str,
    code: str,
    team: str,
    timezone: str,
    facts: Facts,
    found: Triage,
    policy: Policy,
    office: Office,
    answered_at: datetime,
    now: datetime,
    operator: str,
    assessing: bool,
    new_id: Callable[[], str],
    known_people: tuple[str, ...] = (),
) -> Turn:
    """A new case in a turn of its own. `assessing`: the operator is still asking; it is queued at the cautious level
    when that takes too long, and at once where it cannot come to be more urgent than it is. `known_people` of ours have
    spoken with the person before."""
    held = held_until(policy, found.urgency, now, timezone)
    line = facts.line or Line.LOST
    case = Case(
        id=case_id,
        code=code,
        team=team,
        state=State.LOGGED,
        urgency=found.urgency,
        mode=found.mode,
        respond_by=found.respond_by,
        answered_at=answered_at,
        logged_at=now,
        opened_by=operator,
        why=found.reasons,
        incomplete=found.incomplete,
        needed=found.people_needed,
        needed_because=found.two_person_because,
        line=line,
        population=facts.population.value if facts.population else None,
        languages=facts.languages,
        gender=facts.responder_gender,
        skills=facts.skills,
        known_people=known_people,
        area=facts.area,
        safety=("2-person",) if found.people_needed > 1 else (),
        scene_hold=found.scene_hold,
        held_until=held,
        hard_stops=found.hard_stops,
    )
    turn = Turn(CaseFile(case), now, policy, office, operator, new_id)
    turn.say("case_opened", urgency=found.urgency.value, mode=found.mode.value, respond_by=found.respond_by)
    promise_to_call_back(turn)
    turn.set_clock()
    if not (assessing and found.incomplete and found.urgency is not Urgency.IMMEDIATE):
        queue(turn, pages=found.pages)
    return turn


def queue(turn: Turn, *, pages: bool = True) -> None:
    """The case takes its place, and its first run up the ladder begins, unless its code says that nobody is to be
    paged."""
    turn.happened(Event.ASSESSED)
    if pages and turn.case.state is State.WAITING and turn.file.escalation is None:
        start(turn, Reason.FIRST, turn.case.needed)


def promise_to_call_back(turn: Turn) -> None:
    """A line that is not held gets a clock, owned by the operator who took the call, until a QMHP has spoken with the
    person. One that runs already runs no slower than the urgency asks now."""
    case = turn.case
    within = turn.policy.recontact_within(case.line.value, case.urgency)
    if within is None or case.first_contact_at is not None:
        return
    running = next((one for one in turn.file.recontacts if one.open), None)
    if running is not None and running.deadline is not None:
        if within < running.every:
            due = min(running.deadline.due_at, turn.now + within)
            turn.put(replace(running, every=within, deadline=Deadline(Meaning.RECONTACT_OVERDUE, due)))
        return
    turn.put(
        Recontact(
            id=turn.new_id(),
            case_id=case.id,
            owner=case.opened_by,
            every=within,
            opened_at=turn.now,
            deadline=Deadline(Meaning.RECONTACT_OVERDUE, turn.now + within),
        )
    )


def lowered(turn: Turn, found: Triage) -> None:
    """A lower result has been confirmed by a second person: the case follows it, never below what a person set by
    hand."""
    case = turn.case
    urgency, _, promised = _but_for_a_hand(turn, found)
    if urgency.rank <= case.urgency.rank:
        return
    turn.put(replace(case, urgency=urgency, respond_by=max(case.respond_by, promised), why=found.reasons))
    turn.say("lowered", was=case.urgency.value, urgency=urgency.value)
    turn.nudge = True


def _but_for_a_hand(turn: Turn, found: Triage) -> tuple[Urgency, Mode, datetime]:
    """Urgency, mode and respond-by of a case by `found` alone; what a person set by hand stands all the same."""
    by_hand = turn.case.by_hand
    if by_hand is None:
        return found.urgency, found.mode, found.respond_by
    return (
        most_urgent(found.urgency, by_hand),
        strongest(found.mode, turn.policy.mode[by_hand]),
        min(found.respond_by, turn.case.answered_at + turn.policy.respond_by[by_hand]),
    )


def assessed_again(turn: Turn, found: Triage, facts: Facts, timezone: str, *, unsafe: bool = False) -> None:
    """A further contact or assessment: the case may rise at once; what would lower it is already left out by triage.

    `facts` are what all contacts together say. `unsafe`: this contact or assessment itself says that the scene is; an
    earlier one may have been answered meanwhile by somebody who recorded that the scene is cleared.
    """
    before = turn.case
    if before.incomplete and not found.incomplete and before.first_contact_at is None:
        # The cautious level of an unfinished form was an assumption: finishing the form may replace it.
        urgency, mode, respond_by = _but_for_a_hand(turn, found)
    else:
        urgency = most_urgent(found.urgency, before.urgency)
        mode = strongest(found.mode, before.mode)
        respond_by = min(found.respond_by, before.respond_by)
    rose = urgency.rank < before.urgency.rank
    turn.put(
        replace(
            before,
            urgency=urgency,
            mode=mode,
            respond_by=respond_by,
            incomplete=found.incomplete,
            why=found.reasons,
            population=facts.population.value if facts.population else None,
            languages=facts.languages,
            gender=facts.responder_gender,
            skills=facts.skills,
            area=facts.area,
            hard_stops=tuple(dict.fromkeys((*before.hard_stops, *found.hard_stops))),
            scene_hold=before.scene_hold or unsafe,
            needed=max(before.needed, found.people_needed),
            needed_because=tuple(dict.fromkeys((*before.needed_because, *found.two_person_because))),
            safety=("2-person",) if max(before.needed, found.people_needed) > 1 else before.safety,
            held_until=held_until(turn.policy, urgency, turn.now, timezone) if before.held_until else None,
        )
    )
    turn.say("reassessed", was=before.urgency.value, urgency=urgency.value, incomplete=found.incomplete)
    promise_to_call_back(turn)
    more = turn.case.needed > before.needed
    # Backup may have been called while the operator was still asking: that run is for a case that was known less of.
    first = before.state is State.LOGGED and turn.file.escalation is None
    if before.state is State.LOGGED:
        queue(turn, pages=found.pages)
    else:
        turn.happened(Event.ASSESSED)
    if (rose or more) and not first:
        refreeze(turn, urgency, turn.case.needed)
        turn.hurry()
    if before.state is not State.CLEARED:
        if rose:
            tell_of_the_rise(turn)
        if more and before.state is not State.LOGGED:
            one_more(turn)
    turn.nudge = True
