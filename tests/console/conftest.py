"""People signed in at browsers, over the application that the API's tests build."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from dispatch.access import Role
from dispatch.flow import admin
from tests.api.conftest import TEST, URL, Api, api, clock, migrated, settings

__all__ = ["api", "clock", "migrated", "settings"]

PASSWORD = "a long made-up password"


class Screen:
    """One person's browser without scripts. `post` sends a form as the page it stands on would, token and all."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.html = ""
        self.status = 0
        self.at = ""

    @property
    def text(self) -> str:
        """What a person reads, spaces folded."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.html))).strip()

    def open(self, path: str, **headers: str) -> Screen:
        return self._keep(self.client.get(path, headers=headers))

    def post(self, path: str, values: Mapping[str, str | list[str]] | None = None, **headers: str) -> Screen:
        sent = {"csrf_token": self.hidden().get("csrf_token", ""), **(values or {})}
        return self._keep(self.client.post(path, data=sent, headers={"Origin": URL, **headers}))

    def hidden(self) -> dict[str, str]:
        """Hidden fields of the page, by name."""
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.html))

    def problems(self) -> list[str]:
        return [unescape(found) for found in re.findall(r'class="problem"[^>]*>([^<]*)', self.html)]

    def _keep(self, response: Response) -> Screen:
        self.html, self.status, self.at = response.text, response.status_code, response.url.path
        return self


SignIn = Callable[..., Screen]


@pytest.fixture
def sign_in(api: Api) -> SignIn:
    """`sign_in("op", Role.OPERATOR)` is that person's screen, on their first page."""

    def come_in(login: str, *roles: Role, person: str | None = None, teams: tuple[str, ...] = ("default",)) -> Screen:
        admin.add_user(TEST, api.svc, login, PASSWORD, roles, teams, person)
        screen = Screen(api.browser())
        return screen.post("/sign-in", {"login": login, "password": PASSWORD, "next": "/"})

    return come_in


@pytest.fixture
def operator(sign_in: SignIn) -> Screen:
    return sign_in("op", Role.OPERATOR)


@pytest.fixture
def coordinator(sign_in: SignIn) -> Screen:
    return sign_in("dee", Role.COORDINATOR, Role.SUPERVISOR, person="dee")


@pytest.fixture
def ana(sign_in: SignIn) -> Screen:
    return sign_in("ana", Role.RESPONDER, person="ana")


def fill(screen: Screen, **changes: str) -> dict[str, str | list[str]]:
    """The three fields of a contact that are needed, as the open form has them; names with `__` for dots."""
    fields: dict[str, str | list[str]] = {**screen.hidden(), "call_type": "person_in_crisis", "channel": "voice"}
    return fields | {name.replace("__", "."): text for name, text in changes.items()}


def case_of(screen: Screen) -> str:
    """The id of the case whose link the page shows."""
    found = re.search(r"/cases/([0-9a-f]{16,})", screen.html)
    assert found, screen.text[:300]
    return found[1]
