"""Every page of the console on one router. `dispatch.web` puts it beside the API."""

from __future__ import annotations

from fastapi import APIRouter

from dispatch.console import (
    board,
    cases,
    contacts,
    debriefs,
    handoffs,
    links,
    me,
    on_call,
    operator,
    paper,
    people,
    planning,
    sharing,
    shifts,
    sign_in,
    signatures,
)
from dispatch.console.pages import files

router = APIRouter()
for part in (
    files,
    sign_in.router,
    contacts.router,
    debriefs.router,
    board.router,
    cases.router,
    links.router,
    on_call.router,
    operator.router,
    shifts.router,
    handoffs.router,
    me.router,
    paper.router,
    people.router,
    planning.router,
    sharing.router,
    signatures.router,
):
    router.include_router(part)
