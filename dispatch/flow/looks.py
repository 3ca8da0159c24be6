"""Reads of a person: a case with what was said, its history with what was written, earlier contacts of a telephone
number.

Each is written into a chain of its own before anything is handed out, so that years later it can be shown who saw
whom. That chain has its own head: reading never waits for dispatching.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, or_, select

from dispatch.access import Act, Actor, check
from dispatch.case import Case
from dispatch.casefile import CaseFile
from dispatch.contact import Personal, is_number
from dispatch.errors import Fault, Forgotten, InvalidInput, NotFound, ServiceError
from dispatch.facts import Facts
from dispatch.flow import waivers
from dispatch.flow.boards import alarm_views, owners_of
from dispatch.flow.briefs import because_of, brief_of, briefs_of, opened, position_of
from dispatch.flow.caseviews import (
    case_ids_named,
    case_line,
    emergency_view,
    escalation_view,
    page_view,
    recontact_view,
    signed_view,
)
from dispatch.flow.intake import Logged
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import (
    CaseBrief,
    CaseDetail,
    ContactView,
    Found,
    Happened,
    OtherCode,
)
from dispatch.policy import Policy
from dispatch.priority import Mode, Urgency
from dispatch.signature import Signature
from dispatch.store import casefiles, contacts, datakeys, ledger, notes, schema
from dispatch.store import waivers as stored_waivers
from dispatch.store.ledger import LOOKS, Entry
from dispatch.store.rows import load_rows
from dispatch.store.sealing import DataKey

_FACTS = TypeAdapter(Facts)
_PERSONAL = TypeAdapter(Personal)
_PERSONAL_FIELDS = frozenset(Personal.__dataclass_fields__)


def noted(actor: Actor, svc: Service, kind: str, case_id: str | None, team: str | None, **data: object) -> None:
    """Write down that somebody looks. Never personal: who was found by a number is told by the cases."""
    all_noted(svc, [Entry(svc.clock.now(), actor.id, kind, case_id, team, data)])


def all_noted(svc: Service, looks: Sequence[Entry]) -> None:
    """Several that are taken at once: one commit, and none where nothing was seen."""
    if looks:
        with svc.record.write() as conn:
            ledger.append(conn, looks, chain=LOOKS)


def logged(actor: Actor, svc: Service, done: Logged) -> CaseBrief | None:
    """The case of a contact that was just logged, as it is now; None where the contact made none.

    What the operator has just entered is no look; a repeated request reads a case that others have worked on since,
    and is one.
    """
    [found] = logged_all(svc, [(actor, done)])
    if isinstance(found, ServiceError):
        raise found
    return found


def logged_all(svc: Service, several: Sequence[tuple[Actor, Logged]]) -> list[CaseBrief | ServiceError | None]:
    """`logged` for several that were logged together."""
    unread = [done.case_id for _, done in several if done.case_id is not None and done.case is None]
    found = briefs_of(svc, unread)
    return [done.case or _logged(actor, svc, done, found.get(done.case_id or "")) for actor, done in several]


def _logged(actor: Actor, svc: Service, done: Logged, found: CaseBrief | None) -> CaseBrief | ServiceError | None:
    if done.case_id is None:
        return None
    if found is None:
        return NotFound("There is no such case.")
    if done.again:
        try:
            check(actor, Act.SEE_CASE, found.team)
            noted(actor, svc, "case_seen", found.id, found.team)
        except ServiceError as error:
            return error
    return found


def brief(actor: Actor, svc: Service, case_id: str) -> CaseBrief:
    """The case after somebody's own act on it, which the history has already."""
    found = brief_of(svc, case_id)
    check(actor, Act.SEE_CASE, found.team)
    return found


