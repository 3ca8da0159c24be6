"""What to call those who act: people, users, tokens and the service itself, by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.errors import ServiceError
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.store import schema
from dispatch.store.sealing import DataKey


class Names:
    """Names of some ids, read in one transaction and opened after it. An id without a name is its own name."""

    def __init__(self, svc: Service, conn: Connection, ids: Iterable[str | None]) -> None:
        self._svc = svc
        wanted = {id_ for id_ in ids if id_}
        users = {id_ for id_ in wanted if id_.startswith(("user:", "demo:"))}
        tokens = {id_ for id_ in wanted if id_.startswith("token:")}
        p, u, t = schema.people, schema.users, schema.tokens
        self._people = self._rows(conn, p, p.c.name, wanted - users - tokens)
        self._users = self._rows(conn, u, u.c.login, users)
        query = select(t.c.id, t.c.name).where(t.c.id.in_(tokens))
        self._tokens = {row.id: row.name for row in conn.execute(query)} if tokens else {}
        self._known: dict[str, str] = {}

    def _rows(self, conn: Connection, table: Any, sealed: Any, ids: set[str]) -> dict[str, Row[Any]]:
        if not ids:
            return {}
        k = schema.data_keys
        query = select(table.c.id, sealed.label("sealed"), k.c.id.label("key_id"), k.c.wrapped)
        found = conn.execute(query.join(k, k.c.id == table.c.key_id).where(table.c.id.in_(ids)))
        return {row.id: row for row in found}

    def of(self, id_: str) -> Named:
        name = self._known.get(id_)
        if name is None:
            name = self._known[id_] = self._open(id_)
        return Named(id_, name)

    def maybe(self, id_: str | None) -> Named | None:
        return None if id_ is None else self.of(id_)

    def _open(self, id_: str) -> str:
        if id_.startswith("system:"):
            return "the service"
        if id_ in self._tokens:
            return str(self._tokens[id_])
        for table, column, rows in (("people", "name", self._people), ("users", "login", self._users)):
            row = rows.get(id_)
            if row is not None:
                try:
                    key = DataKey(row.key_id, row.wrapped)
                    return self._svc.sealer.open_text(table, column, id_, key, row.sealed) or id_
                except ServiceError:
                    # Forgotten, or sealed under a lost secret: history must stay readable without the name.
                    return id_
        return id_
