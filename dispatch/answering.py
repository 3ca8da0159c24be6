"""What people answer: accept, decline, give back, ask for help. Exactly the required number own a case; everyone else
is told who has it."""

from __future__ import annotations

from dataclasses import replace

from dispatch.alarm import Kind
from dispatch.alarming import end_alarms, raise_alarm
from dispatch.case import Event, State
from dispatch.casefile import Turn
from dispatch.escalation import Escalation, Reason
from dispatch.laddering import completed, start
from dispatch.page import ANSWER, Act, Answer, Page
from dispatch.recontact import Assignment
from dispatch.teammix import Mix


def accept(turn: Turn, person: str, page: Page | None, mix: Mix | None = None) -> bool:
    """`person` accepts. True when they own the case afterwards; otherwise they have been told who does."""
    case = turn.case
    if not case.open or (case.state is State.CLEARED and turn.file.escalation is None):
        turn.happened(Event.ACCEPTED, complete=False, person=person, counted=False)
        turn.tell(person, "closed" if not case.open else "cleared")
        return False
    if person in turn.file.owners:
        _settle(turn, page, Act.ACCEPT)
        turn.tell(person, "accepted")
        return True
    escalation = turn.file.escalation
    if escalation is None:
        turn.happened(Event.ACCEPTED, complete=False, person=person, counted=False)
        turn.tell(person, "taken", who=_who(turn))
        return False
    return _join(turn, person, page, by=person, mix=mix)


def assign(turn: Turn, person: str, mix: Mix | None = None) -> None:
    """A coordinator gives the case to somebody by name; it counts like an accept, and never replaces an owner."""
    if person in turn.file.owners:
        return
    short = turn.case.needed - len(turn.file.owners)
    if turn.file.escalation is None and (short > 1 or (mix is not None and not mix.complete)):
        # Nobody is looked for yet (the operator is still assessing), or not any more: one person is not the whole team.
        start(turn, Reason.BACKUP if turn.file.owners else Reason.FIRST, max(1, short), not_these=(person,))
    _join(turn, person, None, by=turn.actor, event=Event.ASSIGNED, mix=mix)


def _join(
    turn: Turn, person: str, page: Page | None, *, by: str, event: Event = Event.ACCEPTED, mix: Mix | None = None
) -> bool:
    turn.put(
        Assignment(
            id=turn.new_id(),
            case_id=turn.case.id,
            person=person,
            since=turn.now,
            page_id=page.id if page else None,
            by=by,
        )
    )
    _settle(turn, page, Act.ACCEPT)
    escalation = turn.file.escalation
    if escalation is not None:
        got = escalation.got + 1
        # A run for one more does not end a search for two, whatever it was begun for.
        short = max(0, turn.case.needed - len(turn.file.owners))
        escalation = replace(escalation, got=got, needed=max(escalation.needed, got + short))
        if mix is not None and not mix.complete:
            escalation = _half_a_team(turn, escalation, mix)
        turn.put(escalation)
    complete = escalation is None or escalation.missing == 0
    others = tuple(p for p in turn.file.owners if p != person)
    if not complete:
        turn.tell(person, "first_of_two", needed=str(turn.case.needed))
    elif others:
        turn.tell(person, "accepted_with", who=" and ".join(others))
    else:
        turn.tell(person, "accepted" if event is Event.ACCEPTED else "assigned")
    if complete:
        for other in others:
            turn.tell(other, "joined", who=person)
        if escalation is not None:
            completed(turn, escalation)
        _tell_the_others(turn)
        end_alarms(turn, Kind.UNANSWERED)
    turn.happened(event, complete=complete, person=person, counted=True)
    return True


def _half_a_team(turn: Turn, escalation: Escalation, mix: Mix) -> Escalation:
    """Those who own the case may not respond without another, by the state's rules: one more is wanted, whatever was
    planned."""
    owners = len(turn.file.owners)
    size = max(turn.case.needed, mix.size, owners + 1)
    because = tuple(dict.fromkeys((*turn.case.needed_because, mix.reason)))
    turn.put(replace(turn.case, needed=size, needed_because=because))
    turn.say("half_a_team", owners=owners, needed=size)
    turn.nudge = True
    missing = size - owners
    return replace(escalation, needed=escalation.got + missing, want=max(escalation.want, missing), only_busy=False)


def _tell_the_others(turn: Turn) -> None:
    """Everyone who was asked and has not said no hears who has it, so that nobody travels for nothing."""
    told = set(turn.file.owners)
    who = _who(turn)
    for page in turn.file.pages:
        if page.open:
            turn.put(replace(page, answer=ANSWER[page.answer][Act.SUPERSEDE], deadline=None))
        asked = page.open or page.answer is Answer.EXPIRED
        if asked and page.person not in told and page.sent_at is not None:
            told.add(page.person)
            turn.tell(page.person, "taken", who=who)


