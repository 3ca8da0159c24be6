"""A text from somebody who works here: who wrote it, what it means in their situation, and doing that. Nothing is
guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dispatch import answering, asking, working
from dispatch import reply as replies
from dispatch.access import Act, Actor, Role
from dispatch.alarm import Kind
from dispatch.alarming import end_missed_check_in, raise_alarm
from dispatch.case import Event, State
from dispatch.casefile import CaseFile, Turn
from dispatch.effects import AnswerNumber, Bridge, Effect, Tell
from dispatch.errors import Refused
from dispatch.flow import debriefs, proofs, service_alarms, swaptexts, verifying
from dispatch.flow.commit import commit, mirror
from dispatch.flow.service import Service
from dispatch.flow.situation import STAGES, context_of
from dispatch.flow.teams import mix_with
from dispatch.page import Answer
from dispatch.reply import ReplyContext, Stage, Verb
from dispatch.roster import on_call
from dispatch.store import inbox, ledger, notes, outbox, people, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry
from dispatch.store.notes import Note
from dispatch.teammix import Mix
from dispatch.wallclock import wall, zone

#: Automatic answers to one unknown number within an hour, so that two machines never talk all night.
STRANGER_ANSWERS = 3

_WORDS = {Stage.ACCEPTED: State.ACCEPTED.value, **{stage: state.value for state, stage in STAGES.items()}}
_EVENTS = {
    Verb.EN_ROUTE: Event.EN_ROUTE,
    Verb.ARRIVED: Event.ARRIVED,
    Verb.REACHED: Event.ENGAGED,
    Verb.NOT_REACHED: Event.NOT_REACHED,
    Verb.CLEAR: Event.CLEARED,
}


class _AlreadyRead(Exception):
    """Another has acted on this text already: roll back."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One text under way: who wrote it, and the arrival to be marked read by whatever is made of it."""

    svc: Service
    actor: Actor
    inbox_id: str
    person: Row[Any]
    words: str
    #: everybody who has this number
    sharing: Sequence[Row[Any]]

    def finish(self, conn: Connection, _: object = None) -> None:
        if not inbox.finish(conn, self.inbox_id, self.svc.clock.now()):
            raise _AlreadyRead


def reply(actor: Actor, svc: Service, row: Row[Any], form: Mapping[str, Any]) -> None:
    """Act on one text, once. `actor` is the process; what is done is done in the name of whoever wrote."""
    number, words = str(form.get("From", "")), str(form.get("Body", ""))
    with svc.record.read() as conn:
        found = people.by_phone(conn, svc.sealer.blind_indexes("phone", number))
    try:
        if not found:
            _stranger(actor, svc, row)
            return
        person = found[0]
        roles = frozenset(Role(r) for r in person.roles)
        who = Actor(person.id, roles, frozenset(person.teams), person.id)
        text = _Text(svc, who, row.id, person, words, found)
        context = context_of(svc, person, words)
        meaning = replies.understand(replies.parse(words), context)
        proofs.of_text(text.actor, svc, person, meaning, shared=len(found) > 1)
        _act(text, meaning, context)
    except _AlreadyRead:
        return


def _act(text: _Text, meaning: replies.Meaning, context: ReplyContext) -> None:  # noqa: C901, PLR0912 - one row a meaning
    match meaning:
        case replies.Accept(page_id) | replies.LateAccept(page_id):
            _accept(text, page_id)
        case replies.Decline(page_id):
            _on_page(text, page_id, lambda turn: answering.decline(turn, text.person.id, turn.file.page(page_id)))
        case replies.Status(case_id, verb):
            _on_case(text, case_id, Act.STATUS, lambda turn: working.status(turn, _EVENTS[verb], text.person.id))
        case replies.CheckInOk(case_id):
            _on_case(text, case_id, Act.STATUS, lambda turn: _checked_in(turn, text.person.id))
        case replies.ShiftCheckOk():
            _say(text, "shift_check_ok")
        case replies.NumberCode(digits):
            right = verifying.by_text(text.actor, text.svc, [one.id for one in text.sharing], digits)
            _say(text, "number_proved" if right else "number_code_wrong")
        case replies.Backup(case_id):
            _on_case(text, case_id, Act.BACKUP, lambda turn: answering.backup(turn, text.person.id))
        case replies.CallBridge(case_id):
            _on_case(text, case_id, Act.STATUS, lambda turn: _bridge(turn, text.person.id))
        case replies.SafetyAlarm(case_ids):
            for n, case_id in enumerate(case_ids):
                _help(text, case_id, first=n == 0, last=n == len(case_ids) - 1)
        case replies.On(hours):
            _availability(text, "on", hours, uncovered=False)
        case replies.Off():
            _availability(text, "off", None, uncovered=context.last_on_call)
        case replies.OffAskBack(codes):
            _say(text, "off_holds" if codes else "off_last", codes=" ".join(codes))
        case replies.Who():
            _say(text, "who", people=_who(text))
        case replies.StatusList():
            _say(text, "status", cases=" ".join(f"{h.code}:{_WORDS[h.stage]}" for h in context.held))
        case replies.Debrief(wanted):
            _debrief(text, wanted=wanted)
        case replies.SwapAnswer(takes, code):
            said = swaptexts.answer(text.actor, text.svc, code, text.finish, takes=takes)
            if said is not None:
                _say(text, said.words, **said.about)
        case replies.AskWhich(verb, codes):
            _say(text, "which_code", verb=verb.value, codes=" ".join(codes))
        case replies.OptOut():
            _opted_out(text)
        case replies.OptIn(then):
            _opted_in(text, then, context)
        case replies.Unknown():
            _not_understood(text, context)


