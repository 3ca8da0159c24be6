"""How the load of a team is shared, as a page and as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console.pages import new_router, page
from dispatch.console.planning import team_of
from dispatch.errors import InvalidInput
from dispatch.flow import planned, sharing
from dispatch.flow.service import Service
from dispatch.flow.sharing import USUAL, Shared
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
Reader = Annotated[Asking, Gate(Act.SEE_MEASURES)]

#: (field of a share, words above its column)
COLUMNS = (
    ("hours", "Hours"),
    ("night_hours", "at night"),
    ("weekend_hours", "weekend"),
    ("holiday_hours", "holiday"),
    ("pages", "Pages"),
    ("pages_at_night", "at night"),
    ("accepted", "accepted"),
    ("declined", "declined"),
    ("silent", "silent"),
)


@router.get("/fairness")
def fairness(request: Request, who: Reader, svc: Svc) -> Response:
    team, teams = team_of(svc, who, request.query_params.get("team"))
    found, wrong = _asked(who, svc, team.id, request.query_params)
    most = {name: _most([getattr(share, name) for _, share in found.people]) for name, _ in COLUMNS}
    known = {
        "found": found,
        "columns": COLUMNS,
        "most": most,
        "team": team,
        "teams": teams,
        "wrong": wrong,
        "layers": (),
        "may_measure": True,
    }
    return page(request, svc, who, "fairness.html", known, team=team.id)


@router.get("/fairness.csv")
def fairness_file(request: Request, who: Reader, svc: Svc) -> Response:
    team, _ = team_of(svc, who, request.query_params.get("team"))
    found, _ = _asked(who, svc, team.id, request.query_params)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["from", "to", "person", "name", *(name for name, _ in COLUMNS)])
    window = [found.start.isoformat(), found.end.isoformat()]
    for person, share in found.people:
        numbers = [f"{getattr(share, name):g}" for name, _ in COLUMNS]
        rows.writerow([*window, person.id, _plain(person.name), *numbers])
    named = f'attachment; filename="fairness-{team.id}.csv"'
    return Response(text.getvalue(), media_type="text/csv", headers={"Content-Disposition": named})


def _asked(who: Asking, svc: Service, team: str, asked: Mapping[str, str]) -> tuple[Shared, str | None]:
    """The range that was asked for; four weeks back without one, and with what was wrong with one that cannot be."""
    try:
        end = planned.moment(svc, team, asked["to"], "to") if asked.get("to") else svc.clock.now()
        start = planned.moment(svc, team, asked["from"], "from") if asked.get("from") else end - USUAL
        return sharing.fairness(who.actor, svc, team, start, end), None
    except InvalidInput as error:
        end = svc.clock.now()
        return sharing.fairness(who.actor, svc, team, end - timedelta(days=USUAL.days), end), error.detail


def _most(values: Sequence[float]) -> float | None:
    """The largest, where not everybody has it."""
    return max(values) if len(set(values)) > 1 else None


def _plain(name: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