def decline(turn: Turn, person: str, page: Page) -> None:
    """No from one person: the next one at once."""
    if person in turn.file.owners:
        # A no from somebody who already owns the case is a release in the making, never a silent nothing.
        turn.tell(person, "decline_owned")
        return
    was_open = page.answer in (Answer.OPEN, Answer.EXPIRED)
    _settle(turn, page, Act.DECLINE)
    turn.tell(person, "declined")
    turn.happened(Event.DECLINED, person=person, page=page.id)
    escalation = turn.file.escalation
    if escalation is None or not was_open:
        return
    more = 0 if page.replaced or not page.open else 1
    turn.put(
        replace(
            escalation,
            declined=(*escalation.declined, person),
            want=escalation.want + more,
            only_busy=False,
        )
    )
    turn.nudge = True


def release(turn: Turn, person: str, why: str) -> None:
    """An owner gives the case back. It waits again at its original place in the order, and they are not asked again
    in this run."""
    running = turn.file.escalation
    joined = 0
    for assignment in turn.file.assignments:
        if assignment.open and assignment.person == person:
            turn.put(replace(assignment, ended_at=turn.now, ended_because=why))
            joined = int(running is not None and assignment.since >= running.started_at)
    still = turn.file.owners
    turn.happened(Event.RELEASED, person=person)
    turn.tell(person, "released")
    for other in still:
        turn.tell(other, "left", who=person)
    short = turn.case.needed - len(still)
    if running is None:
        # One more also where enough are left: a second person was wanted beside the first, and whoever stays may be
        # somebody who may not respond alone.
        start(turn, Reason.BACKUP if still else Reason.FIRST, max(1, short), not_these=(person,))
    else:
        got = max(0, running.got - joined)
        turn.put(
            replace(
                running,
                # A run for backup may now have to find the whole team again.
                needed=max(running.needed, got + short),
                got=got,
                want=running.want + 1,
                asked=(*running.asked, person),
                declined=(*running.declined, person),
            )
        )
        turn.nudge = True


def hand_over(turn: Turn, giver: str, taker: str, handoff: str) -> None:
    """The case passes from one owner to another, who has said yes. Nothing begins again: the state stays, and its
    clock goes on with whoever has the case now. A person in crisis must not wait longer because a shift has ended."""
    for assignment in turn.file.assignments:
        if assignment.open and assignment.person == giver:
            turn.put(replace(assignment, ended_at=turn.now, ended_because="handed_over"))
    turn.put(Assignment(turn.new_id(), turn.case.id, taker, since=turn.now, by=taker))
    turn.say("handed_over", person=taker, giver=giver, handoff=handoff)
    for other in turn.file.owners:
        if other != taker:
            turn.tell(other, "handed_over", who=taker, giver=giver)
    more = 0
    for page in turn.file.pages:
        if page.open and page.person == taker:
            # They were asked as one more person, and are now in the place of another: the run still wants somebody.
            turn.put(replace(page, answer=ANSWER[page.answer][Act.SUPERSEDE], deadline=None))
            more += 0 if page.replaced else 1
    running = turn.file.escalation
    if running is not None:
        gone = (*running.asked, giver), (*running.declined, giver)
        turn.put(replace(running, want=running.want + more, asked=gone[0], declined=gone[1]))
        turn.nudge = turn.nudge or more > 0


def backup(turn: Turn, person: str | None) -> None:
    """One more person for a case somebody already has; the state stays."""
    turn.happened(Event.BACKUP, person=person)
    if not turn.case.open:
        if person is not None:
            turn.tell(person, "closed")
        return
    if turn.file.escalation is None:
        short = turn.case.needed - len(turn.file.owners)
        start(turn, Reason.BACKUP if turn.file.owners else Reason.FIRST, max(1, short))
    if person is not None:
        turn.tell(person, "backup_coming")


def one_more(turn: Turn) -> None:
    """Whoever has the case keeps it, and must not go alone where two are needed by what has just been learnt."""
    owners = turn.file.owners
    if turn.file.escalation is None and owners and len(owners) < turn.case.needed:
        backup(turn, None)
        for owner in owners:
            turn.tell(owner, "first_of_two", needed=str(turn.case.needed))


def tell_of_the_rise(turn: Turn) -> None:
    """Whoever has the case has less time for it than they thought."""
    for owner in turn.file.owners:
        turn.tell(owner, "regraded", urgency=turn.case.urgency.value)


def call_for_help(turn: Turn, person: str, why: str) -> None:
    """A responder in danger. The answer on their screen is neutral: somebody may be reading it over their shoulder."""
    raise_alarm(turn, Kind.SAFETY, why, subject=person)
    turn.tell(person, "noted")


def _settle(turn: Turn, page: Page | None, act: Act) -> None:
    if page is not None:
        turn.put(replace(page, answer=ANSWER[page.answer][act], answered_at=turn.now, deadline=None))


def _who(turn: Turn) -> str:
    return " and ".join(turn.file.owners) or "someone"
