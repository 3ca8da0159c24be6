"""What the provider sends: signed or refused, kept before it is answered, and acted on once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

from dispatch import bootstrap, web
from dispatch.access import Role, system
from dispatch.flow import inbound, searching
from dispatch.settings import Settings
from dispatch.store import schema
from tests.api.conftest import ACCOUNT, TOKEN, URL, Api
from tests.api.made import GRAVE, contact

SMS = "/twilio/sms"


def sent(client: TestClient, path: str, form: dict[str, str], token: str = TOKEN, base: str = URL) -> Any:
    """A webhook as the provider signs it."""
    signature = RequestValidator(token).compute_signature(base + path, form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def text(body: str, sid: str = "SM1", **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "AccountSid": ACCOUNT, "From": "+12025550101", "To": "+12025550100", "Body": body} | more


def kept(api: Api) -> list[Any]:
    with api.svc.record.read() as conn:
        return list(conn.execute(schema.inbox.select().order_by(schema.inbox.c.received_at)))


def test_a_text_accepts_a_case(api: Api) -> None:
    case = api.log(contact(GRAVE)).json()["case"]
    searching.match_team(system("test"), api.svc, "default")
    answer = sent(api.browser(), SMS, text(f"1 {case['code']}"))
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/xml")
    assert "<Response" in answer.text
    detail = api.as_(Role.SUPERVISOR).get(f"/api/v1/cases/{case['id']}").json()
    assert (detail["state"], [o["id"] for o in detail["owners"]]) == ("accepted", ["ana"])
    assert [row.processed_at is not None for row in kept(api)] == [True]


def test_the_same_text_delivered_again_is_kept_once(api: Api) -> None:
    for _ in range(3):
        assert sent(api.browser(), SMS, text("WHO")).status_code == 200
    assert len(kept(api)) == 1


def test_a_delivery_report_is_answered_at_once(api: Api) -> None:
    form = {"MessageSid": "SM9", "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    answer = sent(api.browser(), "/twilio/status?a=unknown&t=unknown", form)
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(kept(api)) == 1


def test_a_call_is_told_what_to_say(api: Api) -> None:
    form = {"CallSid": "CA1", "CallStatus": "in-progress", "AccountSid": ACCOUNT, "From": "+12025550100"}
    answer = sent(api.browser(), "/twilio/voice?a=unknown&t=unknown", form)
    assert answer.status_code == 200
    assert "<Response" in answer.text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"X-Twilio-Signature": "nonsense"}, id="wrong"),
        pytest.param({"X-Twilio-Signature": ""}, id="empty"),
    ],
)
def test_a_bad_signature_is_refused_and_nothing_is_kept(api: Api, change: dict[str, str]) -> None:
    answer = api.browser().post(SMS, data=text("1"), headers=change)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert kept(api) == []


def test_a_signature_of_another_address_or_another_text_does_not_hold(api: Api) -> None:
    assert sent(api.browser(), SMS, text("1"), base="http://elsewhere").status_code == 403
    signature = RequestValidator(TOKEN).compute_signature(URL + SMS, text("2"))
    assert api.browser().post(SMS, data=text("1"), headers={"X-Twilio-Signature": signature}).status_code == 403
    signature = RequestValidator(TOKEN).compute_signature(URL + SMS, text("1"))
    added = api.browser().post(f"{SMS}?a=1", data=text("1"), headers={"X-Twilio-Signature": signature})
    assert added.status_code == 403


def test_it_is_counted_and_alarmed_once_a_sender_in_ten_minutes_and_at_once_for_our_account(api: Api) -> None:
    stranger = text("1", AccountSid="AC" + "1" * 32)
    before = _counted(api)
    for _ in range(3):
        sent(api.browser(), SMS, stranger, token="wrong")
    assert _counted(api) - before == 3
    assert _alarms(api) == {"default": 1, "north": 1}
    sent(api.browser(), SMS, stranger | {"From": "+12025550191"}, token="wrong")
    assert _alarms(api) == {"default": 2, "north": 2}
    api.clock.forward(minutes=11)
    sent(api.browser(), SMS, text("1"), token="wrong")
    assert _alarms(api) == {"default": 3, "north": 3}


def test_a_forger_who_makes_up_a_number_each_time_does_not_bury_a_true_alarm(api: Api) -> None:
    for n in range(12):
        forged = text("1", AccountSid="AC" + "1" * 32) | {"From": f"+12025551{n:03d}"}
        assert sent(api.browser(), SMS, forged, token="wrong").status_code == 403
    most = inbound.UNSIGNED_SENDERS + 1
    assert _alarms(api) == {"default": most, "north": most}


def _counted(api: Api) -> float:
    lines = api.as_(Role.AUDITOR).get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("dispatch_bad_signatures_total")).rpartition(" ")[2])


def _alarms(api: Api) -> dict[str, int]:
    found: dict[str, int] = {}
    for alarm in api.as_(Role.COORDINATOR).get("/api/v1/alarms").json()["items"]:
        if (alarm["kind"], alarm["because"]) == ("service", ["bad_signature"]):
            found[alarm["team"]] = found.get(alarm["team"], 0) + 1
    return found


def test_the_next_token_is_accepted_beside_the_first(settings: Settings) -> None:
    rotating = settings.model_copy(update={"twilio_auth_token_next": SecretStr("the-next-token")})
    svc = bootstrap.build(rotating)
    with TestClient(web.create(svc, rotating), base_url=URL) as client:
        assert sent(client, SMS, text("WHO", "SM1")).status_code == 200
        assert sent(client, SMS, text("WHO", "SM2"), token="the-next-token").status_code == 200
        assert sent(client, SMS, text("WHO", "SM3"), token="another").status_code == 403


def test_behind_a_proxy_the_address_that_was_signed_is_ours(settings: Settings) -> None:
    public = "https://crisis.example.org/dispatch"
    proxied = settings.model_copy(update={"public_url": public})
    svc = bootstrap.build(proxied)
    with TestClient(web.create(svc, proxied), base_url="http://10.0.0.7:8000") as client:
        assert sent(client, SMS, text("WHO"), base=public).status_code == 200


def test_without_a_token_every_webhook_is_refused(settings: Settings) -> None:
    bare = settings.model_copy(update={"twilio_auth_token": None})
    svc = bootstrap.build(bare)
    with TestClient(web.create(svc, bare), base_url=URL) as client:
        assert sent(client, SMS, text("1")).status_code == 403


def test_what_cannot_be_acted_on_is_kept_for_the_sweeper(api: Api) -> None:
    """A message without anything in it: answered, kept, and no error reaches the provider."""
    assert sent(api.browser(), SMS, {"MessageSid": "SM7"}).status_code == 200
    assert len(kept(api)) == 1


def test_a_person_s_text_is_in_no_column_that_can_be_read(api: Api, settings: Settings) -> None:
    sent(api.browser(), SMS, text("my name is Made Up, call +12025550143"))
    assert len(kept(api)) == 1
    with closing(sqlite3.connect(settings.data_dir / "record.db")) as record:
        everything = "\n".join(record.iterdump())
    assert 'INSERT INTO "inbox"' in everything
    for said in ("Made Up", "2025550143"):
        assert said not in everything
        # Bytes are dumped as hexadecimal digits.
        assert said.encode().hex().upper() not in everything
