"""The private word that means "I am in danger"."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dispatch.access import Actor, Role
from dispatch.errors import InvalidInput
from dispatch.flow import people
from dispatch.store import schema
from tests.api.conftest import Api

PATH = "/api/v1/responders/ana/duress-word"
ANA = Actor("ana", frozenset({Role.RESPONDER}), person="ana")


def _index(api: Api) -> str | None:
    p = schema.people
    with api.svc.record.read() as conn:
        return conn.scalar(select(p.c.duress_index).where(p.c.id == "ana"))


def test_nobody_sets_somebody_elses_word(api: Api) -> None:
    assert api.as_(Role.COORDINATOR).put(PATH, json={"word": "is the kettle on"}).status_code == 403
    assert _index(api) is None


def test_a_word_is_kept_as_a_keyed_hash_of_how_it_sounds_and_can_be_taken_away(api: Api) -> None:
    people.set_duress_word(ANA, api.svc, "ana", " is the Kettle on? ")
    assert _index(api) == api.svc.sealer.blind_index("duress", "IS THE KETTLE ON")
    people.set_duress_word(ANA, api.svc, "ana", None)
    assert _index(api) is None


@pytest.mark.parametrize("word", ["help", "YES K7Q", "stop", "on 4"])
def test_a_word_that_means_something_already_is_refused(api: Api, word: str) -> None:
    with pytest.raises(InvalidInput, match="means something"):
        people.set_duress_word(ANA, api.svc, "ana", word)


def test_a_word_too_long_to_be_one_is_refused_by_name(api: Api) -> None:
    answer = api.as_(Role.RESPONDER).put(PATH, json={"word": "x" * 100})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "word"
