"""Private calendars: an address that is a secret, what it shows, when it ends, and that each look is written down."""

from __future__ import annotations

import logging
import tracemalloc
from datetime import timedelta

import pytest

from dispatch.access import Role
from dispatch.api import feeds as endpoints
from dispatch.api.metrics import REQUESTS
from dispatch.flow import people
from dispatch.http.often import Often
from dispatch.store import schema
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER
from tests.support.logged import logged

FEEDS = "/api/v1/feeds"


def path_of(url: str) -> str:
    assert url.startswith("http://testserver/calendar/")
    return url.removeprefix("http://testserver")


def own(api: Api, person: str = "ana") -> str:
    answer = api.browser_as(person, Role.RESPONDER).post(FEEDS, json={})
    assert answer.status_code == 201, answer.text
    return path_of(answer.json()["url"])


def test_ones_own_calendar_holds_own_duty_and_nobody(api: Api) -> None:
    answer = api.browser().get(own(api))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert "SUMMARY:On call: primary" in answer.text
    for personal in ("ana", "Ruiz", "ben", "+1202", "County"):
        assert personal not in answer.text


def test_a_teams_calendar_names_people_by_their_id_alone(api: Api) -> None:
    made = api.as_(Role.COORDINATOR).post(FEEDS, json={"team": "default"})
    text = api.browser().get(path_of(made.json()["url"])).text
    assert "SUMMARY:primary: ana" in text
    for personal in ("Ruiz", "Okoro", "+1202"):
        assert personal not in text


def test_the_address_is_shown_once_and_kept_as_a_hash(api: Api) -> None:
    client = api.browser_as("ana", Role.RESPONDER)
    url = client.post(FEEDS, json={}).json()["url"]
    (item,) = client.get(FEEDS).json()["items"]
    assert item["url"] is None
    token = url.rpartition("/")[2].removesuffix(".ics")
    assert len(token) >= 32
    with api.svc.record.read() as conn:
        for table in schema.metadata.sorted_tables:
            assert all(token not in str(row) for row in conn.execute(table.select())), table.name


def test_what_did_not_change_is_not_sent_again_and_what_did_is(api: Api) -> None:
    address, phone = own(api), api.browser()
    tag = phone.get(address).headers["etag"]
    again = phone.get(address, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    people.import_roster(TEST, api.svc, ROSTER.replace("layer: primary, person: ana", "layer: night, person: ana"))
    changed = phone.get(address, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_a_look_is_written_down_once_an_hour(api: Api) -> None:
    address, phone = own(api), api.browser()
    for minutes in (0, 30, 29, 1):
        api.clock.forward(timedelta(minutes=minutes))
        phone.get(address)
    assert api.looks().count("feed_read") == 2


@pytest.mark.parametrize("address", ["/calendar/nothing.ics", "/calendar/" + "x" * 43 + ".ics", "/calendar/%00.ics"])
def test_a_wrong_address_is_no_calendar(api: Api, address: str) -> None:
    answer = api.browser().get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_an_address_ends_when_a_new_one_is_made_and_when_it_is_ended(api: Api) -> None:
    client, phone = api.browser_as("ana", Role.RESPONDER), api.browser()
    first, second = (path_of(client.post(FEEDS, json={}).json()["url"]) for _ in range(2))
    assert (phone.get(first).status_code, phone.get(second).status_code) == (404, 200)
    (item,) = client.get(FEEDS).json()["items"]
    assert client.delete(f"{FEEDS}/{item['id']}").status_code == 204
    assert phone.get(second).status_code == 404
    assert client.delete(f"{FEEDS}/{item['id']}").status_code == 404


def test_nobody_ends_anothers_and_a_program_has_no_own_duty(api: Api) -> None:
    client = api.browser_as("ana", Role.RESPONDER)
    feed = client.post(FEEDS, json={}).json()["id"]
    assert api.browser_as("ben", Role.RESPONDER).delete(f"{FEEDS}/{feed}").status_code == 404
    assert api.as_(Role.RESPONDER).post(FEEDS, json={}).status_code == 409
    assert api.as_(Role.COORDINATOR, teams=("north",)).post(FEEDS, json={"team": "default"}).status_code == 403


@pytest.mark.parametrize("column", [{"disabled_at": None}, {"active": False}], ids=["sign-in", "person"])
def test_it_ends_with_the_sign_in_and_with_the_person(api: Api, column: dict[str, object]) -> None:
    address, phone = own(api), api.browser()
    assert phone.get(address).status_code == 200
    table = schema.users if "disabled_at" in column else schema.people
    values = {"disabled_at": api.clock.now()} if "disabled_at" in column else column
    with api.svc.record.write() as conn:
        conn.execute(table.update().where(*([table.c.id == "ana"] if table is schema.people else [])).values(**values))
    assert phone.get(address).status_code == 404


def test_a_program_that_asks_without_end_is_told_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "OFTEN", Often(2, 3600.0))
    address, phone = own(api), api.browser()
    assert [phone.get(address).status_code for _ in range(3)] == [200, 200, 429]
    assert int(phone.get(address).headers["retry-after"]) > 0
    assert phone.get(own(api, "ben")).status_code == 200


def test_what_a_stranger_asks_for_takes_no_memory_however_long_it_is() -> None:
    often = Often(1, 3600.0)
    tracemalloc.start()
    try:
        for n in range(100):
            assert often.wait(f"{n}" + "x" * 50_000) == 0
        assert tracemalloc.get_traced_memory()[0] < 500_000
    finally:
        tracemalloc.stop()
    assert often.wait("7" + "x" * 50_000) > 0


def test_the_address_is_in_no_log_and_in_no_metric(api: Api) -> None:
    address = own(api)
    token = address.rpartition("/")[2].removesuffix(".ics")
    with logged("debug") as heard:
        api.browser().get(address)
        api.svc.record.dispose()
        logging.getLogger("dispatch").info("done")
    assert token not in heard.getvalue()
    labels = [sample.labels for metric in REQUESTS.collect() for sample in metric.samples]
    assert any(label["route"] == "/calendar/{token}.ics" for label in labels)
    assert all(token not in str(label) for label in labels)
