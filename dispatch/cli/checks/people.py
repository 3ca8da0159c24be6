"""Who is on call, who is rung when nobody is, who can sign in; and whether the processes are alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch.access import Actor, Role
from dispatch.cli.checks.finding import Finding, note, ok, red
from dispatch.coverage import AHEAD as FORECAST
from dispatch.coverage import Gap
from dispatch.flow import admin, duty, live
from dispatch.flow.health import NEEDED, SILENT
from dispatch.flow.service import Service
from dispatch.roster import EVERYONE
from dispatch.store import schema
from protocols.errors import ServiceError

AHEAD = timedelta(hours=24)
#: Carriers' refusals of a sender that is not registered with them (Twilio, error and warning dictionary).
UNREGISTERED = (30032, 30034, 30035)
_WEEK = timedelta(days=7)
_NAMED = 8


def check(actor: Actor, svc: Service) -> Iterator[Finding]:
    yield _administrator(actor, svc)
    with svc.record.read() as conn:
        teams = list(conn.scalars(select(schema.teams.c.id).order_by(schema.teams.c.id)))
    if not teams:
        yield red("teams", "there is none, so no contact can be logged", "run `dispatch roster import FILE`")
    for team in teams:
        yield from _team(actor, svc, team)
    yield from _processes(svc)
    yield _proved(svc)
    yield _registered(svc)
    yield _live(svc)


def _administrator(actor: Actor, svc: Service) -> Finding:
    able = [u for u in admin.list_users(actor, svc) if Role.ADMINISTRATOR in u.roles and u.disabled_at is None]
    if not able:
        mend = "open the link that `dispatch up` prints, or `dispatch users add LOGIN --role administrator`"
        return red("administrator", "nobody can sign in to run the service", mend)
    return ok("administrator", f"{len(able)} can sign in")


def _team(actor: Actor, svc: Service, team: str) -> Iterator[Finding]:
    now = svc.clock.now()
    try:
        with svc.record.read() as conn:
            office = svc.rosters.team(conn, team).office
        found = duty.coverage(actor, svc, team, now, now + AHEAD)
    except ServiceError as error:
        yield red(f"team {team}", error.detail, "import a roster or policy that can be read")
        return
    yield _on_call(team, found, svc)
    yield _numbers(actor, svc, team, now)
    if not office.coordinators:
        mend = "give somebody with a telephone the role coordinator, with `dispatch roster import`"
        yield red(f"coordinator {team}", "nobody can be rung when a ladder ends", mend)
    else:
        yield ok(f"coordinator {team}", f"{len(office.coordinators)} can be rung")
    if not office.last_resort:
        says = "no number is rung when no coordinator answers either"
        yield red(f"last resort {team}", says, "write last_resort into the policy, such as a control room")
    else:
        yield ok(f"last resort {team}", f"{office.last_resort} numbers")


def _on_call(team: str, found: tuple[Gap, ...], svc: Service) -> Finding:
    now = svc.clock.now()
    mend = "mend the roster: `dispatch roster export`, edit, `dispatch roster import`"
    # One layer may be empty by design for some hours; all of them never.
    nobody = [gap for gap in found if gap.kind == "nobody" and gap.layer == EVERYONE]
    if nobody:
        first = nobody[0]
        when = "now" if first.start <= now else f"from {first.start:%Y-%m-%d %H:%M} UTC"
        return red(f"on call {team}", f"{first.reason} {when}, until {first.end:%Y-%m-%d %H:%M} UTC", mend)
    if found:
        says = f"{len(found)} gaps in the next 24 hours; the first: {found[0].reason}"
        return note(f"on call {team}", says, mend)
    return ok(f"on call {team}", "every layer is covered for the next 24 hours")


def _numbers(actor: Actor, svc: Service, team: str, now: datetime) -> Finding:
    """People by their id in the roster, as texts name them."""
    what, mend = (
        f"numbers {team}",
        "send each a code from their page under People, or have them send one on the page Me",
    )
    with svc.record.read() as conn:
        only_proved = svc.rosters.team(conn, team).team.settings.verified_only
    gaps = duty.coverage(actor, svc, team, now, now + FORECAST)
    if only_proved:
        lost = sorted({g.person or "" for g in gaps if g.kind == "unreachable" and "unverified" in g.reason})
        if lost:
            says = f"on call in the next 72 hours and not paged, because their numbers are not proved: {_few(lost)}"
            return red(what, says, mend)
    unproved = sorted({g.person or "" for g in gaps if not g.missing})
    if unproved:
        return note(what, f"on call in the next 72 hours, the number is not proved: {_few(unproved)}", mend)
    return ok(what, "of everybody on call in the next 72 hours proved")


def _few(people: list[str]) -> str:
    more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
    return ", ".join(people[:_NAMED]) + more


def _processes(svc: Service) -> Iterator[Finding]:
    with svc.record.read() as conn:
        hearts = {row.process: row.beat_at for row in conn.execute(select(schema.hearts))}
    since = svc.clock.now() - SILENT
    alive = {process.replace("-", ":").partition(":")[0] for process, at in hearts.items() if at >= since}
    silent = [name for name in NEEDED if name not in alive]
    if silent:
        says = f"not heard of for {SILENT.seconds} seconds: {', '.join(silent)}"
        yield red("processes", says, "start them: `dispatch up`, or compose or systemd")
    else:
        yield ok("processes", "all beat")


def _proved(svc: Service) -> Finding:
    done = live.marks(svc)
    missing = [
        word
        for mark, word in ((live.Mark.TEXT_ANSWERED, "text"), (live.Mark.CALL_ANSWERED, "call"))
        if mark not in done
    ]
    if missing:
        says = f"no {' and no '.join(missing)} has gone out and been answered yet"
        return red("proof", says, "run `dispatch setup`, which rings you")
    return ok("proof", "a text and a call were answered")


def _registered(svc: Service) -> Finding:
    a = schema.attempts
    recent = select(a.c.failure).where(a.c.started_at > svc.clock.now() - _WEEK, a.c.failure.in_(UNREGISTERED))
    with svc.record.read() as conn:
        refused = conn.execute(recent.limit(1)).first()
    if refused is None:
        return ok("sender registration", "no text was refused for the want of it in 7 days")
    mend = "register the number with Twilio (A2P 10DLC, or toll-free verification); until then carriers drop texts"
    return red("sender registration", f"carriers refuse our texts ({refused.failure})", mend)


def _live(svc: Service) -> Finding:
    if live.is_live(svc):
        return ok("live", "yes")
    return note("live", "not yet: every page says so", "run `dispatch setup` when nothing here is red")
