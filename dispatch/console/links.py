"""Where a text's link leads: to the case, after a sign-in. The link alone shows nothing and proves nothing."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from dispatch.access import Act
from dispatch.console.pages import go, new_router
from dispatch.flow import desk
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()


@router.get("/p/{link}")
def page_link(who: Annotated[Asking, Gate(Act.SEE_CASE)], svc: Svc, link: str) -> Response:
    return go(f"/cases/{desk.linked(who.actor, svc, link).case_id}")
