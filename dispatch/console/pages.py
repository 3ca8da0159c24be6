"""How a page is made: the template environment, what every page knows, and what a person sees when one is refused.

Another part with pages of its own (the demo's) takes `templates_with(folder)` and builds on the same base.html.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from dispatch import logs
from dispatch.access import Act
from dispatch.console import kept, words
from dispatch.console.fields import Fields
from dispatch.errors import NotFound, NotSignedIn, OutOfDate, ServiceError
from dispatch.flow import desk, live
from dispatch.flow.service import Service
from dispatch.http import forgery, problems
from dispatch.http.signin import COOKIE, Asking

log = logs.get(__name__)

HERE = Path(__file__).parent
STATIC = HERE / "static"
_OURS = "Something went wrong on our side. It has been written down."
_STAYS = "What you entered stays here. Send it as always: you are asked to sign in first, and nothing is lost."
_ACT = re.compile(r"(/cases/\w+)/[\w-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ")
#: (address, words, the act that shows it), in the order of a shift's work.
PLACES: tuple[tuple[str, str, Act], ...] = (
    ("/contacts/new", "New contact", Act.LOG_CONTACT),
    ("/operator", "My calls", Act.RECONTACT),
    ("/mine", "My pages", Act.ANSWER_PAGE),
    ("/board", "Board", Act.SEE_QUEUE),
    ("/on-call", "On call", Act.SEE_ROSTER),
    ("/me", "Me", Act.SEE_ROSTER),
)
#: What can wait until the morning: folded away, so that the other places stay in one row and are found at a glance.
PLANS: tuple[tuple[str, str, Act], ...] = (
    ("/shifts", "Shifts", Act.SWAP),
    ("/coverage", "Cover", Act.SEE_ROSTER),
    ("/signatures", "Signatures", Act.SIGN),
    ("/training", "Training", Act.LOG_TRAINING),
    ("/people", "People", Act.MANAGE_PEOPLE),
)


@lru_cache(maxsize=1)
def _static_files() -> dict[str, tuple[Path, str]]:
    """Name -> (file, a few letters of its hash). Only what is listed here is ever served."""
    return {
        path.name: (path, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
        for path in sorted(STATIC.iterdir())
        if path.is_file()
    }


def static(name: str) -> str:
    """Where a browser gets a file; the address changes with its content, so it may be kept for ever."""
    return f"/static/{name}?{_static_files()[name][1]}"


def templates_with(*folders: Path) -> Environment:
    """The console's templates, with further folders searched first. Undefined names are errors, never empty places."""
    found = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["pair"] = lambda code, words: (code, words.get(code, code))
    found.globals |= {
        "static": static,
        "word": words.word,
        "choice": words.choice,
        "span": words.span,
        "bars": words.BARS,
        "reasons": words.reasons,
        "because": words.because,
        "listed": words.listed,
        "gap_word": words.gap,
        "NO_TEAM": words.NO_TEAM,
        "timedelta": timedelta,
        "csrf_field": _csrf_field,
        "local": _local,
    }
    found.filters["at_local"] = _at_local
    return found


@pass_context
def _csrf_field(context: Context) -> Markup:
    who: Asking | None = context["who"]
    return Markup('<input type="hidden" name="{}" value="{}">').format(forgery.FIELD, who.csrf if who else "")


@pass_context
def _local(context: Context, at: datetime) -> datetime:
    zone: ZoneInfo = context["zone"]
    return at.astimezone(zone)


@pass_context
def _at_local(context: Context, reason: str) -> str:
    """A recorded reason with its times as the reader's clock shows them: nobody reckons with UTC at three."""
    return _TIME.sub(lambda m: f"{_local(context, datetime.fromisoformat(m[0])):%a %-d %b, %H:%M}", reason)


templates = templates_with()


def _open_to(who: Asking | None, places: tuple[tuple[str, str, Act], ...]) -> list[tuple[str, str]]:
    return [(address, words) for address, words, act in places if who is not None and who.actor.may(act)]


def page(
    request: Request,
    svc: Service,
    who: Asking | None,
    template: str,
    known: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    team: str | None = None,
    environment: Environment | None = None,
) -> HTMLResponse:
    """A page with what every page knows: who is signed in, where they may go, the time, and the zone to show it in."""
    context: dict[str, Any] = {
        "who": who,
        "places": _open_to(who, PLACES),
        "plans": _open_to(who, PLANS),
        "here": request.url.path,
        "demo": svc.demo,
        "not_live": _not_live(svc),
        "now": svc.clock.now(),
        "zone": zone_of(svc, who, team),
        **(known or {}),
    }
    text = (environment or templates).get_template(template).render(context)
    return HTMLResponse(text, status)