def case(actor: Actor, svc: Service, case_id: str) -> CaseDetail:
    """Everything about one case. Raises NotFound."""
    with svc.record.read() as conn:
        file = casefiles.load(conn, svc.record, case_id, lock=False)
        check(actor, Act.SEE_CASE, file.case.team)
        calls = contacts.of_case(conn, case_id)
        given = contacts.assessments_of(conn, [case_id])
        waived = stored_waivers.of_case(conn, case_id)
        keys = datakeys.load(conn, {row.key_id for row in (*calls, *given, *waived)})
        to_sign = load_rows(conn, Signature, "case_id", [case_id])
        named = [id_ for row in waived for id_ in (row.person, row.by)]
        named += [id_ for one in to_sign for id_ in (one.trainee, one.supervisor, one.signed_by)]
        names = Names(svc, conn, [*_everybody(file, calls, given), *named])
        team = svc.rosters.team(conn, file.case.team)
        position = position_of(conn, file.case.team, file.case.state, file.case.place)
        alarms = alarm_views(actor, svc, conn, [a for a in file.alarms if a.open])
    noted(actor, svc, "case_seen", case_id, file.case.team)
    views = opened(svc, given, keys, names)
    line = case_line(file.case, file.owners, names)
    deadline = file.case.deadline
    return CaseDetail(
        **{name: getattr(line, name) for name in line.__dataclass_fields__},
        queue_position=position,
        arrive_by=team.policy.arrive_by(file.case.mode, file.case.respond_by),
        due_at=deadline.due_at if deadline else None,
        due_meaning=deadline.meaning.value if deadline else None,
        because=because_of(views, team.policy),
        codes=codes_in(team.policy, file.case.urgency, file.case.mode),
        escalation=escalation_view(file.escalation),
        pages=tuple(page_view(page, file.case.code, names) for page in file.pages),
        alarms=tuple(alarms),
        contacts=tuple(_contact(svc, row, keys[row.key_id], names) for row in calls),
        assessments=views,
        recontacts=tuple(recontact_view(recontact, names) for recontact in file.recontacts),
        emergencies=tuple(emergency_view(emergency, names) for emergency in file.emergencies),
        waivers=waivers.views(svc, waived, keys, names),
        signatures=tuple(signed_view(signature, names) for signature in to_sign),
    )


def codes_in(policy: Policy, urgency: Urgency, mode: Mode) -> tuple[OtherCode, ...]:
    """The level in each other service's codes."""
    found = policy.codes_of(urgency, mode)
    return tuple(OtherCode(scale, code, policy.codes[scale].source) for scale, code in found.items())


def timeline(actor: Actor, svc: Service, case_id: str) -> list[Happened]:
    """A case's history from the ledger, with what people wrote, oldest first. Raises NotFound."""
    links = schema.ledger
    with svc.record.read() as conn:
        file = casefiles.load(conn, svc.record, case_id, lock=False)
        check(actor, Act.SEE_CASE, file.case.team)
        history = conn.execute(select(links).where(links.c.case_id == case_id).order_by(links.c.n)).all()
        hidden = {alarm.id for alarm in file.alarms if alarm.open and alarm.hidden_from(actor.person)}
        entries = [entry for entry in history if entry.data.get("alarm") not in hidden]
        written = notes.of_case(conn, case_id)
        why_waived = waivers.reasons(svc, conn, case_id)
        keys = datakeys.load(conn, {row.key_id for row in written})
        said = [str(e.data["person"]) for e in entries if isinstance(e.data.get("person"), str)]
        names = Names(svc, conn, [*(e.actor for e in entries), *(n.by for n in written), *said])
    noted(actor, svc, "timeline_seen", case_id, file.case.team)
    lines = [
        Happened(
            at=e.at,
            by=names.of(e.actor),
            kind=e.kind,
            data=_told(e.data, names),
            text=why_waived.get(str(e.data.get("waiver"))) if e.kind == "waived" else None,
            n=e.n,
        )
        for e in entries
    ]
    lines += [
        Happened(at=n.at, by=names.of(n.by), kind=f"note_{n.kind}", data={}, text=_note(svc, n, keys[n.key_id]))
        for n in written
    ]
    return sorted(lines, key=lambda line: (line.at, line.n is None, line.n or 0))


