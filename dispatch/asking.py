"""Asking people: pages going out, receipts that do not come, pages that fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.case import UNFILLED, Event
from dispatch.casefile import Turn
from dispatch.deadline import Deadline, Meaning
from dispatch.effects import SendPage
from dispatch.escalation import Escalation, Run
from dispatch.laddering import pass_step
from dispatch.matching import Pick
from dispatch.page import ANSWER, DELIVERY, Act, Answer, Delivery, Page, Report


def page_people(turn: Turn, escalation: Escalation, picks: Sequence[Pick], link: Sequence[str]) -> None:
    """Page the people the matcher picked for the current step. The step's wait runs from its first page and is not
    restarted.

    `link` holds one fresh random code a pick.
    """
    step = escalation.current
    first = escalation.first_page_at or turn.now
    deadline = escalation.deadline
    if deadline is None or escalation.state is not Run.EXHAUSTED:
        deadline = Deadline(Meaning.STEP_OVERDUE, first + (step.wait or timedelta(0)))
    by = deadline.due_at
    for pick, code in zip(picks, link, strict=True):
        _supersede_earlier(turn, pick.person)
        receipt = min(by, turn.now + turn.policy.receipt)
        page = Page(
            id=turn.new_id(),
            case_id=turn.case.id,
            escalation_id=escalation.id,
            person=pick.person,
            layer=pick.layer,
            step=escalation.step,
            round=escalation.round,
            voice=step.voice,
            link=code,
            delivery=Delivery.QUEUED,
            answer=Answer.OPEN,
            created_at=turn.now,
            by=by,
            because=pick.because,
            deadline=Deadline(Meaning.RECEIPT_OVERDUE if receipt < by else Meaning.PAGE_OVERDUE, receipt),
        )
        turn.put(page)
        turn.do(SendPage(page.id, pick.person, voice=step.act == "call"))
        if step.voice and step.act != "call":
            turn.do(SendPage(page.id, pick.person, voice=True))
        turn.say("page_wanted", page=page.id, person=pick.person, layer=pick.layer, step=escalation.step)
    turn.put(
        replace(
            escalation,
            want=max(0, escalation.want - len(picks)),
            first_page_at=first,
            asked=(*escalation.asked, *(p.person for p in picks)),
            deadline=deadline,
        )
    )
    # Past the ladder's end the case stays `unanswered`: the alarm rings on while pages are out again.
    if turn.case.state in UNFILLED and escalation.state is Run.ASKING:
        turn.happened(Event.PAGED)


def _supersede_earlier(turn: Turn, person: str) -> None:
    """One person never holds two open pages of one case: the older one gives way to the repeat."""
    for page in turn.file.pages:
        if page.person == person and page.open:
            turn.put(_settle(page, Act.EXPIRE))


def nobody_left(turn: Turn, escalation: Escalation, only_busy: bool) -> None:
    """The matcher has asked whom it could at this step and is still short.

    Passed at once when nobody passes the lasting filters and no page of this step is still worth waiting for; when
    people are only busy or resting the case waits for them, up to the policy's match time.
    """
    if escalation.state is not Run.ASKING:
        return
    waiting_on = [
        p
        for p in turn.file.pages
        if p.escalation_id == escalation.id and p.step == escalation.step and p.round == escalation.round
        if p.open and not p.replaced
    ]
    if only_busy:
        if not escalation.only_busy:
            turn.put(replace(escalation, only_busy=True))
            turn.say("only_busy", escalation=escalation.id, step=escalation.step)
    elif waiting_on:
        # After a re-grade nobody new may be left at the first step, only pages sent before it: they count as its own,
        # or the step would wait for a first page that never comes.
        first = escalation.first_page_at or min(p.created_at for p in waiting_on)
        turn.put(replace(escalation, want=0, first_page_at=first))
    else:
        pass_step(turn, escalation, "nobody")


def replace_page(turn: Turn, page: Page, why: str) -> None:
    """Ask the next person of the same step now, once for this page. The page itself stays open: its answer still
    counts."""
    if page.replaced or not page.open:
        return
    page = replace(page, replaced=True)
    turn.put(page)
    escalation = turn.file.escalation
    if escalation is None or escalation.id != page.escalation_id:
        return
    turn.put(replace(escalation, want=escalation.want + 1, only_busy=False))
    turn.say("next_person", page=page.id, why=why)
    turn.nudge = True


def receipt_overdue(turn: Turn, page: Page) -> None:
    """No proof of delivery in time: the next person too, while this page stays open until its own time is up."""
    if not page.open:
        return
    page = replace(page, deadline=Deadline(Meaning.PAGE_OVERDUE, max(page.by, turn.now)))
    turn.put(page)
    if page.delivery is not Delivery.DELIVERED:
        replace_page(turn, page, "no_receipt")


def page_overdue(turn: Turn, page: Page) -> None:
    """Silence. The page no longer uses the person's capacity; a late accept still counts."""
    if page.open:
        turn.put(_settle(page, Act.EXPIRE))
        # A freed person may be just whom another case is waiting for.
        turn.nudge = True
        turn.say("page_silent", page=page.id, person=page.person, delivery=page.delivery.value)


def reported(turn: Turn, page: Page, report: Report, code: int | None = None, *, loud: Kind = Kind.UNDELIVERED) -> None:
    """The provider says something about a page: late, twice or out of order, the table decides what still counts.
    `loud` is the alarm of a failure."""
    delivery = DELIVERY[page.delivery][report]
    if delivery is page.delivery:
        return
    changed = replace(page, delivery=delivery)
    if delivery is Delivery.SENT:
        changed = replace(changed, sent_at=page.sent_at or turn.now)
    if delivery is Delivery.DELIVERED:
        changed = replace(changed, sent_at=page.sent_at or turn.now, delivered_at=turn.now)
        if page.deadline is not None and page.deadline.meaning is Meaning.RECEIPT_OVERDUE:
            changed = replace(changed, deadline=Deadline(Meaning.PAGE_OVERDUE, max(page.by, turn.now)))
    if delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        changed = replace(changed, failure=code)
    turn.put(changed)
    turn.say("page", page=page.id, person=page.person, delivery=delivery.value, code=code)
    if page.sent_at is None and changed.sent_at is not None:
        _tell_if_too_late(turn, changed)
    if delivery is Delivery.DELIVERED:
        turn.happened(Event.PAGE_DELIVERED)
    if delivery in (Delivery.UNDELIVERED, Delivery.FAILED):
        turn.happened(Event.PAGE_FAILED)
        if changed.open:
            # A page that reached nobody is loud: the next person now, and a coordinator is told.
            replace_page(turn, changed, delivery.value)
            raise_alarm(turn, loud, f"{delivery.value}:{code or 0}", subject=page.person)


def _tell_if_too_late(turn: Turn, page: Page) -> None:
    """The page was on its way while somebody else took the case, or it went away: whoever has it now must not set
    out."""
    if page.answer is Answer.SUPERSEDED and turn.file.owners:
        turn.tell(page.person, "taken", who=" and ".join(turn.file.owners))
    elif page.answer in (Answer.SUPERSEDED, Answer.WITHDRAWN):
        turn.tell(page.person, "withdrawn")


def _settle(page: Page, act: Act) -> Page:
    return replace(page, answer=ANSWER[page.answer][act], deadline=None)
