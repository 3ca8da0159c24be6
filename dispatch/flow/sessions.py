"""Signing in: from a password, a token or the demo's switch to an Actor; and out again.

Secrets are stored as hashes only: argon2 for what a person chose, SHA-256 for what is random anyway. A session lives
in the record, so it ends everywhere at once when its user is disabled.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, bindparam, delete, insert, select

from dispatch.access import Actor, Role
from dispatch.errors import Fault, InvalidInput, NotFound, NotSignedIn
from dispatch.flow import live, tries
from dispatch.flow.service import Service
from dispatch.store import datakeys, ledger, schema
from dispatch.store import people as people_store
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey

#: A shift and its hand-over; after that somebody else may be sitting at the screen.
SESSION = timedelta(hours=12)
_DEMO = "demo:"
_BROWSER = "browser"
DEMO_ROLES = (Role.OPERATOR, Role.RESPONDER, Role.COORDINATOR)

_hasher = PasswordHasher()
# Verified when the login is not known, so that a stranger cannot tell known logins by the time the answer takes.
_NOBODY = _hasher.hash(secrets.token_hex(16))

# Asked for every request, so built once.
_T, _S, _U, _K = schema.tokens, schema.sessions, schema.users, schema.data_keys
_TOKEN = select(_T).where(_T.c.token_hash == bindparam("hash"), _T.c.revoked_at.is_(None))
_SESSION = (
    select(_U, _K.c.wrapped)
    .join(_S, _S.c.user_id == _U.c.id)
    .join(_K, _K.c.id == _U.c.key_id)
    .where(_S.c.id_hash == bindparam("hash"), _S.c.expires_at > bindparam("now"), _U.c.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An actor, and what to call them on a screen."""

    actor: Actor
    name: str


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def login_index(svc: Service, login: str) -> tuple[str, ...]:
    return svc.sealer.blind_indexes("login", login.strip().casefold())


def by_token(svc: Service, token: str) -> SignedIn | None:
    """Whose API token this is; None when nobody's, or revoked."""
    with svc.record.read() as conn:
        row = conn.execute(_TOKEN, {"hash": hashed(token)}).one_or_none()
    if row is None:
        return None
    return SignedIn(Actor(row.id, frozenset(Role(r) for r in row.roles), frozenset(row.teams)), row.name)


def by_session(svc: Service, session: str) -> SignedIn | None:
    """Whose session this is; None when it is unknown or over, its user was disabled, or it was begun without a password
    and this is no demo (any more)."""
    with svc.record.read() as conn:
        row = conn.execute(_SESSION, {"hash": hashed(session), "now": svc.clock.now()}).one_or_none()
    if row is None or (row.id.startswith(_DEMO) and not svc.demo):
        return None
    login = svc.sealer.open_text("users", "login", row.id, DataKey(row.key_id, row.wrapped), row.login)
    roles = frozenset(Role(r) for r in row.roles)
    return SignedIn(Actor(row.id, roles, frozenset(row.teams), row.person), login)


