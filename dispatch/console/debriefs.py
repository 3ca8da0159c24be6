"""Answers to an offered talk, and the word of whoever leads that it was held."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from dispatch.access import Act
from dispatch.console.pages import go, new_router
from dispatch.debrief import Event
from dispatch.errors import NotFound
from dispatch.flow import debriefs
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
_ANSWERS = {"want": Event.WANTED, "decline": Event.DECLINED, "held": Event.HELD}


@router.post("/debriefs/{debrief_id}/{answer}")
def answered(who: Annotated[Asking, Gate(Act.DEBRIEF)], svc: Svc, debrief_id: str, answer: str) -> Response:
    if answer not in _ANSWERS:
        raise NotFound("There is no such answer.")
    debriefs.answer(who.actor, svc, debrief_id, _ANSWERS[answer])
    return go("/mine")
