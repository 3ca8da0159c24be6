"""Webhooks checked against signatures made here by the published recipe, not by the library that checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from dispatch.channels.signature import Signatures

FORM = {"MessageSid": "SM1", "From": "+12025550101", "Body": "1 K7Q"}


def signed(url: str, form: dict[str, str], token: str) -> str:
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.parametrize(
    ("public_url", "path"),
    [
        ("https://crisis.example.org", "/twilio/sms"),
        ("https://crisis.example.org:8443", "/twilio/sms"),
        ("http://127.0.0.1:8000", "/twilio/sms"),
        ("https://example.org/crisis", "/twilio/sms"),  # the proxy cut the prefix off
        ("https://example.org/crisis", "/crisis/twilio/sms"),  # the proxy left it on
    ],
)
def test_what_counts_is_the_public_address(public_url: str, path: str) -> None:
    signature = signed(f"{public_url}/twilio/sms?a=x%2Fy&b=1", FORM, "secret")
    assert Signatures(public_url, "secret").genuine(path, "a=x%2Fy&b=1", FORM, signature)


def test_both_tokens_are_good_while_one_is_being_changed() -> None:
    checks = Signatures("https://x.org", "old", "new")
    for token, good in (("old", True), ("new", True), ("other", False)):
        assert checks.genuine("/twilio/sms", "", FORM, signed("https://x.org/twilio/sms", FORM, token)) is good


def test_a_changed_field_address_or_signature_is_a_forgery() -> None:
    checks = Signatures("https://x.org", "secret")
    good = signed("https://x.org/twilio/sms?a=1", FORM, "secret")
    assert checks.genuine("/twilio/sms", "a=1", FORM, good)
    assert not checks.genuine("/twilio/sms", "a=2", FORM, good)
    assert not checks.genuine("/twilio/status", "a=1", FORM, good)
    assert not checks.genuine("/twilio/sms", "a=1", {**FORM, "Body": "2 K7Q"}, good)
    assert not checks.genuine("/twilio/sms", "a=1", {**FORM, "Extra": "x"}, good)
    for broken in (None, "", "x", good[:-1], good + "=", "ü"):
        assert not checks.genuine("/twilio/sms", "a=1", FORM, broken)


def test_a_repeated_field_counts_with_all_its_values() -> None:
    form = {"A": ["2", "1"], "B": "x"}
    text = "https://x.org/twilio/smsA1A2Bx"
    signature = base64.b64encode(hmac.new(b"secret", text.encode(), hashlib.sha1).digest()).decode()
    assert Signatures("https://x.org", "secret").genuine("/twilio/sms", "", form, signature)
