"""Opening, ringing, silencing and ending alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.alarm import ENDS_ON_ACKNOWLEDGE, LOUD, SILENCE, Alarm, Kind, every
from dispatch.casefile import Office, Turn
from dispatch.deadline import Deadline, Meaning
from dispatch.effects import Ring

#: The reason of a safety alarm that nobody asked for: a check-in stayed without an answer.
MISSED = "check_in_missed"


def raise_alarm(
    turn: Turn,
    kind: Kind,
    *because: str,
    subject: str | None = None,
    recipients: tuple[str, ...] = (),
    again: timedelta | None = None,
) -> None:
    """Open an alarm on this case and ring it at once. One that is already open for the same thing goes on ringing as
    it is; a further reason for a safety alarm rings it again now."""
    for alarm in turn.file.alarms:
        if alarm.open and alarm.kind is kind and alarm.subject == subject:
            more = tuple(reason for reason in because if reason not in alarm.because)
            if kind is Kind.SAFETY and more:
                _ring(turn, replace(alarm, because=(*alarm.because, *more)))
            return
    alarm = open_alarm(
        turn.new_id,
        turn.now,
        turn.case.team,
        kind,
        because,
        case_id=turn.case.id,
        subject=subject,
        recipients=recipients,
        again=again,
    )
    turn.say("alarm_opened", alarm=alarm.id, kind=kind.value, subject=subject)
    _ring(turn, alarm)


def open_alarm(
    new_id: Callable[[], str],
    now: datetime,
    team: str,
    kind: Kind,
    because: Iterable[str],
    *,
    case_id: str | None = None,
    subject: str | None = None,
    recipients: tuple[str, ...] = (),
    again: timedelta | None = None,
) -> Alarm:
    """An alarm that has not rung yet; its first ring is due now."""
    return Alarm(
        id=new_id(),
        team=team,
        kind=kind,
        opened_at=now,
        every=again or every(kind),
        case_id=case_id,
        subject=subject,
        recipients=recipients,
        because=tuple(because),
        deadline=Deadline(Meaning.RING_AGAIN, now),
    )


def ring(alarm: Alarm, office: Office, now: datetime) -> tuple[Alarm, list[Ring]]:
    """Ring once: who is called this time, and the alarm with its next ring due.

    Each ring reaches wider: the recipients, then supervisors too, then the policy's last-resort numbers. A safety
    alarm rings the supervisors from the first time on; with nobody at all to tell, so do the last-resort numbers.
    It never rings whoever it is about.
    What can wait rings nobody at night: it has not rung then, and is due when the night ends.
    """
    morning = office.morning(now) if alarm.waits_for_morning else None
    if morning is not None:
        return replace(alarm, deadline=Deadline(Meaning.RING_AGAIN, morning)), []
    loud = alarm.kind in LOUD
    # Who was rung by name and has answered is not rung again for the sake of the others.
    people = [p for p in alarm.recipients if p not in alarm.silenced] or list(office.coordinators)
    if loud and (alarm.rings >= 1 or alarm.kind is Kind.SAFETY):
        people += [p for p in office.supervisors if p not in people]
    people = [p for p in people if not alarm.hidden_from(p)]
    rings: list[Ring] = []
    for person in people:
        if not alarm.silent_for(person, now):
            rings.append(Ring(alarm.id, person, "text"))
            if loud:
                rings.append(Ring(alarm.id, person, "voice"))
    if not people or (loud and alarm.rings >= 2):
        for n in range(office.last_resort):
            rings.append(Ring(alarm.id, f"last_resort:{n}", "text"))
            if loud:
                rings.append(Ring(alarm.id, f"last_resort:{n}", "voice"))
    rung = replace(alarm, rings=alarm.rings + 1, deadline=Deadline(Meaning.RING_AGAIN, now + alarm.every))
    return rung, rings


def ring_again(turn: Turn, alarm: Alarm) -> None:
    if alarm.open:
        _ring(turn, alarm)


def _ring(turn: Turn, alarm: Alarm) -> None:
    rung, rings = ring(alarm, turn.office, turn.now)
    turn.put(rung)
    if rung.rings > alarm.rings:
        turn.say("alarm_rang", alarm=alarm.id, kind=alarm.kind.value, ring=rung.rings, people=len(rings))
    for each in rings:
        turn.do(each)


def acknowledge(alarm: Alarm, person: str, now: datetime) -> Alarm:
    """Silence it for this person for five minutes. Ends it only where nothing but being seen was wanted, and
    everybody it rang for has seen it."""
    seen = replace(
        alarm,
        silenced={**alarm.silenced, person: (now + SILENCE).isoformat()},
        acknowledged_by=person,
        acknowledged_at=now,
    )
    waiting_for = [p for p in alarm.recipients if p not in seen.silenced]
    if alarm.kind in ENDS_ON_ACKNOWLEDGE and not waiting_for:
        return end(seen, person, now)
    return seen


def end_safety(turn: Turn, person: str | None, *, heard: bool) -> None:
    """`person` has answered after all: the alarm of their missed check-in ends, nobody else's.

    One that was asked for is not ended by a text, since somebody else may be holding the telephone: only where somebody
    has `heard` them. Then those of people end too who do not have the case any more: nobody else speaks for them.
    """
    for alarm in turn.file.alarms:
        if not (alarm.open and alarm.kind is Kind.SAFETY):
            continue
        theirs = person is None or alarm.subject == person
        missed = alarm.because == (MISSED,)
        if (theirs and (missed or heard)) or (heard and alarm.subject not in turn.file.owners):
            turn.put(end(alarm, turn.actor, turn.now))
            turn.say("alarm_ended", alarm=alarm.id, kind=alarm.kind.value)


def answer_stand_down(turn: Turn, person: str) -> None:
    """`person` has read it; the alarm ends with the last of those it rings."""
    for alarm in turn.file.alarms:
        if alarm.open and alarm.kind is Kind.STOOD_DOWN and person in alarm.recipients:
            seen = acknowledge(alarm, person, turn.now)
            turn.put(seen)
            turn.say("alarm_acknowledged", alarm=alarm.id, kind=alarm.kind.value, ended=not seen.open)


def end(alarm: Alarm, by: str, now: datetime) -> Alarm:
    return replace(alarm, ended_at=now, ended_by=by, deadline=None)


def end_alarms(turn: Turn, *kinds: Kind) -> None:
    """The cause is gone: end the open alarms of these kinds on this case; all of them when no kind is named."""
    for alarm in turn.file.alarms:
        if alarm.open and (not kinds or alarm.kind in kinds):
            turn.put(end(alarm, turn.actor, turn.now))
            turn.say("alarm_ended", alarm=alarm.id, kind=alarm.kind.value)
