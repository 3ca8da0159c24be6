"""A text from somebody who works here: who wrote it, what it means in their situation, and doing that. Nothing is
guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch import answering, working
from dispatch import reply as replies
from dispatch.access import Act, Actor, Role
from dispatch.alarm import Kind
from dispatch.alarming import end_safety, raise_alarm
from dispatch.case import Event, State
from dispatch.casefile import CaseFile, Turn
from dispatch.effects import Bridge
from dispatch.errors import Refused
from dispatch.flow import debriefs, proofs, swaptexts, textduty, unplaced, verifying
from dispatch.flow.commit import commit
from dispatch.flow.service import Service
from dispatch.flow.situation import STAGES, context_of, teams_of
from dispatch.flow.teams import mix_with
from dispatch.flow.texted import AlreadyRead, Text, say
from dispatch.reply import ReplyContext, Stage, Verb
from dispatch.store import people, schema
from dispatch.teammix import Mix

_WORDS = {Stage.ACCEPTED: State.ACCEPTED.value, **{stage: state.value for state, stage in STAGES.items()}}
_EVENTS = {
    Verb.EN_ROUTE: Event.EN_ROUTE,
    Verb.ARRIVED: Event.ARRIVED,
    Verb.REACHED: Event.ENGAGED,
    Verb.NOT_REACHED: Event.NOT_REACHED,
    Verb.CLEAR: Event.CLEARED,
}


def reply(actor: Actor, svc: Service, row: Row[Any], form: Mapping[str, Any]) -> None:
    """Act on one text, once. `actor` is the process; what is done is done in the name of whoever wrote."""
    number, words = str(form.get("From", "")), str(form.get("Body", ""))
    with svc.record.read() as conn:
        found = people.by_phone(conn, svc.sealer.blind_indexes("phone", number))
    try:
        if not found:
            unplaced.stranger(actor, svc, row)
            return
        try:
            _read(svc, row, found, words)
        except NotTheirs:
            # It was given to somebody else at this very moment: the same words, read in the situation as it is now.
            _read(svc, row, found, words)
    except AlreadyRead:
        return


class NotTheirs(Exception):
    """Whoever wrote does not have the case any more: roll back."""


def _read(svc: Service, row: Row[Any], found: Sequence[Row[Any]], words: str) -> None:
    person = found[0]
    context = context_of(svc, person, words)
    text = Text(svc, _writer(svc, person, context), row.id, person, words, found)
    meaning = replies.understand(replies.parse(words), context)
    proofs.of_text(text.actor, svc, person, meaning, shared=len(found) > 1)
    _act(text, meaning, context)


def _writer(svc: Service, person: Row[Any], context: ReplyContext) -> Actor:
    """Whoever was asked may answer, and whoever has a case may speak of it, whatever the roster has come to say of them
    meanwhile: a call for help must not fail because its sender was moved to another team at noon."""
    roles, teams = frozenset(Role(r) for r in person.roles), frozenset(person.teams)
    if at_work := teams_of(svc, context):
        return Actor(person.id, roles | {Role.RESPONDER}, teams | at_work, person.id)
    return Actor(person.id, roles, teams, person.id)


def _act(text: Text, meaning: replies.Meaning, context: ReplyContext) -> None:  # noqa: C901, PLR0912 - one row a meaning
    match meaning:
        case replies.Accept(page_id) | replies.LateAccept(page_id):
            _accept(text, page_id)
        case replies.Decline(page_id):
            _on_page(text, page_id, lambda turn: answering.decline(turn, text.person.id, turn.file.page(page_id)))
        case replies.Status(case_id, verb):
            _on_theirs(text, case_id, lambda turn: working.status(turn, _EVENTS[verb], text.person.id))
        case replies.CheckInOk(case_id):
            _on_theirs(text, case_id, lambda turn: _checked_in(turn, text.person.id))
        case replies.ShiftCheckOk():
            say(text, "shift_check_ok")
        case replies.NumberCode(digits):
            right = verifying.by_text(text.actor, text.svc, [one.id for one in text.sharing], digits)
            say(text, "number_proved" if right else "number_code_wrong")
        case replies.Backup(case_id):
            _on_case(text, case_id, Act.BACKUP, lambda turn: answering.backup(turn, text.person.id))
        case replies.CallBridge(case_id):
            _on_theirs(text, case_id, lambda turn: _bridge(turn, text.person.id))
        case replies.SafetyAlarm(case_ids):
            for n, case_id in enumerate(case_ids):
                _help(text, case_id, first=n == 0, last=n == len(case_ids) - 1)
        case replies.On(hours):
            textduty.availability(text, "on", hours, uncovered=False)
        case replies.Off():
            textduty.availability(text, "off", None, uncovered=context.last_on_call)
        case replies.OffAskBack(codes):
            say(text, "off_holds" if codes else "off_last", codes=" ".join(codes))
        case replies.Who():
            say(text, "who", people=textduty.who(text))
        case replies.StatusList():
            say(text, "status", cases=" ".join(f"{h.code}:{_WORDS[h.stage]}" for h in context.held))
        case replies.Debrief(wanted):
            _debrief(text, wanted=wanted)
        case replies.SwapAnswer(takes, code):
            said = swaptexts.answer(text.actor, text.svc, code, text.finish, takes=takes)
            if said is not None:
                say(text, said.words, **said.about)
        case replies.NothingAsked():
            say(text, "not_understood", **unplaced.can_be_sent(context))
        case replies.AskWhich(verb, codes):
            say(text, "which_code", verb=verb.value, codes=" ".join(codes))
        case replies.OptOut():
            textduty.opted_out(text)
        case replies.OptIn(then):
            textduty.opted_in(text)
            if then is None:
                say(text, "opted_in")
            else:
                _act(text, then, context)
        case replies.Unknown():
            unplaced.not_understood(text, context)


def _on_page(
    text: Text,
    page_id: str,
    decide: Callable[[Turn], object],
    first: Callable[[Connection, CaseFile], None] | None = None,
) -> None:
    with text.svc.record.read() as conn:
        p = schema.pages
        case_id = conn.scalar(select(p.c.case_id).where(p.c.id == page_id))
    _on_case(text, str(case_id), Act.ANSWER_PAGE, decide, first)


def _accept(text: Text, page_id: str) -> None:
    mixes: list[Mix] = []

    def first(conn: Connection, file: CaseFile) -> None:
        mixes.append(mix_with(text.svc, conn, file, text.person.id))

    def decide(turn: Turn) -> object:
        return answering.accept(turn, text.person.id, turn.file.page(page_id), mixes[-1])

    _on_page(text, page_id, decide, first)


def _on_case(
    text: Text,
    case_id: str,
    act: Act,
    decide: Callable[[Turn], object],
    first: Callable[[Connection, CaseFile], None] | None = None,
) -> None:
    def also(conn: Connection, turn: Turn) -> None:
        text.finish(conn)
        people.taken(conn, text.person.id)

    commit(text.actor, text.svc, act, case_id, decide, first=first, also=also)


def _on_theirs(text: Text, case_id: str, decide: Callable[[Turn], object]) -> None:
    """What only somebody who has the case may say or be given: that it is done, or a call to the person."""

    def theirs(turn: Turn) -> object:
        if text.person.id not in turn.file.owners:
            raise NotTheirs
        return decide(turn)

    _on_case(text, case_id, Act.STATUS, theirs)


def _debrief(text: Text, *, wanted: bool) -> None:
    try:
        if wanted:
            debriefs.ask(text.actor, text.svc, done=text.finish)
        elif debriefs.decline(text.actor, text.svc, done=text.finish):
            return
        else:
            say(text, "debrief_declined")
    except Refused:
        say(text, "debrief_none")


def _checked_in(turn: Turn, person: str) -> None:
    turn.happened(Event.CHECKED_IN, person=person)
    end_safety(turn, person, heard=False)
    turn.tell(person, "noted")


def _bridge(turn: Turn, person: str) -> None:
    turn.say("bridge", person=person)
    turn.tell(person, "calling")
    turn.do(Bridge(person))


def _help(text: Text, case_id: str, *, first: bool, last: bool) -> None:
    """One alarm a case; one neutral answer in all."""

    def decide(turn: Turn) -> None:
        raise_alarm(turn, Kind.SAFETY, "asked_for_help", subject=text.person.id)
        if first:
            turn.tell(text.person.id, "noted")

    commit(text.actor, text.svc, Act.ANSWER_PAGE, case_id, decide, also=text.finish if last else None)
