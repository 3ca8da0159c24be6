"""Contacts that come at the same moment share a commit, and nothing else."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from dispatch.access import Actor, Role
from dispatch.api.schemas.contact import ContactIn
from dispatch.errors import InvalidInput, KeyReused, NotAllowed
from dispatch.flow import intake
from dispatch.flow.briefs import briefs_of
from dispatch.flow.intake import Logged, Wish
from dispatch.store import ledger, schema
from tests.api.conftest import Api
from tests.api.made import GRAVE, contact
from tests.support.waiting import wait_until

OPERATOR = Actor("token:o", frozenset({Role.OPERATOR}))


def wish(key: str, actor: Actor = OPERATOR, **changes: Any) -> Wish:
    body = contact(GRAVE, **changes)
    return Wish(actor, ContactIn.model_validate(body).draft(), key, intake.body_hash(body))


def logged(api: Api, *wishes: Wish) -> list[Any]:
    return intake.log_contacts(api.svc, wishes)


def count(api: Api, table: Any) -> int:
    with api.svc.record.read() as conn:
        return int(conn.scalar(select(func.count()).select_from(table)) or 0)


def prank(key: str) -> Wish:
    """A contact that makes no case."""
    body: dict[str, Any] = {
        "channel": "voice",
        "call_type": "prank",
        "team": "default",
        "disposition": "call_ended",
        "worry": "none",
    }
    body |= {"safety": contact()["safety"], "person": {"age_band": "25-40"}}
    return Wish(OPERATOR, ContactIn.model_validate(body).draft(), key, intake.body_hash(body))


def test_each_is_whole_and_the_order_is_that_in_which_they_came(api: Api) -> None:
    found = logged(api, *(wish(f"k{n}") for n in range(12)))
    assert len({one.case_id for one in found}) == 12
    with api.svc.record.read() as conn:
        told = [row.case_id for row in ledger.since(conn, 0, 200) if row.kind == "contact_logged"]
        codes = conn.scalars(select(schema.cases.c.code)).all()
        assert ledger.verify(conn) is None
    assert told == [one.case_id for one in found]
    assert len(set(codes)) == 12
    assert [count(api, t) for t in (schema.contacts, schema.assessments, schema.escalations)] == [12, 12, 12]


def test_what_is_wrong_with_one_is_its_own_answer(api: Api) -> None:
    outsider = replace(OPERATOR, roles=frozenset({Role.AUDITOR}))
    logged(api, wish("old"))
    found = logged(
        api, wish("a"), wish("b", outsider), wish("c", team="nowhere"), wish("old", worry="high"), wish("d"), wish("a")
    )
    kinds = [type(one) for one in found]
    assert kinds == [Logged, NotAllowed, InvalidInput, KeyReused, Logged, Logged]
    assert found[5] == replace(found[0], again=True, prompts=(), case=None)
    assert count(api, schema.contacts) == 3


def test_what_is_answered_of_a_new_case_is_what_the_record_says_of_it(api: Api) -> None:
    for several in (
        [wish("a"), wish("b"), wish("c")],
        [wish("worse", safety={**contact()["safety"], "weapon": "yes"})],
        [wish("two", worry="high")],
    ):
        found = logged(api, *several)
        read = briefs_of(api.svc, [one.case_id for one in found])
        assert [one.case for one in found] == [read[one.case_id] for one in found]


def test_with_a_case_and_without_one_side_by_side(api: Api) -> None:
    found = logged(api, prank("i1"), wish("a"), prank("i2"))
    assert [one.case_id is None for one in found] == [True, False, True]
    assert count(api, schema.contacts) == 3
    with api.svc.record.read() as conn:
        assert ledger.verify(conn) is None


def test_the_same_key_twice_at_once_is_one_contact(api: Api) -> None:
    first, twin = logged(api, wish("same"), wish("same"))
    assert (twin.contact_id, twin.case_id, twin.again) == (first.contact_id, first.case_id, True)
    assert count(api, schema.contacts) == 1


def test_a_crowd_over_http_shares_commits_and_everybody_has_an_answer(api: Api) -> None:
    """While the record is kept by somebody else, a crowd gathers; it is then logged in two commits, not in ten."""
    with TestClient(api.app, base_url="http://testserver") as server:
        server.headers["Authorization"] = api.as_(Role.OPERATOR).headers["Authorization"]
        held, go = threading.Event(), threading.Event()
        commits: list[object] = []

        def hold() -> None:
            with api.svc.record.write():
                held.set()
                assert go.wait(20)

        holder = threading.Thread(target=hold)
        holder.start()
        assert held.wait(10)
        lane = api.app.state.intake
        with ThreadPoolExecutor(10) as pool:
            answers = [
                pool.submit(
                    server.post, "/api/v1/contacts", json=contact(GRAVE), headers={"Idempotency-Key": f"crowd-{n}"}
                )
                for n in range(10)
            ]
            # The first waits for the record, the lane's only thread with it, and the others for the lane.
            wait_until(lambda: len(lane._gathered) == 9, what="a crowd")
            event.listen(api.svc.record._writer, "commit", commits.append)
            go.set()
            assert [one.result(30).status_code for one in answers] == [201] * 10
        holder.join()
    # Of whoever kept the record, of those that came first, and of all others.
    assert len(commits) == 3
    assert count(api, schema.cases) == 10


@pytest.mark.parametrize("wishes", [0, 1])
def test_nobody_and_one_alone(api: Api, wishes: int) -> None:
    assert len(logged(api, *(wish(f"k{n}") for n in range(wishes)))) == wishes