def _not_live(svc: Service) -> bool:
    """Whether the red bar stands on the page: nobody may take an unproved service for one that will ring."""
    return not svc.demo and not live.is_live(svc)


def zone_of(svc: Service, who: Asking | None, team: str | None) -> ZoneInfo:
    """The team's time zone; without a team, the one of the reader's first team."""
    known = desk.teams(who.actor if who else None, svc)
    chosen = next((t for t in known if t.id == team), known[0] if known else None)
    return chosen.zone if chosen else ZoneInfo("UTC")


def go(address: str) -> RedirectResponse:
    """Elsewhere by GET, so that a reload never sends a form again."""
    return RedirectResponse(address, 303)


async def posted(request: Request) -> Mapping[str, list[str]]:
    """A form's texts by name; files are nobody's business here."""
    form = await request.form()
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


Posted = Annotated[Mapping[str, list[str]], Depends(posted)]


def first(values: Mapping[str, list[str]], name: str) -> str | None:
    """The field's text without the spaces around it; None when it is empty or not there."""
    return (values.get(name) or [""])[-1].strip() or None


def from_script(request: Request) -> bool:
    """A part of a page is asked for, not a page."""
    return "hx-request" in request.headers


class PageRoute(APIRoute):
    """A route whose refusals are pages a person can read, not JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                return await _to_sign_in(request)
            except RequestValidationError:
                return await _refused(request, NotFound("There is no such page."))
            except ServiceError as error:
                return await _refused(request, error)
            except ClientDisconnect:
                raise
            except Exception:
                # Without this a person in the middle of a call would be shown JSON.
                log.exception("page_broke")
                return await _shown(request, 500, ServiceError.title, _OURS, again=True)

        return shown


async def _to_sign_in(request: Request) -> Response:
    """To the sign-in, with what was asked for, or was sent, to come back to."""
    svc: Service = request.app.state.svc
    if from_script(request):
        return await _shown(request, 401, "You are not signed in any more", _STAYS)
    entered = await kept.of(request, svc.public_url)
    if entered is not None:
        return page(request, svc, None, "sign_in.html", {"form": Fields({}), "kept": entered}, status=401)
    back = kept.address(request) if request.method == "GET" else "/"
    return go(f"/sign-in?next={quote(back)}")


async def _refused(request: Request, error: ServiceError) -> Response:
    if isinstance(error, OutOfDate):
        says = _STAYS if from_script(request) else "You signed in anew after this page was opened."
        return await _shown(request, error.status, error.title, says, again=True)
    # A field's name begins what is said of it, and stays as it is.
    says = error.detail if error.faults else error.detail[:1].upper() + error.detail[1:]
    ours = error.status >= 500
    return await _shown(request, error.status, error.title, _OURS if ours else says, again=ours)


async def _shown(request: Request, status: int, title: str, what: str, *, again: bool = False) -> Response:
    """A refusal; `again` where sending the same once more may well be taken."""
    svc: Service = request.app.state.svc
    entered = await kept.of(request, svc.public_url) if again and not from_script(request) else None
    template = "refused_part.html" if from_script(request) else "refused.html"
    text = templates.get_template(template).render(
        who=None,
        places=[],
        plans=[],
        here="",
        demo=svc.demo,
        not_live=status < 500 and _not_live(svc),
        now=svc.clock.now(),
        zone=ZoneInfo("UTC"),
        title=title,
        what=what,
        kept=entered,
        csrf=forgery.token_of(request.cookies.get(COOKIE, "")),
    )
    return HTMLResponse(text, status)


async def lost(request: Request, error: Exception) -> Response:
    """What answers where no route does: a page for a person at a browser, a problem for a program."""
    a_person = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if isinstance(error, HTTPException) and error.status_code in (404, 405) and a_person:
        # 405: a refused act stood at an address of its own, and the browser has opened it again by itself.
        case = _ACT.fullmatch(request.url.path) if error.status_code == 405 else None
        return go(case[1]) if case else await _refused(request, NotFound("There is no such page."))
    return await problems.of_http(request, error)


def new_router() -> APIRouter:
    """Pages are no part of the public API, so its description leaves them out."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


files = APIRouter(include_in_schema=False)


@files.get("/static/{name}")
def static_file(name: str) -> Response:
    if name not in _static_files():
        raise NotFound("There is no such file.")
    path, _ = _static_files()[name]
    return FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})
