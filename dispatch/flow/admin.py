"""Who may sign in: users and API tokens, and the one-time link that creates the first administrator."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from dispatch.access import Act, Actor, Role, check
from dispatch.errors import Fault, InvalidInput, NotFound, Refused
from dispatch.flow import tries
from dispatch.flow.service import Service
from dispatch.flow.sessions import hashed, login_index, password_hash
from dispatch.store import datakeys, ledger, schema
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey

#: What a person or a program can be given. SYSTEM belongs to the service's own processes.
GRANTABLE = tuple(role for role in Role if role is not Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class User:
    id: str
    login: str
    roles: tuple[Role, ...]
    #: empty is every team
    teams: tuple[str, ...]
    person: str | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    id: str
    name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def add_user(
    actor: Actor,
    svc: Service,
    login: str,
    password: str | None,
    roles: Collection[Role],
    teams: Collection[str] = (),
    person: str | None = None,
) -> User:
    """A new sign-in; without a password nobody can use it yet. Raises InvalidInput for a login that is taken, a short
    password, an unknown team.
    """
    check(actor, Act.MANAGE_USERS)
    return _add_user(actor, svc, login, password, roles, teams, person, first=False)


def _add_user(
    actor: Actor,
    svc: Service,
    login: str,
    password: str | None,
    roles: Collection[Role],
    teams: Collection[str],
    person: str | None,
    *,
    first: bool,
) -> User:
    login = login.strip()
    if not 0 < len(login) <= 200:
        raise _wrong("login", "must have from 1 to 200 characters")
    granted = _granted(roles)
    words = password_hash(password) if password is not None else None
    id_, key, now = f"user:{svc.new_id()}", svc.sealer.new_subject_key(), svc.clock.now()
    row = {
        "id": id_,
        "login_index": login_index(svc, login)[0],
        "key_id": key.id,
        "login": svc.sealer.seal("users", "login", id_, key, login),
        "password": words,
        "roles": [r.value for r in granted],
        "teams": sorted(teams),
        "person": person,
        "created_at": now,
    }
    with svc.record.write() as conn:
        if first:
            # The head row is everybody's: whoever holds it is alone, so that one link never makes two administrators.
            conn.execute(svc.record.for_update(select(schema.ledger_head.c.n))).all()
            if _has_administrator(conn):
                raise NotFound("There is no such page.")
        _known(conn, teams, person)
        taken = select(schema.users.c.id).where(schema.users.c.login_index.in_(login_index(svc, login)))
        if conn.execute(taken).first() is not None:
            raise _wrong("login", "is taken")
        datakeys.add(conn, [key], now)
        try:
            conn.execute(insert(schema.users), row)
        except IntegrityError:
            raise _wrong("login", "is taken") from None
        _say(conn, actor, now, "user_added", user=id_, roles=row["roles"])
    return User(id_, login, granted, tuple(sorted(teams)), person, now, None)


def list_users(actor: Actor, svc: Service) -> list[User]:
    check(actor, Act.MANAGE_USERS)
    u = schema.users
    with svc.record.read() as conn:
        rows = conn.execute(select(u).order_by(u.c.created_at, u.c.id)).all()
        keys = datakeys.load(conn, {row.key_id for row in rows})
    return [_user(svc, row, keys[row.key_id]) for row in rows]


def disable_user(actor: Actor, svc: Service, login: str) -> None:
    """No further sign-in; running sessions end at once. Raises Refused for the last administrator."""
    check(actor, Act.MANAGE_USERS)
    now = svc.clock.now()
    with svc.record.write() as conn:
        user = _by_login(svc, conn, login)
        u, s = schema.users, schema.sessions
        conn.execute(update(u).where(u.c.id == user).values(disabled_at=now))
        if not _has_administrator(conn):
            raise Refused("That is the last administrator: add another one first.")
        conn.execute(delete(s).where(s.c.user_id == user))
        _say(conn, actor, now, "user_disabled", user=user)


def reset_user(actor: Actor, svc: Service, login: str, password: str) -> None:
    """A new password, the user enabled again; running sessions end."""
    check(actor, Act.MANAGE_USERS)
    words, now = password_hash(password), svc.clock.now()
    with svc.record.write() as conn:
        user = _by_login(svc, conn, login)
        u, s = schema.users, schema.sessions
        conn.execute(update(u).where(u.c.id == user).values(password=words, disabled_at=None))
        conn.execute(delete(s).where(s.c.user_id == user))
        tries.forget(conn, login_index(svc, login)[0])
        _say(conn, actor, now, "user_reset", user=user)


def create_token(
    actor: Actor, svc: Service, name: str, roles: Collection[Role], teams: Collection[str] = ()
) -> tuple[Token, str]:
    """A token for a program, and its secret, which is shown this once. Raises InvalidInput for a name that is taken."""
    check(actor, Act.MANAGE_USERS)
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise _wrong("name", "must have from 1 to 100 characters")
    granted = _granted(roles)
    id_, secret, now = f"token:{svc.new_id()}", f"dsp_{secrets.token_urlsafe(32)}", svc.clock.now()
    row = {
        "id": id_,
        "name": name,
        "token_hash": hashed(secret),
        "roles": [r.value for r in granted],
        "teams": sorted(teams),
        "created_at": now,
    }
    with svc.record.write() as conn:
        _known(conn, teams, None)
        t = schema.tokens
        if conn.execute(select(t.c.id).where(t.c.name == name)).first() is not None:
            raise _wrong("name", "is taken")
        conn.execute(insert(t), row)
        _say(conn, actor, now, "token_created", token=id_, roles=row["roles"])
    return Token(id_, name, granted, tuple(sorted(teams)), now, None), secret


def list_tokens(actor: Actor, svc: Service) -> list[Token]:
    check(actor, Act.MANAGE_USERS)
    t = schema.tokens
    with svc.record.read() as conn:
        rows = conn.execute(select(t).order_by(t.c.created_at, t.c.id)).all()
    return [
        Token(r.id, r.name, tuple(Role(x) for x in r.roles), tuple(r.teams), r.created_at, r.revoked_at) for r in rows
    ]


def revoke_token(actor: Actor, svc: Service, name: str) -> None:
    check(actor, Act.MANAGE_USERS)
    now, t = svc.clock.now(), schema.tokens
    with svc.record.write() as conn:
        id_ = conn.scalar(select(t.c.id).where(t.c.name == name))
        if id_ is None:
            raise NotFound("There is no such token.")
        conn.execute(update(t).where(t.c.id == id_, t.c.revoked_at.is_(None)).values(revoked_at=now))
        _say(conn, actor, now, "token_revoked", token=id_)


# --- the first administrator -----------------------------------------------------------------------------------------


def setup_code(svc: Service) -> str | None:
    """The secret part of the one-time link, None once there is an administrator.

    It is derived from the service's own secret, so it needs no storage, is the same after a restart, and is worthless
    as soon as it was used.
    """
    with svc.record.read() as conn:
        return None if _has_administrator(conn) else _code(svc)


def create_administrator(svc: Service, code: str, login: str, password: str) -> User:
    """Use the link. Raises NotFound for a wrong code, and for every code once there is an administrator."""
    if not hmac.compare_digest(_code(svc).encode(), code.encode()):
        raise NotFound("There is no such page.")
    # The demo's and the first site's coordinator is whoever sets it up; roles can be parted later.
    roles = (Role.ADMINISTRATOR, Role.COORDINATOR)
    return _add_user(Actor("system:setup", frozenset({Role.SYSTEM})), svc, login, password, roles, (), None, first=True)


def _code(svc: Service) -> str:
    return svc.sealer.blind_index("setup", "first administrator")[:40]


def _has_administrator(conn: Connection) -> bool:
    u = schema.users
    return any(
        Role.ADMINISTRATOR.value in roles for roles in conn.scalars(select(u.c.roles).where(u.c.disabled_at.is_(None)))
    )


# --- parts -----------------------------------------------------------------------------------------------------------


def _by_login(svc: Service, conn: Connection, login: str) -> str:
    found = conn.scalar(select(schema.users.c.id).where(schema.users.c.login_index.in_(login_index(svc, login))))
    if found is None:
        raise NotFound("There is no such user.")
    return str(found)


def _user(svc: Service, row: Row[Any], key: DataKey) -> User:
    login = svc.sealer.open_text("users", "login", row.id, key, row.login)
    roles = tuple(Role(r) for r in row.roles)
    return User(row.id, login, roles, tuple(row.teams), row.person, row.created_at, row.disabled_at)


def _granted(roles: Collection[Role]) -> tuple[Role, ...]:
    if not roles or not set(roles) <= set(GRANTABLE):
        raise _wrong("roles", f"must be one or more of {', '.join(GRANTABLE)}")
    return tuple(role for role in GRANTABLE if role in roles)


def _known(conn: Connection, teams: Collection[str], person: str | None) -> None:
    there = set(conn.scalars(select(schema.teams.c.id)))
    for n, team in enumerate(teams):
        if team not in there:
            raise _wrong(f"teams.{n}", "there is no such team")
    p = schema.people
    if person is not None and conn.execute(select(p.c.id).where(p.c.id == person)).first() is None:
        raise _wrong("person", "there is no such person")


def _wrong(field: str, problem: str) -> InvalidInput:
    return InvalidInput(f"{field}: {problem}", [Fault(field, problem)])


def _say(conn: Connection, actor: Actor, now: datetime, kind: str, **data: object) -> None:
    ledger.append(conn, [Entry(now, actor.id, kind, None, None, data)])
