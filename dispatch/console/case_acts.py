"""What people do to a case from its page, each act by its name and gate. After an act the page is fetched anew, so that
a reload never repeats it; a refusal shows the page again with what was entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.case import Line
from dispatch.console.pages import Posted, first, go
from dispatch.disposition import Disposition
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.flow import assessing, debriefs, looks, paging, waivers, work
from dispatch.flow.service import Service
from dispatch.flow.work import EmergencyCall
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.priority import Urgency
from dispatch.working import STATUS

Values = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Failed:
    """An act that was refused: which, why, and what had been entered."""

    act: str
    says: str
    faults: tuple[Fault, ...]
    values: Values
    status: int


class Show(Protocol):
    def __call__(
        self, request: Request, who: Asking, svc: Service, case_id: str, failed: Failed | None = None
    ) -> Response: ...


Do = Callable[[Asking, Service, str, Values], object]


def _status(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    event = STATUS.get(first(values, "status") or "")
    if event is None:
        raise _choose("status")
    work.status(who.actor, svc, case_id, event, first(values, "person"))


def _accept(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    person = _person(who)
    page = looks.open_page(who.actor, svc, case_id, person, first(values, "page"))
    if not paging.accept(who.actor, svc, case_id, person, page):
        raise Refused("Somebody else has this case already. Nothing more to do; thank you.")


def _decline(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    person = _person(who)
    page = looks.open_page(who.actor, svc, case_id, person, first(values, "page"))
    if page is None:
        raise Refused("You have no page for this case.")
    paging.decline(who.actor, svc, case_id, person, page)


def _assign(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    work.assign(who.actor, svc, case_id, _needed(values, "person"))


def _waive(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    waivers.waive(who.actor, svc, case_id, _needed(values, "person"), _needed(values, "reason"))


def _end_waiver(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    waivers.end(who.actor, svc, case_id, _needed(values, "waiver"))


def _release(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    work.release(who.actor, svc, case_id, first(values, "person"), _needed(values, "reason"))


def _escalate(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    work.escalate(who.actor, svc, case_id, first(values, "reason"))


def _regrade(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    text = _needed(values, "urgency")
    if text not in set(Urgency):
        raise _choose("urgency")
    work.regrade(who.actor, svc, case_id, Urgency(text), _needed(values, "reason"))


def _confirm(who: Asking, svc: Service, case_id: str, values: Values) -> None:  # noqa: ARG001 - one shape for all
    work.confirm_regrade(who.actor, svc, case_id)


def _confirm_assessment(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    assessing.confirm_assessment(who.actor, svc, case_id, _needed(values, "assessment"))


def _emergency(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    confirmed: datetime | None = svc.clock.now() if first(values, "confirmed") else None
    call = EmergencyCall(
        # Not the name they sign in with: it would stand unsealed in the record.
        called_by=who.actor.person or who.actor.id,
        agency=first(values, "agency") or "911",
        reason=first(values, "reason"),
        least_invasive_tried=first(values, "least_invasive_tried"),
        person_consented=first(values, "person_consented") or "unknown",
        incident_number=first(values, "incident_number"),
        contact_confirmed_at=confirmed,
    )
    work.emergency(who.actor, svc, case_id, call)


def _recontact(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    line = first(values, "line")
    if line is not None and line not in set(Line):
        raise _choose("line")
    reached = _needed(values, "reached") == "yes"
    work.recontact(who.actor, svc, case_id, reached=reached, line=Line(line) if line else None)


def _note(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    work.note(who.actor, svc, case_id, _needed(values, "text"))


def _clear_scene(who: Asking, svc: Service, case_id: str, values: Values) -> None:  # noqa: ARG001 - one shape for all
    work.clear_scene(who.actor, svc, case_id)


def _end_hold(who: Asking, svc: Service, case_id: str, values: Values) -> None:  # noqa: ARG001 - one shape for all
    work.end_hold(who.actor, svc, case_id)


def _stand_down(who: Asking, svc: Service, case_id: str, values: Values) -> None:  # noqa: ARG001 - one shape for all
    work.stand_down(who.actor, svc, case_id)


def _close(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    text = _needed(values, "disposition")
    if text not in set(Disposition):
        raise _choose("disposition")
    work.close(who.actor, svc, case_id, Disposition(text), first(values, "text"))


def _reopen(who: Asking, svc: Service, case_id: str, values: Values) -> None:
    work.reopen(who.actor, svc, case_id, _needed(values, "reason"))


def _help(who: Asking, svc: Service, case_id: str, values: Values) -> None:  # noqa: ARG001 - one shape for all
    paging.call_for_help(who.actor, svc, case_id, _person(who), "asked_for_help")


def _debrief(who: Asking, svc: Service, case_id: str, _: Values) -> None:
    debriefs.ask(who.actor, svc, case_id)


ACTS: dict[str, tuple[Act, Do]] = {
    "accept": (Act.ANSWER_PAGE, _accept),
    "decline": (Act.ANSWER_PAGE, _decline),
    "help": (Act.ANSWER_PAGE, _help),
    "status": (Act.STATUS, _status),
    "release": (Act.RELEASE, _release),
    "escalate": (Act.BACKUP, _escalate),
    "assign": (Act.ASSIGN, _assign),
    "waive": (Act.WAIVE, _waive),
    "end-waiver": (Act.WAIVE, _end_waiver),
    "regrade": (Act.REGRADE, _regrade),
    "confirm-regrade": (Act.REGRADE, _confirm),
    "confirm-assessment": (Act.REGRADE, _confirm_assessment),
    "emergency": (Act.EMERGENCY, _emergency),
    "recontact": (Act.RECONTACT, _recontact),
    "note": (Act.NOTE, _note),
    "clear-scene": (Act.CLEAR_SCENE, _clear_scene),
    "release-hold": (Act.END_HOLD, _end_hold),
    "stand-down": (Act.STAND_DOWN, _stand_down),
    "close": (Act.CLOSE, _close),
    "reopen": (Act.REOPEN, _reopen),
    "debrief": (Act.DEBRIEF, _debrief),
}


def acts(router: APIRouter, show: Show) -> None:
    """A POST route for every act."""
    for name, (act, do) in ACTS.items():
        router.post(f"/cases/{{case_id}}/{name}", name=f"case_{name}")(_endpoint(name, act, do, show))


def _endpoint(name: str, act: Act, do: Do, show: Show) -> Callable[..., Response]:
    def endpoint(
        request: Request, who: Annotated[Asking, Gate(act)], svc: Svc, case_id: str, values: Posted
    ) -> Response:
        try:
            do(who, svc, case_id, values)
        except InvalidInput as error:
            failed = Failed(name, "See the field below.", error.faults, values, error.status)
        except (Refused, NotAllowed) as error:
            failed = Failed(name, error.detail, (), values, error.status)
        else:
            return go(f"/cases/{case_id}")
        return show(request, who, svc, case_id, failed)

    # The gate is a value of this call, which an annotation kept as text could not name.
    endpoint.__annotations__["who"] = Annotated[Asking, Gate(act)]
    return endpoint


def _person(who: Asking) -> str:
    if who.actor.person is None:
        raise Refused("This sign-in belongs to nobody who can be paged.")
    return who.actor.person


def _needed(values: Values, name: str) -> str:
    text = first(values, name)
    if text is None:
        raise InvalidInput(f"{name}: is needed", [Fault(name, "is needed")])
    return text


def _choose(name: str) -> InvalidInput:
    return InvalidInput(f"{name}: choose one of the list", [Fault(name, "choose one of the list")])