def _on_page(
    text: _Text,
    page_id: str,
    decide: Callable[[Turn], object],
    first: Callable[[Connection, CaseFile], None] | None = None,
) -> None:
    with text.svc.record.read() as conn:
        p = schema.pages
        case_id = conn.scalar(select(p.c.case_id).where(p.c.id == page_id))
    _on_case(text, str(case_id), Act.ANSWER_PAGE, decide, first)


def _accept(text: _Text, page_id: str) -> None:
    mixes: list[Mix] = []

    def first(conn: Connection, file: CaseFile) -> None:
        mixes.append(mix_with(text.svc, conn, file, text.person.id))

    def decide(turn: Turn) -> object:
        return answering.accept(turn, text.person.id, turn.file.page(page_id), mixes[-1])

    _on_page(text, page_id, decide, first)


def _on_case(
    text: _Text,
    case_id: str,
    act: Act,
    decide: Callable[[Turn], object],
    first: Callable[[Connection, CaseFile], None] | None = None,
) -> None:
    def also(conn: Connection, turn: Turn) -> None:
        text.finish(conn)
        people.taken(conn, text.person.id)

    commit(text.actor, text.svc, act, case_id, decide, first=first, also=also)


def _debrief(text: _Text, *, wanted: bool) -> None:
    try:
        if wanted:
            debriefs.ask(text.actor, text.svc, done=text.finish)
        elif debriefs.decline(text.actor, text.svc, done=text.finish):
            return
        else:
            _say(text, "debrief_declined")
    except Refused:
        _say(text, "debrief_none")


def _checked_in(turn: Turn, person: str) -> None:
    turn.happened(Event.CHECKED_IN, person=person)
    end_missed_check_in(turn)
    turn.tell(person, "noted")


def _bridge(turn: Turn, person: str) -> None:
    turn.say("bridge", person=person)
    turn.tell(person, "calling")
    turn.do(Bridge(person))


def _help(text: _Text, case_id: str, *, first: bool, last: bool) -> None:
    """One alarm a case; one neutral answer in all."""

    def decide(turn: Turn) -> None:
        raise_alarm(turn, Kind.SAFETY, "asked_for_help", subject=text.person.id)
        if first:
            turn.tell(text.person.id, "noted")

    commit(text.actor, text.svc, Act.ANSWER_PAGE, case_id, decide, also=text.finish if last else None)


def _availability(text: _Text, state: str, hours: float | None, *, uncovered: bool) -> None:
    """ON or OFF. `uncovered`: they were the last one on call, and a coordinator must know at once."""
    svc, now = text.svc, text.svc.clock.now()
    until = now + timedelta(hours=hours) if hours else None
    local = ""
    with svc.record.write() as conn:
        text.finish(conn)
        rested = people.RESTED if state == "on" else {}
        people.set_fields(conn, text.person.id, {"availability": state, "available_until": until, **rested})
        if until is not None and text.person.teams:
            place = svc.rosters.team(conn, text.person.teams[0]).team.timezone
            local = wall(until, zone(place)).strftime("%H:%M")
        told = Told(teams=set(text.person.teams))
        _tell(svc, conn, text, Tell(text.person.id, state, {"until": local}), now)
        data = {"person": text.person.id, "availability": state, "until": until}
        entries = [Entry(now, text.actor.id, "availability", None, None, data)]
        if uncovered:
            entries += service_alarms.open_for(
                svc,
                conn,
                told,
                text.person.teams,
                Kind.COVERAGE,
                "last_one_off",
                now,
                text.actor.id,
                subject=text.person.id,
            )
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)


def _say(text: _Text, words: str, **about: str) -> None:
    svc, now = text.svc, text.svc.clock.now()
    with svc.record.write() as conn:
        text.finish(conn)
        _tell(svc, conn, text, Tell(text.person.id, words, about), now)
        n = ledger.append(conn, [Entry(now, text.actor.id, "answered", None, None, {"words": words})])
    mirror(svc, Told(teams=set(text.person.teams), ledger_no=n))


def _tell(svc: Service, conn: Connection, text: _Text, effect: Effect, now: datetime) -> None:
    team = text.person.teams[0] if text.person.teams else ""
    outbox.add(conn, [effect_row(effect, team, None, 0, svc.new_id, now)], now)


