"""What makes an open case say that it has changed."""

from __future__ import annotations

import re

import pytest

from dispatch.access import Actor, Role
from dispatch.console import history
from dispatch.flow import paging
from tests.api.conftest import Api
from tests.console.conftest import Screen
from tests.console.test_screens import paged


@pytest.mark.parametrize(
    ("kind", "data", "news"),
    [
        ("case", {"event": "accepted", "person": "ana"}, True),
        ("note", {}, True),
        ("fired", {"meaning": "step_overdue"}, False),
        ("alarm_opened", {"kind": "safety"}, False),
        ("alarm_rang", {"ring": 2}, False),
    ],
)
def test_what_people_do_is_news_and_machinery_and_alarms_are_not(
    kind: str, data: dict[str, object], news: bool
) -> None:
    assert history.is_news(kind, data) is news


def test_a_cry_for_help_changes_nothing_on_the_screen_of_whoever_cried(api: Api, ana: Screen) -> None:
    case, _ = paged(api)
    crier = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    paging.accept(crier, api.svc, case, "ana", None)
    ana.open(f"/cases/{case}")
    found = re.search(rf'hx-get="(/cases/{case}/news\?after=\d+)"', ana.html)
    assert found
    paging.call_for_help(crier, api.svc, case, "ana", "asked_for_help")
    assert ana.client.get(found[1]).status_code == 204
