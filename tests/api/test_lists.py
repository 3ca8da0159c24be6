"""Every list is read in parts the same way, and of a team that is there."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Role
from tests.api.conftest import Api
from tools import openapi

API = "/api/v1"
_REF = "#/components/schemas/Page_"


def _gets() -> dict[str, Any]:
    paths = openapi.committed()["paths"]
    return {path: item["get"] for path, item in paths.items() if "get" in item and path.startswith(API)}


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", [])}


def test_every_list_is_paged_and_every_answer_to_a_misspelt_parameter_is_declared() -> None:
    lists = [path for path, get in _gets().items() if _REF in str(get["responses"]["200"])]
    assert len(lists) > 12
    assert [path for path in lists if not _parameters(_gets()[path]) >= {"limit", "cursor"}] == []
    assert [path for path, get in _gets().items() if "422" not in get["responses"]] == []


@pytest.mark.parametrize("path", ["/responders", "/protocols", "/shifts", "/alarms", "/queue", "/cases"])
def test_a_list_in_parts_is_the_whole_list(api: Api, path: str) -> None:
    reader = api.as_(Role.COORDINATOR)
    for _ in range(3):
        api.log()
    whole = reader.get(f"{API}{path}").json()
    found: list[Any] = []
    following: str | None = ""
    while following is not None:
        part = reader.get(f"{API}{path}", params={"limit": 2, **({"cursor": following} if following else {})}).json()
        assert len(part["items"]) <= 2
        found += part["items"]
        following = part["next"]
    assert found == whole["items"]
    assert whole["next"] is None
    wrong = reader.get(f"{API}{path}", params={"cursor": "x"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("path", sorted(path for path, get in _gets().items() if "team" in _parameters(get)))
def test_a_misspelt_team_is_refused_and_is_no_team_in_which_nobody_waits(api: Api, path: str) -> None:
    everybody = api.as_(Role.OPERATOR, Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
    answer = everybody.get(path, params={"team": "defualt"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422, [{"field": "team", "problem": "there is no such team"}],
    )  # fmt: skip
    assert (
        api.as_(Role.OPERATOR, Role.COORDINATOR, Role.SUPERVISOR, teams=("north",))
        .get(path, params={"team": "default"})
        .status_code
        == 403
    )