def _who(text: _Text) -> str:
    svc, now = text.svc, text.svc.clock.now()
    found: list[str] = []
    with svc.record.read() as conn:
        for team in text.person.teams:
            for one in on_call(svc.rosters.team(conn, team).roster, team, now):
                found += [f"{one.person}:{one.layer}"] if one.person != text.person.id else []
    return " ".join(dict.fromkeys(found))


def _opted_out(text: _Text) -> None:
    """A responder stopped our texts: off the roster now, the next person is asked on every case that waits for them,
    and a coordinator is told."""
    svc, now, who = text.svc, text.svc.clock.now(), text.person.id
    with svc.record.write() as conn:
        people.set_fields(conn, who, {"unreachable": "opted_out", "opted_out_at": now})
        p = schema.pages
        waiting = conn.scalars(
            select(p.c.case_id).distinct().where(p.c.person == who, p.c.answer == Answer.OPEN.value)
        ).all()
        told = Told(teams=set(text.person.teams))
        entries = service_alarms.open_for(
            svc, conn, told, text.person.teams, Kind.OPTED_OUT, "sent_stop", now, who, subject=who
        )
        told.ledger_no = ledger.append(conn, [Entry(now, who, "opted_out", None, None, {"person": who}), *entries])
    mirror(svc, told)
    for case_id in waiting:
        commit(text.actor, svc, Act.ANSWER_PAGE, case_id, lambda turn: _replace_pages(turn, who))
    with svc.record.write() as conn:
        text.finish(conn)


def _replace_pages(turn: Turn, person: str) -> None:
    for page in turn.file.pages:
        if page.person == person and page.open:
            asking.replace_page(turn, page, "opted_out")


def _opted_in(text: _Text, then: object, context: ReplyContext) -> None:
    svc, now = text.svc, text.svc.clock.now()
    with svc.record.write() as conn:
        if text.person.unreachable == "opted_out":
            people.set_fields(conn, text.person.id, {"unreachable": None, "opted_out_at": None})
        n = ledger.append(conn, [Entry(now, text.actor.id, "opted_in", None, None, {"person": text.person.id})])
    mirror(svc, Told(teams=set(text.person.teams), ledger_no=n))
    if then is None:
        _say(text, "opted_in")
    elif isinstance(then, replies.Accept | replies.LateAccept | replies.AskWhich):
        _act(text, then, context)


def _not_understood(text: _Text, context: ReplyContext) -> None:
    """Answered with what can be sent, kept on the case if there is one, and shown to the coordinator."""
    svc = text.svc
    about = {
        "open": " ".join(p.code for p in context.open_pages),
        "held": " ".join(h.code for h in context.held),
    }
    case_id = _case_of(svc, context)
    if case_id is None:
        now = svc.clock.now()
        with svc.record.write() as conn:
            text.finish(conn)
            told = Told(teams=set(text.person.teams))
            entries = service_alarms.open_for(
                svc,
                conn,
                told,
                text.person.teams,
                Kind.NOT_UNDERSTOOD,
                "text",
                now,
                text.person.id,
                subject=text.person.id,
            )
            _tell(svc, conn, text, Tell(text.person.id, "not_understood", about), now)
            told.ledger_no = ledger.append(conn, entries)
        mirror(svc, told)
        return
    kept: Note = notes.seal(svc.sealer, svc.new_id(), case_id, "text", text.words[:1600])

    def decide(turn: Turn) -> None:
        raise_alarm(turn, Kind.NOT_UNDERSTOOD, "text", subject=text.person.id)
        turn.do(Tell(text.person.id, "not_understood", about))

    def also(conn: Connection, turn: Turn) -> None:
        text.finish(conn)
        notes.add(conn, kept, text.person.id, turn.now)

    commit(text.actor, svc, Act.ANSWER_PAGE, case_id, decide, also=also)


def _case_of(svc: Service, context: ReplyContext) -> str | None:
    """The one case a text could be about."""
    if len(context.held) == 1 and not context.open_pages:
        return context.held[0].case_id
    if len(context.open_pages) == 1 and not context.held:
        with svc.record.read() as conn:
            p = schema.pages
            return conn.scalar(select(p.c.case_id).where(p.c.id == context.open_pages[0].page_id))
    return None


def _stranger(actor: Actor, svc: Service, row: Row[Any]) -> None:
    """A number we do not know: where to find help, kept, and shown at once. Not more often than a person would."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        if not inbox.finish(conn, row.id, now):
            raise _AlreadyRead
        i = schema.inbox
        lately = select(func.count()).where(
            i.c.sender_index == row.sender_index, i.c.received_at > now - timedelta(hours=1)
        )
        told = Told()
        teams = service_alarms.every_team(conn)
        entries = service_alarms.open_for(
            svc, conn, told, teams, Kind.UNKNOWN_TEXT, "unknown_number", now, actor.id, subject=row.id
        )
        if (conn.scalar(lately) or 0) <= STRANGER_ANSWERS:
            effect = AnswerNumber(row.id, "stranger")
            outbox.add(conn, [effect_row(effect, teams[0] if teams else "", None, 0, svc.new_id, now)], now)
            told.teams = set(teams[:1])
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