def sign_in(svc: Service, login: str, password: str, browser: str | None = None) -> str:
    """A new session's secret, for the cookie. Slow on purpose. `browser` is what `browser_of` gave to the browser that
    asks. Raises NotSignedIn without saying which of the two was wrong, and TooManyTries for a login that was wrong too
    often.
    """
    u = schema.users
    with svc.record.read() as conn:
        query = select(u.c.id, u.c.password).where(
            u.c.login_index.in_(login_index(svc, login)), u.c.disabled_at.is_(None)
        )
        row = conn.execute(query).one_or_none()
        index = _counted_as(svc, conn, login_index(svc, login)[0], browser)
    tries.begin(svc, index, row.id if row is not None else None)
    known = row is not None and row.password is not None
    try:
        _hasher.verify(row.password if row is not None and known else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        known = False
    if row is None or not known:
        raise NotSignedIn("That login and password do not belong together.")
    return _open(svc, row.id, index)


def browser_of(svc: Service, session: str) -> str | None:
    """What a browser keeps of having been signed in here, for as long as it likes: tries from it are counted apart from
    those of strangers, so that nobody who guesses at a login from elsewhere keeps its owner out.

    It is the same for all sign-ins of one user, so that nobody buys more guesses by signing in again. None for no
    session.

    Source: Slow Down Online Guessing Attacks with Device Cookies, OWASP.
    """
    signed = by_session(svc, session)
    return None if signed is None else f"{signed.actor.id}.{svc.sealer.blind_index(_BROWSER, signed.actor.id)}"


def _counted_as(svc: Service, conn: Connection, index: str, browser: str | None) -> str:
    """Under what tries for the login are counted: the login's own for every stranger together, another for a browser in
    which somebody who may still sign in has done so."""
    user, _, mark = (browser or "").partition(".")
    if not any(hmac.compare_digest(mark.encode(), m.encode()) for m in svc.sealer.blind_indexes(_BROWSER, user)):
        return index
    u = schema.users.c
    there = conn.scalar(select(u.id).where(u.id == user, u.disabled_at.is_(None)))
    return index if there is None else hashed(f"{user} {index}")


def sign_out(svc: Service, session: str) -> None:
    s = schema.sessions
    with svc.record.write() as conn:
        conn.execute(delete(s).where(s.c.id_hash == hashed(session)))


def demo_session(svc: Service, role: Role, person: str | None = None) -> str:
    """A session without a password, in the demo only, for one of DEMO_ROLES. A responder is somebody: `person`, else
    the roster's first.

    Raises NotFound outside the demo, so that the door cannot even be seen, on a record that was set up for real people,
    whatever the settings say, and for an unknown person.
    """
    if not svc.demo or role not in DEMO_ROLES or live.is_live(svc):
        raise NotFound("There is no such page.")
    with svc.record.read() as conn:
        who = _demo_person(conn, role, person)
    user = f"{_DEMO}{role.value}" if who is None else f"{_DEMO}{role.value}:{who}"
    key = svc.sealer.new_subject_key()
    index = login_index(svc, user)[0]
    values = {
        "id": user,
        "login_index": index,
        "key_id": key.id,
        "login": svc.sealer.seal("users", "login", user, key, f"Demo {role.value}"),
        "password": None,
        "roles": [role.value],
        "teams": [],
        "person": who,
    }
    now = svc.clock.now()
    with svc.record.write() as conn:
        if conn.execute(select(schema.users.c.id).where(schema.users.c.id == user)).first() is None:
            datakeys.add(conn, [key], now)
            conn.execute(insert(schema.users), {**values, "created_at": now})
    return _open(svc, user)


def _demo_person(conn: Connection, role: Role, person: str | None) -> str | None:
    if person is not None:
        return str(people_store.one(conn, person).id)
    p = schema.posts
    query = select(p.c.person).where(p.c.role == role.value).order_by(p.c.person).limit(1)
    return conn.scalar(query)


def _open(svc: Service, user: str, index: str | None = None) -> str:
    session, now = secrets.token_urlsafe(32), svc.clock.now()
    s = schema.sessions
    row = {"id_hash": hashed(session), "user_id": user, "created_at": now, "expires_at": now + SESSION}
    with svc.record.write() as conn:
        conn.execute(delete(s).where(s.c.expires_at <= now))
        conn.execute(insert(s), row)
        if index is not None:
            tries.forget(conn, index)
        ledger.append(conn, [Entry(now, user, "signed_in", None, None, {})])
    return session


def password_hash(password: str) -> str:
    """Raises InvalidInput for one too short to be worth hashing (NIST SP 800-63B asks for at least 8, 15 without a
    second factor).
    """
    if len(password) < MIN_PASSWORD:
        raise _wrong(f"needs at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise _wrong(f"has more than {MAX_PASSWORD} characters")
    return _hasher.hash(password)


MIN_PASSWORD = 15
MAX_PASSWORD = 256


def _wrong(problem: str) -> InvalidInput:
    return InvalidInput(f"password: {problem}", [Fault("password", problem)])
