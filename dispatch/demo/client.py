"""The public HTTP API, as the made-up operator and coordinator use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import httpx2

Role = Literal["operator", "coordinator"]

#: A caller in a crisis is not kept waiting for longer than this by a machine.
TIMEOUT = 10.0


class NotDone(Exception):
    """The service did not do it. `status` is None when it could not be reached."""

    def __init__(self, what: str, status: int | None) -> None:
        super().__init__(what)
        self.status = status


class Client:
    """Signed in with one token a role. Safe to share between threads."""

    def __init__(self, address: str, tokens: Mapping[Role, str]) -> None:
        self._tokens = dict(tokens)
        self._http = httpx2.Client(base_url=f"{address}/api/v1", timeout=TIMEOUT)

    def close(self) -> None:
        self._http.close()

    def get(self, role: Role, path: str, **query: str | int) -> Any:
        return self._call(role, "GET", path, query=query)

    def post(self, role: Role, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """The answer's JSON. Raises NotDone."""
        return self._call(role, "POST", path, body=body, key=key)

    def _call(
        self,
        role: Role,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            answer = self._http.request(method, path, params=query, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise NotDone(f"{method} {path}: {type(error).__name__}", None) from None
        if answer.status_code >= 400:
            raise NotDone(f"{method} {path}: {answer.status_code} {answer.text[:300]}", answer.status_code)
        return answer.json()