def open_page(actor: Actor, svc: Service, case_id: str, person: str, page_id: str | None) -> str | None:
    """The page a person answers at a screen: the one they name, else their newest of the case; None without any.

    Raises NotFound for a page of somebody else, or of another case.
    """
    check(actor, Act.ANSWER_PAGE)
    with svc.record.read() as conn:
        file = casefiles.load(conn, svc.record, case_id, lock=False)
    own = [page.id for page in file.pages if page.person == person]
    if not own:
        # Whoever was asked may answer wherever they are by now; to anybody else it is a case of a team.
        check(actor, Act.ANSWER_PAGE, file.case.team)
    if page_id is None:
        return own[-1] if own else None
    if page_id not in own:
        raise NotFound("You have no such page for this case.")
    return page_id


def search(actor: Actor, svc: Service, phone: str) -> Found:
    """Earlier contacts and cases of a telephone number, as the person's or the caller's. Raises InvalidInput for no
    number.
    """
    check(actor, Act.SEARCH_PERSON)
    if not is_number(phone):
        problem = "must be a telephone number such as +12025550143"
        raise InvalidInput(f"phone: {problem}", [Fault("phone", problem)])
    c, indexes = schema.contacts.c, svc.sealer.blind_indexes("phone", phone)
    query = select(schema.contacts).where(or_(c.person_index.in_(indexes), c.caller_index.in_(indexes)))
    if actor.teams:
        query = query.where(c.team.in_(sorted(actor.teams)))
    with svc.record.read() as conn:
        calls = conn.execute(query.order_by(c.logged_at.desc(), c.id).limit(100)).all()
        keys = datakeys.load(conn, {row.key_id for row in calls})
        ids = list(dict.fromkeys(row.case_id for row in calls if row.case_id))
        cases = {found.id: found for found in load_rows(conn, Case, "id", ids)}
        owners = owners_of(conn, ids)
        everybody = [*(row.operator for row in calls), *(o for each in owners.values() for o in each)]
        names = Names(svc, conn, [*everybody, *case_ids_named(cases.values())])
    entries = [Entry(svc.clock.now(), actor.id, "person_searched", None, None, {"contacts": len(calls)})]
    entries += [Entry(svc.clock.now(), actor.id, "found_by_search", id_, cases[id_].team, {}) for id_ in ids]
    all_noted(svc, entries)
    return Found(
        contacts=tuple(_contact(svc, row, keys[row.key_id], names) for row in calls),
        cases=tuple(case_line(cases[id_], owners.get(id_, ()), names) for id_ in ids),
    )


def _everybody(file: CaseFile, calls: Iterable[Row[Any]], given: Iterable[Row[Any]]) -> list[str | None]:
    return [
        *case_ids_named([file.case]),
        *file.owners,
        *(page.person for page in file.pages),
        *(r.owner for r in file.recontacts),
        *(call.called_by for call in file.emergencies),
        *(row.operator for row in calls),
        *(row.by for row in given),
    ]


def _contact(svc: Service, row: Row[Any], key: DataKey, names: Names) -> ContactView:
    personal: Personal | None
    try:
        opened = svc.sealer.open_dict("contacts", "personal", row.id, key, row.personal)
        blank = {"caller_phone": None, "place": None, "location": None, "access": None}
        blank |= {"narrative": None, "external_ref": None}
        kept = {name: value for name, value in opened.items() if name in _PERSONAL_FIELDS}
        personal = _PERSONAL.validate_python({"person": {}, "concerns": [], **blank, **kept})
    except Forgotten:
        personal = None
    return ContactView(
        id=row.id,
        channel=row.channel,
        call_type=row.call_type,
        operator=names.of(row.operator),
        answered_at=row.answered_at,
        logged_at=row.logged_at,
        disposition=row.disposition,
        facts=_FACTS.validate_python(row.facts),
        personal=personal,
    )


def _told(data: Mapping[str, Any], names: Names) -> dict[str, Any]:
    who = data.get("person")
    return {**data, "person_name": names.of(who).name} if isinstance(who, str) else dict(data)


def _note(svc: Service, row: Row[Any], key: DataKey) -> str | None:
    try:
        return svc.sealer.open_text("notes", "body", row.id, key, row.body)
    except Forgotten:
        return None
